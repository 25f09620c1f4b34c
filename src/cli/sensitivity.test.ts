import { expect, test } from 'vitest';
import type { Sensitivity } from '../engine/protocol/index';
import { sensitivityText } from './sensitivity';

const cell = {
  layerId: 'a "b", c',
  kind: 'bits',
  value: 4,
  kl: 0.25,
  sqnrDb: 20,
  top1: null,
  top1Before: null,
  agreement: 98.4375,
  weightSqnrDb: 21.5,
  bytes: 1000,
} as const;
const scan: Sensitivity = {
  recipe: { version: 1, target: 'wasm', passes: [] },
  options: { bits: [4], sparsities: [], samples: 64 },
  cells: [cell],
  skipped: [],
  layers: 1,
  samples: 64,
  top1: null,
  resumed: 0,
  sessionsCreated: 0,
  inferenceMs: 100,
  totalMs: 110,
};

test('CSV with quoted names, or the whole result as JSON', () => {
  expect(sensitivityText('out.csv', scan)).toBe(
    'layerId,kind,value,kl,sqnrDb,top1,agreement,weightSqnrDb,bytes\n"a ""b"", c",bits,4,0.25,20,,98.4375,21.5,1000\n',
  );
  expect(JSON.parse(sensitivityText('OUT.JSON', scan))).toEqual(scan);
});

test('a name that begins as a formula stays text, and numbers stay numbers', () => {
  const lines = ['=1+1', '+a', '-b', '@c', '\td', ' =e'].map(
    (layerId) => sensitivityText('out.csv', { ...scan, cells: [{ ...cell, layerId, kl: -0.5 }] }).split('\n')[1],
  );
  expect(lines).toEqual(["'=1+1", "'+a", "'-b", "'@c", "'\td", "' =e"].map((name) => `${name},bits,4,-0.5,20,,98.4375,21.5,1000`));
});
