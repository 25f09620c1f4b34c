import { counted } from '../base/plural';
import { ClassNames } from './names';
import type { Problems } from './problems';
import type { RawLabel, Source } from './source';

type Labelled = Pick<Source, 'length' | 'declared' | 'labels' | 'name'>;

export interface Classified {
  /** Samples of the source that are used, ascending. */
  readonly kept: Int32Array;
  /** Class index of each kept sample; null without labels. */
  readonly labels: Int32Array | null;
  /** By class index. */
  readonly names: readonly string[] | null;
}

/**
 * Makes labels class indices: a number as it is, a name by its line in `names` (without `names`: by its place among the sorted
 * names in use), plus `offset`. Samples without a label, or with one that is no class, are problems and left out.
 */
export function classify(source: Labelled, names: ClassNames | null, offset: number, problems: Problems): Classified {
  const { labels: raw, length } = source;
  if (raw === null) return { kept: Int32Array.from({ length }, (_, k) => k), labels: null, names: byClass(names, offset) };
  const known = names ?? namesInUse(raw);
  const kept = new Int32Array(length);
  const labels = new Int32Array(length);
  let count = 0;
  for (let i = 0; i < length; i++) {
    const label = raw[i] ?? null;
    const line = lineOf(label, known);
    const reason = refusal(label, line, known, offset);
    if (reason === null) {
      kept[count] = i;
      labels[count] = (line ?? 0) + offset;
      count++;
    } else {
      problems.add(`${source.name(i)}: ${reason}`);
    }
  }
  problems.addMany(Math.max(0, raw.length - source.declared), (k) => `label ${source.declared + k}: there is no sample for it`);
  return { kept: kept.slice(0, count), labels: labels.slice(0, count), names: byClass(known, offset) };
}

/** The label without the offset: a line of the names file. */
function lineOf(label: RawLabel, names: ClassNames | null): number | undefined {
  if (typeof label !== 'string') return label ?? undefined;
  const line = names?.indexOf(label);
  return line ?? (/^\d+$/.test(label) ? Number(label) : undefined);
}

function refusal(label: RawLabel, line: number | undefined, names: ClassNames | null, offset: number): string | null {
  if (label === null) return 'it has no label';
  if (line === undefined) return `its label "${label}" is no class's name`;
  if (!Number.isInteger(line)) return `its label ${line} is not a whole number`;
  const end = names?.names.length ?? 2 ** 31 - offset;
  if (line < 0 || line >= end)
    return (
      `its label ${line} is not one of the ` +
      (names ? `${counted(end, 'class', 'classes')} (0 to ${end - 1})` : 'classes, which begin at 0')
    );
  return line + offset < 0 ? `its label ${line} with the offset ${offset} is below 0` : null;
}

/** Names as labels, such as folders', sorted as Python sorts them. Numbers stay numbers: null. */
function namesInUse(raw: ArrayLike<RawLabel>): ClassNames | null {
  const used = new Set<string>();
  let onlyDigits = true;
  for (let i = 0; i < raw.length; i++) {
    const label = raw[i] ?? null;
    if (typeof label === 'number') return null;
    if (label === null) continue;
    used.add(label);
    onlyDigits &&= /^\d+$/.test(label);
  }
  return onlyDigits ? null : new ClassNames([...used].toSorted((a, b) => (a < b ? -1 : 1)));
}

function byClass(names: ClassNames | null, offset: number): readonly string[] | null {
  if (!names) return null;
  return Array.from({ length: Math.max(0, names.names.length + offset) }, (_, k) => names.names[k - offset] ?? `class ${k}`);
}
