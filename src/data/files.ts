import { WhittleError } from '../base/errors';
import type { DataFile } from './types';

/**
 * Finds the files that a card names among the user's. Cards name files below their `data` folder; what the user gave may carry
 * more folders in front (a picked parent folder), or fewer (files dropped without their folder), so paths are compared from the end.
 */
export class FileIndex {
  readonly files: readonly DataFile[];
  private readonly folder: string;
  private readonly byTail = new Map<string, Entry[]>();

  constructor(folder: string, files: readonly DataFile[]) {
    this.folder = folder;
    this.files = files;
    for (const file of files) {
      const parts = segments(file.path);
      // By name, and by folder and name: a set may have 60,000 files of one name, each in its own folder.
      for (const key of [tail(parts, 1), tail(parts, 2)]) {
        const same = this.byTail.get(key);
        if (same) same.push({ file, parts });
        else this.byTail.set(key, [{ file, parts }]);
        if (parts.length < 2) break;
      }
    }
  }

  /** The file whose path agrees longest from its end with `folder/name`; null where none holds all of `name`. */
  find(name: string): DataFile | null {
    const wanted = segments(name);
    const full = [...segments(this.folder), ...wanted];
    let best: DataFile | null = null;
    let bestScore = 0;
    for (const { file, parts } of this.byTail.get(tail(full, 2)) ?? this.byTail.get(tail(wanted, 1)) ?? []) {
      const common = commonTail(parts, full);
      if (common > bestScore && common >= Math.min(wanted.length, parts.length)) {
        best = file;
        bestScore = common;
      }
    }
    return best;
  }

  /** The file that the card's `field` names; throws `bad-data` where it is missing. */
  need(name: string, field: string): DataFile {
    const found = this.find(name);
    if (found) return found;
    const given = this.files
      .slice(0, 3)
      .map((f) => f.path)
      .join(', ');
    const had =
      this.files.length === 0
        ? 'no files were given'
        : `given: ${given}${this.files.length > 3 ? `, and ${this.files.length - 3} more` : ''}`;
    throw new WhittleError(
      'bad-data',
      `"${name}", which the card names as ${field}, is not there; ${had}.`,
      `Give the folder "${this.folder}" together with the card.`,
    );
  }

  /** Files whose path ends as the pattern does, in the order of their paths; `*` stands for any part of a name. */
  matching(pattern: string): readonly DataFile[] {
    const wanted = segments(pattern);
    return this.files
      .filter((file) => {
        const parts = segments(file.path).slice(-wanted.length);
        return parts.length === wanted.length && wanted.every((part, k) => matches(parts[k] ?? '', part));
      })
      .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Files in the card's folder; all where none is, because they were given without it. */
  inside(): readonly DataFile[] {
    const folder = segments(this.folder);
    const inside = this.files.filter(({ path }) => {
      const parts = segments(path).slice(0, -1);
      return parts.some((_, at) => folder.every((part, k) => parts[at + k] === part));
    });
    return inside.length > 0 ? inside : this.files;
  }

  /** The path below the card's folder, as segments: the whole path where the folder is not part of it. */
  below(file: DataFile): readonly string[] {
    const parts = segments(file.path);
    const last = segments(this.folder).at(-1);
    const at = last === undefined ? -1 : parts.slice(0, -1).lastIndexOf(last);
    return parts.slice(at + 1);
  }
}

interface Entry {
  readonly file: DataFile;
  readonly parts: readonly string[];
}

function tail(parts: readonly string[], count: number): string {
  return parts.slice(-count).join('/');
}

/** macOS gives decomposed letters, Windows backslashes. */
function segments(path: string): readonly string[] {
  return path
    .normalize('NFC')
    .split(/[/\\]/)
    .filter((part) => part !== '' && part !== '.');
}

/**
 * Whether a name is as the pattern, `*` standing for any part of it. A `*` takes as little as it can and gets one letter more where the
 * rest does not fit; earlier ones need never be tried again, so that no pattern takes longer than its length times the name's.
 */
function matches(name: string, pattern: string): boolean {
  let [at, p, star, from] = [0, 0, -1, 0];
  while (at < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      from = at;
    } else if (p < pattern.length && pattern[p] === name[at]) {
      at++;
      p++;
    } else if (star >= 0) {
      p = star + 1;
      at = ++from;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

function commonTail(a: readonly string[], b: readonly string[]): number {
  let count = 0;
  while (count < a.length && count < b.length && a[a.length - 1 - count] === b[b.length - 1 - count]) count++;
  return count;
}
