/** Bundles the command and the library into dist-node/ where that is missing or older than a source; with --types their types too. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDeclarations } from './declarations.mjs';
import { isStale } from './stale.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = ['src', 'shaders', 'scripts', 'package.json', 'package-lock.json', 'vite.command.config.ts', 'tsconfig.types.json'];
const FOLDER = join(ROOT, 'dist-node');

/** Path of the command's bundle, which is built first where it has to be. Runs at the same time may build it each for itself. */
export async function bundledCommand() {
  if (stale()) {
    const { build } = await import('vite');
    const own = `${FOLDER}.${process.pid}`;
    await build({ root: ROOT, configFile: join(ROOT, 'vite.command.config.ts'), logLevel: 'warn', build: { outDir: own } });
    putInPlace(own);
  }
  return join(FOLDER, 'whittle.js');
}

function stale() {
  return isStale(ROOT, 'dist-node/whittle.js', SOURCES);
}

/** Whole, by a rename: what another run put there meanwhile is as good. */
function putInPlace(own) {
  const old = `${own}.old`;
  try {
    if (stale()) {
      if (existsSync(FOLDER)) renameSync(FOLDER, old);
      renameSync(own, FOLDER);
    }
  } catch (cause) {
    if (stale()) throw cause;
  } finally {
    for (const path of [own, old]) rmSync(path, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundledCommand();
  // They go with their bundle, which is replaced as a whole.
  if (process.argv.includes('--types') && !existsSync(join(FOLDER, 'index.d.ts')))
    await writeDeclarations(ROOT, join(FOLDER, 'index.d.ts'));
}
