/** The samples that a person brings: which card fits them, what they become, and how they must be prepared. */
import { WhittleError } from '../base/errors';
import type { Card, DataLimits, DataProposal, DataSummary, NamedBlob, Picture, PresetSearch } from '../engine/protocol/index';
import { setData } from './actions';
import { useDocument } from './document';
import { theEngine } from './engine';
import { runJob } from './jobs';
import { stopFollowing } from './pipeline';

/** Samples that a search for the preset tries: enough to tell presets apart, a few hundred runs together. */
const PRESET_SAMPLES = 64;

/** Proposes a card for the files, which are kept for it. What is measured on now stays until a card is applied. Throws `bad-data` where nothing fits. */
export async function proposeData(files: readonly NamedBlob[]): Promise<DataProposal> {
  const engine = await theEngine();
  const proposal = await runJob('Looking at the samples', 'data', async (job) => engine.proposeData(job, files, useDocument.getState().limits));
  useDocument.setState({ dropped: { name: proposal.name, files }, proposal, presets: null });
  return proposal;
}

/** Reads the files that were dropped last as the card says. Throws `bad-data` before any were. */
export async function applyCard(card: Card): Promise<DataSummary> {
  const { dropped } = useDocument.getState();
  if (!dropped) throw new WhittleError('bad-data', 'There are no files to read as this card says.', 'Drop the samples first.');
  return setData(dropped.name, card, dropped.files);
}

/** Sets what the files of samples may expand to, from now on: those that were dropped already are read again when they are asked for. */
export function setLimits(limits: DataLimits): void {
  useDocument.setState({ limits });
}

/** Proposes a card for the files and reads them by it. */
export async function addData(files: readonly NamedBlob[]): Promise<DataSummary> {
  const { card } = await proposeData(files);
  return applyCard(card);
}

/** Tries presets on a few labelled samples. Nothing is applied: the caller passes the chosen candidate's card to `applyCard`. */
export async function findPreset(limit = PRESET_SAMPLES): Promise<PresetSearch> {
  stopFollowing();
  const engine = await theEngine();
  const presets = await runJob('Trying presets', 'data', async (job) => engine.findPreset(job, limit));
  useDocument.setState({ presets });
  return presets;
}

/** A sample to show, its longer side `size` pixels at most; null where samples are no pictures. */
export async function loadPicture(signal: AbortSignal, index: number, size: number): Promise<Picture | null> {
  return (await theEngine()).picture({ signal }, index, size);
}
