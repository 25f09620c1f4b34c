import { textOf } from './bytes';
import type { NamedBlob } from './types';

/** Class names, one a line; line k is class k. An ImageNet line "n01440764 tench, Tinca tinca" is found by its id, its first name or whole. */
export class ClassNames {
  readonly names: readonly string[];
  private readonly indices = new Map<string, number>();

  constructor(lines: readonly string[]) {
    const parts = lines.map((line) => WORDNET.exec(line));
    this.names = lines.map((line, k) => parts[k]?.[2] ?? line);
    for (const [k, line] of lines.entries()) {
      const [, id, rest] = parts[k] ?? [];
      for (const key of [line, id, rest, rest?.split(',')[0]]) {
        // The first class of a name keeps it: ImageNet has two classes "crane".
        if (key !== undefined && !this.indices.has(key)) this.indices.set(key, k);
      }
    }
  }

  indexOf(name: string): number | undefined {
    return this.indices.get(name);
  }
}

const WORDNET = /^(n\d{8})\s+(.+)$/;

export async function readClassNames(file: NamedBlob): Promise<ClassNames> {
  const lines = (await textOf(file)).replace(/^\uFEFF/, '').split(/\r\n|\r|\n/).map((line) => line.trim());
  while (lines.length > 0 && lines.at(-1) === '') lines.pop();
  return new ClassNames(lines);
}
