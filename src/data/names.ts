import { shown } from '../base/shown';
import { textOf } from './bytes';
import { isJson, parseJson } from './json-labels';
import type { DataFile } from './types';

/**
 * Class names, one a line; line k is class k. An ImageNet line "n01440764 tench, Tinca tinca" is found by its id, its first name or whole.
 */
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

/** An index beyond is a mistake, not a class. */
const MOST = 1_000_000;
const WORDNET = /^(n\d{8})\s+(\S.*)$/;

/** Text with one name a line, or JSON: a list of names, or an object {"0": "tench"}, {"0": ["n01440764", "tench"]} or {"tench": 0}. */
export async function readClassNames(file: DataFile): Promise<ClassNames> {
  const text = await textOf(file);
  return new ClassNames(isJson(text) ? jsonLines(parseJson(text, file.path)) : textLines(text));
}

function textLines(text: string): readonly string[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim());
  while (lines.length > 0 && lines.at(-1) === '') lines.pop();
  return lines;
}

function jsonLines(json: unknown): readonly string[] {
  if (Array.isArray(json)) return json.map(asLine);
  const byIndex = Object.entries(Object(json)).map(([key, value]): [number, string] =>
    typeof value === 'number' ? [value, key] : [Number(key), asLine(value)],
  );
  const lines: string[] = [];
  for (const [index, line] of byIndex) if (Number.isInteger(index) && index >= 0 && index < MOST) lines[index] = line;
  return Array.from(lines, (line: string | undefined, k) => line ?? `class ${k}`);
}

/** A name, or its parts in one line: ["n01440764", "tench"]. */
function asLine(value: unknown): string {
  return Array.isArray(value) ? value.map(asText).join(' ') : asText(value);
}

/** Names are texts or numbers; anything else is shown as it is, cut short. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : shown(value);
}
