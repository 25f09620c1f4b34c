import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { COLOURS, STYLE } from './style';

test('colours are those of the page', () => {
  const tokens = readFileSync(fileURLToPath(new URL('../ui/styles/tokens.css', import.meta.url)), 'utf8');
  for (const [name, [light, dark]] of Object.entries(COLOURS)) expect(tokens).toContain(`--${name}: light-dark(${light}, ${dark});`);
});

test('every colour that is used is given, and every one given is used', () => {
  const used = new Set([...STYLE.matchAll(/var\(--([\w-]+)\)/g)].map(([, name = '']) => name));
  expect([...used].toSorted()).toEqual(Object.keys(COLOURS).toSorted());
});
