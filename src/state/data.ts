/** The samples that a person brings: which card fits them, and what they become. */
import { WhittleError } from '../base/errors';
import { parseCard } from '../data/card';
import type { DataSummary, NamedBlob } from '../engine/protocol/index';
import { setData } from './actions';
import { runJob } from './jobs';

/** Reads samples as the card among them says. Throws `bad-data` without a card, `bad-card` for a broken one. */
export async function addData(files: readonly NamedBlob[]): Promise<DataSummary> {
  const card = await runJob('Looking at the samples', 'data', async () => {
    const file = files.find(({ path }) => path.toLowerCase().endsWith('card.json'));
    if (!file) throw new WhittleError('bad-data', 'There is no evaluation card among the files.', 'Add a card.json that says how samples become inputs.');
    return parseCard(JSON.parse(await file.blob.text()));
  });
  return setData(files[0]?.path ?? 'samples', card, files);
}
