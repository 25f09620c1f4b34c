/** The types of the library in one file: the compiler declares each source, and a bundler keeps what the entry's exports reach. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Writes them to `file`. Throws where the sources do not compile. @param root of the checkout. */
export async function writeDeclarations(root, file) {
  const folder = mkdtempSync(join(tmpdir(), 'whittle-types-'));
  try {
    const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    const args = [compiler, '-p', join(root, 'tsconfig.types.json'), '--outDir', folder];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) throw new Error('The types of the library could not be made.');
    const [{ rolldown }, { dts }] = await Promise.all([import('rolldown'), import('rolldown-plugin-dts')]);
    const bundle = await rolldown({
      input: { [basename(file, '.d.ts')]: join(folder, 'src/library/index.d.ts') },
      plugins: [dts({ dtsInput: true, emitDtsOnly: true, tsconfig: false })],
    });
    await bundle.write({ dir: dirname(file) });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
