import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { agreeing, counted } from './plural';

test('a noun agrees with its number', () => {
  expect([0, 1, 2, 1234].map((count) => counted(count, 'answer'))).toEqual(['0 answers', '1 answer', '2 answers', '1,234 answers']);
  expect([1, 3].map((count) => counted(count, 'copy', 'copies'))).toEqual(['1 copy', '3 copies']);
  expect([0, 1, 2].map((count) => agreeing(count, 'has', 'have'))).toEqual(['have', 'has', 'have']);
});

/** Nouns that are counted in what a person reads. */
const NOUNS =
  'answers|layers|samples|classes|runs|timings|cells|copies|nodes|inputs|plans|variants|sweeps|activations|images|files|' +
  'weights|settings|constants|channels|warnings|trials';

test('no template counts a noun without the helper', () => {
  const src = fileURLToPath(new URL('..', import.meta.url));
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /^(?:ui|report|cli|state|recipe|passes|measure|data|engine.worker)\b.*\.tsx?$/.test(path) && !/\.test\.|testing/.test(path),
  );
  expect(files.length).toBeGreaterThan(200);
  const counting = new RegExp(`\\{(?!counted\\(|agreeing\\()[^{}]*\\} (?:new |made-up |more |other )?(?:${NOUNS})\\b(?!=)`);
  const lines = files.flatMap((path) =>
    readFileSync(join(src, path), 'utf8')
      .split('\n')
      .filter((line) => counting.test(line.replaceAll('${', '{')))
      .map((line) => `${path}: ${line.trim()}`),
  );
  expect(lines).toEqual([]);
});
