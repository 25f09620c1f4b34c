import { expect, test } from 'vitest';
import { FileIndex } from './files';
import { dataFile } from './testing/files';

function found(folder: string, name: string, paths: readonly string[]): string | null {
  return (
    new FileIndex(
      folder,
      paths.map((path) => dataFile(path, '')),
    ).find(name)?.path ?? null
  );
}

test("a file is found below more folders, below the card's, and without its folder", () => {
  expect(found('sets/a', 'x/1.png', ['home/sets/a/x/1.png', 'home/sets/b/x/1.png'])).toBe('home/sets/a/x/1.png');
  expect(found('sets/b', 'x/1.png', ['home/sets/a/x/1.png', 'home/sets/b/x/1.png'])).toBe('home/sets/b/x/1.png');
  expect(found('sets/a', './x/1.png', ['a\\x\\1.png'])).toBe('a\\x\\1.png');
  expect(found('sets/a', 'x/1.png', ['1.png'])).toBe('1.png');
  expect(found('s', 'caf\u00e9.png', ['s/cafe\u0301.png'])).toBe('s/cafe\u0301.png');
});

test('a file of the same name in another folder is not taken for it', () => {
  expect(found('set', 'b/1.png', ['set/a/1.png'])).toBe(null);
  expect(found('set', '1.png', ['set/11.png'])).toBe(null);
});

test('a missing file is named with what was given', () => {
  const index = new FileIndex(
    'set',
    ['a', 'b', 'c', 'd'].map((path) => dataFile(path, '')),
  );
  expect(() => index.need('labels.csv', 'labels.file')).toThrow(
    '"labels.csv", which the card names as labels.file, is not there; given: a, b, c, and 1 more.',
  );
});

function taken(pattern: string, ...names: string[]): string[] {
  return new FileIndex(
    's',
    names.map((name) => dataFile(`s/${name}`, '')),
  )
    .matching(pattern)
    .map(({ path }) => path.slice(2));
}

test("a pattern is matched in the time of its length times the name's; letters of expressions stand for themselves", () => {
  expect(taken('a*b*.npy', 'ab.npy', 'axxb1.npy', 'b.npy', 'ab.npyx', 'abab.npy')).toEqual(['ab.npy', 'abab.npy', 'axxb1.npy']);
  expect(taken('*', 'x', '.y')).toEqual(['.y', 'x']);
  expect(taken('(a+)+$', '(a+)+$', 'aa')).toEqual(['(a+)+$']);
  const started = performance.now();
  expect(taken(`${'*a'.repeat(2000)}*b`, 'a'.repeat(5000))).toEqual([]);
  expect(performance.now() - started).toBeLessThan(2000);
});

test('20,000 files of one name are each found at once', () => {
  const index = new FileIndex(
    's',
    Array.from({ length: 20_000 }, (_, k) => dataFile(`s/${k}/image.png`, '')),
  );
  const started = performance.now();
  for (let k = 0; k < 20_000; k++) if (index.find(`${k}/image.png`)?.path !== `s/${k}/image.png`) throw new Error(`not found: ${k}`);
  expect(performance.now() - started).toBeLessThan(5000);
});
