import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The checkout that this code is part of; null in an install of the package, which holds no page. */
export function checkoutRoot(): string | null {
  const root = packageRoot();
  return existsSync(join(root, 'index.html')) ? root : null;
}

/** The folder of the package that this code is part of: a checkout, or an install. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** Of the package, as its package.json says. */
export function version(): string {
  const manifest: { readonly version: string } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return manifest.version;
}
