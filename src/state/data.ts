/** The samples that a person brings: which card fits them, what they become, how they must be prepared and what they are used for. */
import { WhittleError } from '../base/errors';
import type { Job } from '../base/job';
import { noPresetWords, presetWords } from '../base/preset-words';
import type { Card, DataLimits, DataProposal, DataSummary, NamedBlob, Picture, PresetSearch, SplitChoice } from '../engine/protocol/index';
import { NO_SAMPLES, useDocument, type DocumentState } from './document';
import { theEngine } from './engine';
import { runJob, useJobs } from './jobs';
import { stopFollowing } from './pipeline';
import { forgetSamples } from './results';
import { clearVariants } from './variants';

/** Samples that a search for the preset tries: it ends at a quarter of them where only one way is left by then. */
const PRESET_SAMPLES = 256;

type Dropped = NonNullable<DocumentState['dropped']>;
type CardSource = NonNullable<DocumentState['cardFrom']>;

/** Reads samples by a card that a person gave. Throws `bad-card`, `bad-data`. */
export async function setData(
  name: string,
  card: Card,
  files: readonly NamedBlob[],
  split: Partial<SplitChoice> = {},
): Promise<DataSummary> {
  return readData({ name, files }, card, 'person', split);
}

/** Scores and variants go with the samples: they are of these. */
export async function removeData(): Promise<void> {
  const engine = await theEngine();
  await engine.clearData();
  forgetSamples();
  useDocument.setState(NO_SAMPLES);
  clearVariants();
}

/**
 * Proposes a card for the files, which are kept for it. What is measured on now stays until a card is applied. Throws `bad-data` where
 * nothing fits.
 */
export async function proposeData(files: readonly NamedBlob[]): Promise<DataProposal> {
  const engine = await theEngine();
  const proposal = await runJob('Looking at the samples', 'data', async (job) =>
    engine.proposeData(job, files, useDocument.getState().limits),
  );
  useDocument.setState({ dropped: { name: proposal.name, files }, proposal, presets: null });
  return proposal;
}

/** Reads the files that were dropped last as the card says, which the person chose. Throws `bad-data` before any were. */
export async function applyCard(card: Card): Promise<DataSummary> {
  return readData(droppedNow(), card, 'person');
}

/** Sets what the files of samples may expand to, from now on: those that were dropped already are read again when they are asked for. */
export function setLimits(limits: DataLimits): void {
  useDocument.setState({ limits });
}

/** Reads the samples in use again, by the limits of now, and uses so many of them for what. */
export async function readAgain(split: Partial<SplitChoice> = {}): Promise<DataSummary | null> {
  const { data, cardFrom } = useDocument.getState();
  return data && readData(droppedNow(), data.card, cardFrom ?? 'person', split);
}

/**
 * Proposes a card for the files, reads them by it, and where they have labels looks for the preset, which is taken where it is clearly
 * better, unless the card lay among the files. A search that is stopped leaves the samples as proposed.
 */
export async function addData(files: readonly NamedBlob[], split: Partial<SplitChoice> = {}): Promise<DataSummary> {
  const { name, card, given } = await proposeData(files);
  const data = await readData({ name, files }, card, given ? 'person' : 'guess', split, !given);
  if (!useDocument.getState().preparing) return data;
  try {
    await runJob(SEARCHING, 'data', (job) => searchUnasked(job, data));
  } catch {
    // Shown by the job; the samples are there all the same.
  } finally {
    useDocument.setState({ preparing: false });
  }
  return useDocument.getState().data ?? data;
}

const SEARCHING = 'Looking for the preset';

/**
 * Looks for the preset on at most `limit` labelled samples; one that is clearly better is taken, but not in the place of a card that a
 * person chose.
 */
export async function findPreset(limit = PRESET_SAMPLES): Promise<PresetSearch> {
  stopFollowing();
  return runJob(SEARCHING, 'data', (job) => search(job, limit));
}

/** A sample to show, its longer side `size` pixels at most; null where samples are no pictures. */
export async function loadPicture(signal: AbortSignal, index: number, size: number): Promise<Picture | null> {
  return (await theEngine()).picture({ signal }, index, size);
}

function droppedNow(): Dropped {
  const { dropped } = useDocument.getState();
  if (!dropped) throw new WhittleError('bad-data', 'There are no files to read as this card says.', 'Drop the samples first.');
  return dropped;
}

async function readData(
  dropped: Dropped,
  card: Card,
  from: CardSource,
  split: Partial<SplitChoice> = {},
  searched = false,
): Promise<DataSummary> {
  return runJob('Reading the samples', 'data', (job) => read(job, dropped, card, from, split, searched));
}

/** @param searched the preset is looked for next, where the samples allow that. */
async function read(
  job: Job,
  dropped: Dropped,
  card: Card,
  from: CardSource,
  choice: Partial<SplitChoice> = {},
  searched = false,
): Promise<DataSummary> {
  const engine = await theEngine();
  const split = { ...useDocument.getState().split, ...choice };
  const data = await engine.setData(job, dropped.name, card, dropped.files, split, useDocument.getState().limits);
  // Figures of other samples, or of the same prepared otherwise, cannot stand beside new ones.
  forgetSamples();
  clearVariants();
  const preparing = searched && data.labelled && data.card.format !== 'tensors';
  // What is known of the files stays while only the card changes.
  useDocument.setState(({ dropped: last, proposal, presets }) => ({
    data,
    split,
    cardFrom: from,
    preparing,
    prepared: null,
    trusted: null,
    ...(last?.files === dropped.files ? { proposal, presets } : { dropped, proposal: null, presets: null }),
  }));
  return data;
}

/**
 * As `search`; nothing is done where other samples, or another card, took the place of these, and what cannot be searched is no failure.
 */
async function searchUnasked(job: Job, data: DataSummary): Promise<void> {
  if (useDocument.getState().data !== data) return;
  try {
    await search(job, PRESET_SAMPLES);
  } catch (thrown) {
    if (!(thrown instanceof WhittleError) || thrown.code !== 'bad-data') throw thrown;
    useDocument.setState({ prepared: noPresetWords(thrown.message) });
  }
}

async function search(job: Job, limit: number): Promise<PresetSearch> {
  const engine = await theEngine();
  const { data, dropped, cardFrom } = useDocument.getState();
  const presets = await engine.findPreset(job, limit);
  if (useDocument.getState().data !== data) return presets;
  const { better } = presets;
  const takes = better !== null && dropped !== null && cardFrom !== 'person';
  if (takes) await read(job, dropped, better.card, 'search');
  const prepared = presetWords(presets, takes);
  useDocument.setState({ presets, prepared });
  useJobs.setState({ lastNote: prepared });
  return presets;
}
