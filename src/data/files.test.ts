import { expect, test } from 'vitest';
import { FileIndex } from './files';
import { dataFile } from './testing/files';

function found(folder: string, name: string, paths: readonly string[]): string | null {
  return new FileIndex(folder, paths.map((path) => dataFile(path, ''))).find(name)?.path ?? null;
}

test('a file is found below more folders, below the card\'s, and without its folder', () => {
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
  const index = new FileIndex('set', ['a', 'b', 'c', 'd'].map((path) => dataFile(path, '')));
  expect(() => index.need('labels.csv', 'labels.file')).toThrow('"labels.csv", which the card names as labels.file, is not there; given: a, b, c, and 1 more.');
});
