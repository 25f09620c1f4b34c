/** Models and data that the page brings along (public/samples/index.json). */
import { WhittleError } from '../base/errors';
import type { Card } from '../engine/protocol/index';
import { named, openAndCheck } from './actions';
import { setData } from './data';
import { runQuietly } from './jobs';

export interface Sample {
  readonly id: string;
  readonly name: string;
  /** Path below samples/. */
  readonly file: string;
  readonly bytes: number;
  readonly licence: string;
  readonly source: string;
  readonly task: string;
  readonly description: string;
  readonly data?: { readonly name: string; readonly card: string; readonly files: readonly string[] };
}

const FOLDER = 'samples/';

/** The list; empty where it cannot be read, since a page without samples still opens files. */
export async function listSamples(): Promise<readonly Sample[]> {
  const response = await fetch(`${FOLDER}index.json`);
  if (!response.ok) return [];
  const list: readonly Sample[] = await response.json();
  return list;
}

/** Opens a sample as if its files had been dropped, with its labelled data where it brings some. A failure is shown, not thrown. */
export async function openSample(sample: Sample): Promise<void> {
  const { data } = sample;
  const isOpen = await runQuietly('open', async () => {
    await openAndCheck(named([await fetchFile(sample.file)]));
    return true;
  });
  if (isOpen && data) await runQuietly('data', () => readData(data));
}

async function readData(data: NonNullable<Sample['data']>): Promise<void> {
  const card: Card = await (await fetchFile(data.card)).text().then((text) => JSON.parse(text));
  await setData(data.name, card, named(await Promise.all(data.files.map(fetchFile))));
}

async function fetchFile(path: string): Promise<File> {
  const response = await fetch(`${FOLDER}${path}`);
  if (!response.ok) {
    throw new WhittleError(
      'bad-data',
      `The sample file ${path} is not on this site (status ${response.status}).`,
      'Run npm install again: it copies the samples from their packages.',
    );
  }
  return new File([await response.blob()], path.slice(path.lastIndexOf('/') + 1));
}
