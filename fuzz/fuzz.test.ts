import { expect, it } from 'vitest';
import { runCase } from './case';

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
