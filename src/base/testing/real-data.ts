/**
 * Real models and data that no checkout brings: the folder that WHITTLE_DATA names (models/, datasets/, *.card.json), and nothing else
 * outside the repository.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'vitest';

const named = process.env['WHITTLE_DATA'];
/** Ends the title of a test that is skipped for want of the folder; scripts/test.mjs counts and names them by it. */
const WANT = '(needs WHITTLE_DATA)';

/** The folder, or null where none is named. A name that leads nowhere is a mistake, which must not pass as skipped tests. */
export const DATA = named ? resolve(named) : null;
if (DATA !== null && !existsSync(join(DATA, 'models'))) throw new Error(`WHITTLE_DATA names ${DATA}, which holds no folder "models".`);

/** A test that reads the folder, which it is handed; without one, a single skip that says so. */
export function testOnData(title: string, body: (folder: string) => void | Promise<void>): void {
  if (DATA === null) test.skip(`${title} ${WANT}`);
  else test(title, () => body(DATA));
}
