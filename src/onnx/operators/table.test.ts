import { describe, expect, it } from 'vitest';
import { profileOf } from './type-profiles';
import { FAMILIES } from './families';
import { operatorOf } from './table';

/** Fused operators of ONNX Runtime that no type profile holds. */
const UNTYPED: ReadonlySet<string> = new Set(['QGemm', 'SimplifiedLayerNormalization']);

const named = FAMILIES.flat().flatMap((operator) =>
  (operator.domains ?? ['']).flatMap((domain) => operator.types.split(' ').map((opType) => ({ domain, opType, operator }))),
);

describe('operators', () => {
  it('are all found by their domain and type, and are operators that there are', () => {
    for (const { domain, opType, operator } of named) {
      expect(operatorOf({ domain, opType }), opType).toBe(operator);
      expect(UNTYPED.has(opType) || profileOf({ domain, opType }, 25) !== undefined, `${domain}:${opType}`).toBe(true);
    }
  });
  it('tells domains apart, and takes the standard one by both of its names', () => {
    expect(operatorOf({ domain: 'ai.onnx', opType: 'Conv' })).toBe(operatorOf({ domain: '', opType: 'Conv' }));
    expect(operatorOf({ domain: '', opType: 'FusedConv' })).toBeUndefined();
    expect(operatorOf({ domain: 'my.own', opType: 'Conv' })).toBeUndefined();
    expect(operatorOf({ domain: '', opType: 'constructor' })).toBeUndefined();
  });
});
