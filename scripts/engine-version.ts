/** A hash of all that the engine's results come from, so that a build never takes up those of another. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Rooms that only show results, or fetch what they are made from. */
const APART = /^(ui|state|report|library|cli|artifacts|engine\/client)\/|^main\.tsx$|\.test\.tsx?$|\/testing\//;

/** @param root of the repository. */
export function engineVersion(root: string): string {
  const hash = createHash('sha256');
  for (const folder of ['src', 'shaders']) {
    for (const path of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).toSorted()) {
      if (!/\.(ts|wgsl)$/.test(path) || APART.test(path.replaceAll('\\', '/'))) continue;
      hash.update(path).update(readFileSync(join(root, folder, path)));
    }
  }
  // onnxruntime computes what passes see of a model; its native build is an optional part of the install.
  for (const build of ['web', 'node']) {
    const facts = join(root, `node_modules/onnxruntime-${build}/package.json`);
    if (existsSync(facts)) hash.update(readFileSync(facts));
  }
  return hash.digest('hex').slice(0, 16);
}
