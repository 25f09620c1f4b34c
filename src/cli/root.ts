import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The package that this code is part of: a checkout, or an install. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
