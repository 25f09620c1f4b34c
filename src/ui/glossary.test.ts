import { expect, test } from 'vitest';
import { passMetas } from '../passes/metas';
import { GLOSSARY, termsOfOption } from './glossary';

test.each(Object.values(GLOSSARY))('$term is explained in a sentence, and says what is good or bad', ({ term, means, reading }) => {
  for (const text of [means, reading]) {
    expect(text).toMatch(/^[A-Z0-9].{10,240}\.$/);
    expect(text.startsWith(`${term} is`)).toBe(false);
  }
});

test('no two entries explain one word', () => {
  const terms = Object.values(GLOSSARY).map(({ term }) => term.toLowerCase());
  expect(new Set(terms).size).toBe(terms.length);
});

test('settings of passes bring words along: each is a key of some pass', () => {
  const keys = new Set(passMetas.flatMap(({ fields }) => fields.map(({ key }) => key)));
  for (const key of ['bits', 'weightBits', 'scheme', 'granularity', 'rounding', 'storage', 'sparsity', 'clusters', 'refine']) {
    expect(keys).toContain(key);
    expect(termsOfOption(key).length).toBeGreaterThan(0);
  }
  expect(termsOfOption('no-such-key')).toEqual([]);
});
