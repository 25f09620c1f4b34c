/** The samples as the page works with them: a card for dropped files, their pictures, and the preset that the model's answers call for. */
import { wilson } from '../../base/stats';
import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import type { DecodeImage } from '../../data/decode';
import { guessCard, pictureOf } from '../../data/index';
import type { DataLimits } from '../../data/limits';
import type { Picture } from '../../data/picture';
import type { CardLabels, Dataset, ImageCard, NamedBlob } from '../../data/types';
import { hits, isClear, isTold } from '../../measure/preset-race';
import { nameOf, tryPresets, type PresetTrial, type PresetTrials } from '../../measure/preset-search';
import { splitOf } from '../../measure/split';
import type { ModelSummary } from '../../onnx/types';
import type { DataProposal, DataSummary, PresetCandidate, PresetSearch, SplitChoice } from '../protocol/index';
import type { Workbench } from './workbench';
import { DEFAULT_TARGET } from '../../recipe/targets';

/** What the page is told of a data set, with how its samples are split between learning and scores. */
export function summaryOf(name: string, dataset: Dataset, { calibration, scored }: SplitChoice): DataSummary {
  const { length, labels, classNames, card, problems } = dataset;
  const split = splitOf(length, dataset.kind === 'images' ? dataset.sampleSize : null, calibration, scored);
  return { name, samples: length, split, classes: classNames?.length ?? null, labelled: labels !== null, card, problems };
}

/** A card for the files, from what they are and what the model takes. Throws `bad-data` where nothing fits. */
export async function proposeData(
  summary: ModelSummary,
  files: readonly NamedBlob[],
  job: Job,
  decode: DecodeImage,
  limits?: DataLimits,
): Promise<DataProposal> {
  const inputs = summary.inputs.map(({ name, type, shape }) => ({ name, type, dims: shape ?? [] }));
  const {
    card,
    why,
    given = false,
  } = await guessCard(files, { name: summary.name, inputs, classes: classesOf(summary) }, job, limits, decode);
  const folder = card.data.split('/').at(-1) ?? '';
  return { name: folder === '' || folder === '.' ? (files[0]?.path ?? 'samples') : folder, card, given, why };
}

/** Class scores of the first output with one axis beside the batch; null where the file tells none. */
function classesOf({ outputs }: ModelSummary): number | null {
  for (const { shape } of outputs) {
    const axes = shape?.slice(1).filter((d) => d !== 1) ?? [];
    const [classes] = axes;
    if (axes.length === 1 && typeof classes === 'number') return classes;
  }
  return null;
}

/** A sample as a person sees it, `size` pixels at most; null where samples are no pictures. Throws `bad-data` without data. */
export async function picture(data: Dataset | null, index: number, size: number): Promise<Picture | null> {
  if (data === null) throw noData();
  return data.kind === 'images' ? pictureOf(await data.pixels(index), size) : null;
}

/**
 * Tries presets on at most `limit` labelled samples, on the live session with the original's weights: one session at most is made.
 * Throws `bad-data` without image data, without labels, or where the model gives no class scores.
 */
export async function findPreset(bench: Workbench, data: Dataset | null, limit: number, job: Job): Promise<PresetSearch> {
  if (data === null) throw noData();
  if (data.kind !== 'images')
    throw new WhittleError('bad-data', 'Recorded inputs are fed as they are: there is no preset to find.', 'Give images to find one.');
  const run = await bench.graphRun({ target: DEFAULT_TARGET }, [], job);
  try {
    const { live } = await bench.live(run, job);
    const weights = await live.bind(run, 'before');
    try {
      return describe(data.card, await tryPresets(data, live.inputs, weights.run, limit, job));
    } finally {
      weights.release();
    }
  } finally {
    run.dispose();
  }
}

function noData(): WhittleError {
  return new WhittleError('bad-data', 'There are no samples.', 'Add data first.');
}

function describe(card: ImageCard, { trials, own, runs }: PresetTrials): PresetSearch {
  const crops = trials.some(({ input }) => input.resizeShorter !== undefined);
  const candidates = trials.map((trial) => candidateOf(card, trial, crops));
  const [first, next] = trials;
  const [best, second] = candidates;
  if (!first || !best || !first.trial.chance.told) {
    const most = best === undefined ? '' : ` The best, ${best.label}, has ${percent(best)}; so many are right by chance.`;
    return {
      candidates,
      best: null,
      told: false,
      better: null,
      verdict:
        `No preset answers better than chance.${most} The labels may belong to another ` +
        'order of classes, or the model to other images; or there are too few samples.',
      runs,
    };
  }
  const told = next === undefined || isTold(next.trial, first.trial);
  const better = own === null || isClear(own.trial, first.trial) ? best : null;
  const offset = best.offset === 0 ? '' : `, with ${best.offset > 0 ? '+' : ''}${best.offset} added to the labels`;
  const rest =
    second === undefined
      ? ''
      : told
        ? ` The next, ${second.label}, has ${percent(second)}.`
        : ` ${second.label} cannot be told from it by these samples (${percent(second)}).`;
  return {
    candidates,
    best,
    told,
    better,
    verdict: `${best.label}${offset}: ${percent(best)} right.${rest}${better === null ? '' : against(card, own, crops)}`,
    runs,
  };
}

/** What the better one takes the place of. */
function against(card: ImageCard, own: PresetTrial | null, crops: boolean): string {
  if (own === null) return ' As the card was, labels stood for classes that the model does not have.';
  const mine = candidateOf(card, own, crops);
  return ` As the card was, ${mine.label}: ${percent(mine)}.`;
}

function candidateOf(card: ImageCard, { preset, input, trial }: PresetTrial, crops: boolean): PresetCandidate {
  const { offset, right, loss } = trial;
  const samples = right.length;
  const { low, high } = wilson(hits(right), samples);
  const order = input.channels === 'L' ? [] : [input.channels];
  const fit = !crops ? [] : [input.resizeShorter === undefined ? 'resized straight' : `middle of ${input.resizeShorter}`];
  return {
    preset: preset?.id ?? null,
    label: [nameOf(preset), ...order, ...fit].join(', '),
    card: { ...card, input, ...labelsWith(card.labels, offset) },
    offset,
    top1: (hits(right) * 100) / samples,
    top1Interval: { low: low * 100, high: high * 100 },
    samples,
    loss: Number.isFinite(loss) ? loss : null,
  };
}

/** The card's labels with another offset, which is left out where it is none. */
function labelsWith(labels: CardLabels | undefined, offset: number): { readonly labels?: CardLabels } {
  const { offset: _, ...rest } = labels ?? {};
  const fields: CardLabels = offset === 0 ? rest : { ...rest, offset };
  return Object.keys(fields).length === 0 ? {} : { labels: fields };
}

function percent({ top1, samples }: PresetCandidate): string {
  return `${top1.toFixed(top1 === 100 ? 0 : 1)} % of ${samples}`;
}
