/** Sentences of the truth meter that carry figures measured on this device, or say that there are none yet. */
import { BAND, times, timeWords, verdictOf, type Ratio } from '../base/verdict';
import type { MatmulKind } from '../compute/operations/shared/matmul';
import type { MatmulTiming } from '../compute/operations/time-matmul';
import type { Sentence, TruthForm, TruthInput } from './truth-types';
import { PROVIDERS } from '../runtime/providers';

/** Width of the interval of a model against itself from which the device is too busy for small differences. */
const NOISY_WIDTH = 0.2;

/** @param measured the result's time over the original's, of runs in turns; null where none were made: that is said, never guessed. */
export function measuredSentence(measured: Ratio | null): Sentence {
  if (measured === null) return { level: 'unknown', text: 'This recipe against the original on this device: not measured yet.' };
  return { level: verdictOf(measured), text: `This recipe took ${timeOf(measured)}.` };
}

/** One sentence for each form that was tried; the original against itself only where it shows that the device is noisy. */
export function formSentences(forms: readonly TruthForm[] | null): Sentence[] {
  if (forms === null) return [{ level: 'unknown', text: 'This model in other forms: not measured yet.' }];
  return forms.flatMap(({ form, label, ok, ratio, note }): Sentence[] => {
    if (!ok || ratio === null) return [{ level: 'unknown', text: `${label}: not measured. ${note}`.trim() }];
    if (form !== 'original') return [{ level: verdictOf(ratio), text: `${label} took ${timeOf(ratio)}.` }];
    const noisy = Math.abs(ratio.median - 1) > BAND || ratio.high - ratio.low > NOISY_WIDTH;
    return noisy
      ? [
          {
            level: 'warning',
            text: `A second copy of the original took ${timeOf(ratio)}: other work slows this device, so small differences mean nothing.`,
          },
        ]
      : [];
  });
}

/** How the device multiplies matrices in float16 and int8 against float32, by the largest size that all were timed at. WebGPU only. */
export function benchmarkSentences({ ep, device, benchmark }: TruthInput): Sentence[] {
  if (!PROVIDERS[ep].gpu) return [];
  const sentences: Sentence[] = [];
  if (device.software)
    sentences.push({ level: 'warning', text: `${device.name} is a software renderer: its times say nothing about a GPU.` });
  if (benchmark === null)
    return [...sentences, { level: 'unknown', text: 'Float16 and int8 products against float32 on this device: not measured yet.' }];
  for (const kind of ['f16', 'int8'] as const) sentences.push(benchmarkSentence(kind, benchmark));
  return sentences;
}

const NAMES: Readonly<Record<MatmulKind, string>> = { f32: 'Float32', f16: 'Float16', int8: 'Int8' };

function benchmarkSentence(kind: MatmulKind, benchmark: readonly MatmulTiming[]): Sentence {
  const largest = benchmark.filter((t) => t.kind === kind).toSorted((a, b) => b.size - a.size);
  for (const { size, gops } of largest) {
    const base = benchmark.find((t) => t.kind === 'f32' && t.size === size)?.gops;
    if (!gops || !base) continue;
    // Time over float32's time, by the ends that lie farthest apart.
    const ratio = { median: base.median / gops.median, low: base.p10 / gops.p90, high: base.p90 / gops.p10 };
    const time = `${times(ratio.median)} the time of float32 (${ratio.low.toFixed(2)}–${ratio.high.toFixed(2)})`;
    return { level: verdictOf(ratio), text: `${NAMES[kind]} products of ${size} × ${size} took ${time} on this device.` };
  }
  return { level: 'unknown', text: `${NAMES[kind]} products: not measured. ${largest[0]?.reason ?? ''}`.trim() };
}

function timeOf(ratio: Ratio): string {
  return `${timeWords(ratio)}${verdictOf(ratio) === 'same' ? ', no measurable change' : ''}`;
}
