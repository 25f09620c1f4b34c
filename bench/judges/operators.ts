/** The round trip of one model for every operator test of the onnx package: every operator, type and form of attribute that it knows. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toPlainError } from '../../src/base/errors';
import { rewritten } from './web';

/** Prints what came back byte for byte, and what was refused with which words. True where nothing that was read came out changed. */
export function judgeOperators(folder: string, python: string): boolean {
  if (!existsSync(folder)) spawnSync(python, [join(import.meta.dirname, 'operators.py'), folder], { stdio: 'inherit' });
  const refused = new Map<string, number>();
  const changed: string[] = [];
  let same = 0;
  for (const name of readdirSync(folder)) {
    const bytes = new Uint8Array(readFileSync(join(folder, name)));
    try {
      if (Buffer.compare(rewritten(name, bytes), bytes) === 0) same += 1;
      else changed.push(name);
    } catch (error) {
      const reason = toPlainError(error).message.replaceAll(name, '…');
      refused.set(reason, (refused.get(reason) ?? 0) + 1);
    }
  }
  console.log(
    `\n## Operator tests of the onnx package\n${same} models identical after reading and writing, ` +
      `${changed.length} changed${changed.map((name) => `, ${name}`).join('')}`,
  );
  for (const [reason, count] of refused) console.log(`${count} refused: ${reason}`);
  return changed.length === 0 && same > 1000;
}
