import { expect, test } from 'vitest';
import { readLabelRows } from './labels';
import { readClassNames } from './names';
import { dataFile } from './testing/files';

const rows = (text: string) => readLabelRows(dataFile('labels', text));

test.each([
  [
    '[3, "cat", null, ""]',
    [
      [null, 3],
      [null, 'cat'],
      [null, null],
      [null, null],
    ],
  ],
  [
    '[["a.png", 1], ["b.png", "cat"]]',
    [
      ['a.png', 1],
      ['b.png', 'cat'],
    ],
  ],
  [
    '[{"file_name": "a.png", "label": 2, "width": 9}, {"image": "b.png", "Class": "dog"}]',
    [
      ['a.png', 2],
      ['b.png', 'dog'],
    ],
  ],
  [
    '\uFEFF {"a.png": 0, "b.png": "owl"}',
    [
      ['a.png', 0],
      ['b.png', 'owl'],
    ],
  ],
  [
    '{"files": ["a.png", "b.png"], "labels": [4, 5]}',
    [
      ['a.png', 4],
      ['b.png', 5],
    ],
  ],
  [
    '{"labels": [4, 5]}',
    [
      [null, 4],
      [null, 5],
    ],
  ],
] as const)('labels as JSON: %s', async (text, expected) => {
  expect((await rows(text)).map(({ file, label }) => [file, label])).toEqual(expected);
});

test('broken JSON and labels that are none are named', async () => {
  await expect(rows('[1, 2')).rejects.toMatchObject({ code: 'bad-data', message: expect.stringContaining('"labels" is not valid JSON') });
  await expect(rows('[[1, 2], ["a", {"x": 1}]]')).rejects.toMatchObject({
    message: '"labels" has the label {"x":1}, which is neither a number nor a name.',
  });
});

test.each([
  ['cat\r\ndog\n\n', ['cat', 'dog']],
  ['["cat", "dog"]', ['cat', 'dog']],
  ['{"1": "dog", "0": "cat"}', ['cat', 'dog']],
  ['{"dog": 2, "cat": 0}', ['cat', 'class 1', 'dog']],
])('class names: %j', async (text, names) => {
  expect((await readClassNames(dataFile('names', text))).names).toEqual(names);
});

test("ImageNet's class index is found by id and by name", async () => {
  const names = await readClassNames(dataFile('n.json', '{"0": ["n01440764", "tench"], "1": ["n02012849", "crane"]}'));
  expect([names.names, names.indexOf('n02012849'), names.indexOf('tench')]).toEqual([['tench', 'crane'], 1, 0]);
});
