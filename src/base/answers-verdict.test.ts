import { expect, test } from 'vitest';
import { answersVerdict, saidOf } from './answers-verdict';

const named = (index: number, name: string) => ({ index, name });
const [cat, dog, bird] = [named(3, 'cat'), named(5, 'dog'), named(2, 'bird')];
const calm = {
  madeUp: null,
  paired: { difference: -0.1, p: 0.86 },
  chance: { hits: 380, samples: 500, expected: 0.1, p: 1e-200, told: true, labels: 10 },
  classes: [
    { ...cat, samples: 500, before: 308, after: 306, p: 1 },
    { ...bird, samples: 500, before: 328, after: 329, p: 1 },
  ],
  changed: { total: 40, moves: [{ from: cat, to: dog, count: 9 }] },
  agreement: { samples: 5000, sqnrDb: 18 },
  nonFinite: { before: 0, after: 0 },
};

test('a calm result says how many answers changed and warns of nothing', () => {
  expect(answersVerdict(calm)).toEqual({
    short: 'no measurable change',
    findings: [{ text: '40 of 5,000 answers changed (0.8 %); most often cat became dog (9).', brief: null }],
  });
  expect(answersVerdict({ ...calm, changed: { total: 0, moves: [] } })).toEqual({ short: 'every answer the same', findings: [] });
});

test('the same score with other answers is not called no change', () => {
  // As it was seen: 76.2 to 76.1 %, 725 of 5,000 answers changed, cat 308 to 242 right, bird 328 to 384.
  const { short, findings } = answersVerdict({
    ...calm,
    classes: [
      { ...cat, samples: 500, before: 308, after: 242, p: 1e-7 },
      { ...bird, samples: 500, before: 328, after: 384, p: 2e-5 },
      { ...dog, samples: 500, before: 400, after: 401, p: 1 },
    ],
    changed: {
      total: 725,
      moves: [
        { from: cat, to: bird, count: 60 },
        { from: dog, to: cat, count: 41 },
        { from: dog, to: bird, count: 40 },
      ],
    },
  });
  expect(short).toBe('no measurable change of the score, but other answers');
  expect(findings).toEqual([
    {
      text: '725 of 5,000 answers changed (14.5 %); most often cat became bird (60) and dog became cat (41).',
      brief: '725 answers changed',
    },
    {
      text:
        '2 of 3 classes moved beyond chance (exact McNemar test, corrected for their number): ' +
        'cat, 308 to 242 of 500 right (p < 0.001); bird, 328 to 384 of 500 right (p < 0.001).',
      brief: '2 classes moved',
    },
  ]);
  // One class alone is enough, and many changes are, without a class.
  expect(answersVerdict({ ...calm, classes: [{ ...cat, samples: 500, before: 308, after: 280, p: 0.01 }] }).short).toContain(
    'other answers',
  );
  expect(answersVerdict({ ...calm, changed: { total: 300, moves: [] } }).findings).toMatchObject([{ brief: '300 answers changed' }]);
});

const unlabelled = (total: number, samples: number) =>
  answersVerdict({ ...calm, paired: null, classes: null, changed: { total, moves: [] }, agreement: { samples, sqnrDb: 3 } });

test('many answers are surely more than one in twenty', () => {
  expect(unlabelled(1, 16)).toMatchObject({ short: '', findings: [{ text: '1 of 16 answers changed (6.3 %).', brief: null }] });
  expect(unlabelled(16, 16)).toMatchObject({ short: 'other answers', findings: [{ brief: '16 answers changed' }] });
  expect(unlabelled(260, 5000).findings).toMatchObject([{ brief: null }]);
  expect(unlabelled(1, 1).findings).toMatchObject([{ text: '1 of 1 answer changed (100.0 %).' }]);
});

test('a loss, NaN and outputs far off are warned of, the gravest first', () => {
  const lost = answersVerdict({ ...calm, paired: { difference: -88.04, p: 1e-9 }, nonFinite: { before: 0, after: 12 } });
  expect(lost.short).toBe('−88.0 pt, p < 0.001');
  expect(lost.findings.slice(0, 2)).toEqual([
    { text: 'NaN or infinity in the outputs of 12 of 5,000 samples.', brief: 'NaN in the outputs' },
    { text: 'Loses 88.0 points of accuracy.', brief: 'loses 88.0 points' },
  ]);
  expect(lost.findings.map(saidOf)[1]).toBe('Warning: Loses 88.0 points of accuracy.');
  // A loss that chance explains, one below a point, and NaN that the original has too are none.
  expect(answersVerdict({ ...calm, paired: { difference: -3, p: 0.2 }, nonFinite: { before: 2, after: 2 } }).findings).toMatchObject([
    { brief: null },
  ]);
  expect(answersVerdict({ ...calm, paired: { difference: -0.6, p: 0.001 } }).findings).toMatchObject([{ brief: null }]);
  const regression = { ...calm, paired: null, classes: null, changed: null };
  expect(answersVerdict({ ...regression, agreement: { samples: 16, sqnrDb: 3.21 } })).toEqual({
    short: '',
    findings: [{ text: "Outputs far from the original's (SQNR 3.2 dB).", brief: 'outputs far off' }],
  });
  for (const sqnrDb of [null, 25]) expect(answersVerdict({ ...regression, agreement: { samples: 16, sqnrDb } }).findings).toEqual([]);
});

test('answers that cannot be told from chance: the warning stands first, in the place of the verdict, with its samples', () => {
  const said = (chance: Partial<NonNullable<typeof calm.chance>>) =>
    answersVerdict({ ...calm, chance: { ...calm.chance, told: false, ...chance } });
  const wrong = said({ hits: 2, expected: 0.001, p: 0.09 });
  expect(wrong.short).toBe('cannot be told from chance');
  expect(wrong.findings[0]?.text).toBe(
    "The original's accuracy cannot be told from chance: 2 of 500 samples right, " +
      'where answers that ignore the samples have 0.5 (p = 0.090).',
  );
  expect(said({ hits: 40, samples: 40, labels: 1, p: 0.5 }).findings[0]?.text).toContain('40 of 40 samples right, all of one class');
  expect(answersVerdict(calm).findings).toMatchObject([{ brief: null }]);
});
