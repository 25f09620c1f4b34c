import { expect, it } from 'vitest';
import { parseCard } from '../src/data/card';
import { openDataset } from '../src/data/open';
import { decodePpm } from '../src/data/testing/ppm';
import { runCase } from './case';
import { dataSet, SETS } from './data';
import { Dice } from './dice';

it('400 changed inputs are taken or refused by name', async () => {
  const kinds = new Set<string>();
  for (let index = 0; index < 400; index++) {
    const { kind, fault } = await runCase(9, index);
    expect([index, fault]).toEqual([index, null]);
    kinds.add(kind);
  }
  expect(kinds).toContain('model accepted');
  expect(kinds).toContain('model bad-model');
  expect(kinds).toContain('data accepted');
});

/** Changes nothing and picks one. */
class Steady extends Dice {
  private readonly picked: number;

  constructor(picked: number) {
    super(0, 0);
    this.picked = picked;
  }

  override below(): number {
    return this.picked;
  }

  override chance(): boolean {
    return false;
  }
}

it.each(SETS.map(({ card }, at) => [`${String(card['format'])} ${at}`, at]))('the data set %s is good as it is', async (_, at) => {
  const { card, files } = dataSet(new Steady(at));
  expect((await openDataset(parseCard(card), await files(), undefined, decodePpm)).length).toBeGreaterThan(0);
});
