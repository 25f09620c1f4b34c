/** Samples as a program names them. */
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { WhittleError } from '../base/errors';
import { reasonOf } from '../base/node/system-errors';
import { parseCard } from '../data/card';
import type { PlacedSamples } from './studio';

/**
 * A path: an evaluation card (.json), whose folder lies beside it, or a folder or file of samples, for which a card is proposed; or a card
 * with the folder that it speaks of.
 */
export type Data = string | { readonly card: object; readonly folder: string };

/** Throws `bad-card`, `bad-data`. */
export async function placedSamples(data: Data): Promise<PlacedSamples> {
  if (typeof data !== 'string')
    return { name: basename(data.folder), card: parseCard(data.card), path: resolve(data.folder), isFolder: true };
  const path = resolve(data);
  const isCard = /\.json$/i.test(path);
  try {
    if (!isCard) return { name: basename(path), card: null, path, isFolder: statSync(path).isDirectory() };
    const card = parseCard(JSON.parse(await readFile(path, 'utf8')));
    return { name: basename(path), card, path: resolve(dirname(path), card.data), isFolder: true };
  } catch (cause) {
    if (cause instanceof WhittleError) throw cause;
    throw new WhittleError(isCard ? 'bad-card' : 'bad-data', `${path} cannot be read: ${reasonOf(cause)}.`, '', { cause });
  }
}
