import { describe, expect, it } from 'vitest';
import type { Layer, LayerState } from '../../engine/protocol/index';
import { arrangeRows, joinRows, totalsOf } from './rows';

function layer(id: string, op: string, params: number): Layer {
  return {
    id,
    op,
    shape: [params],
    type: 'float32',
    params,
    bytes: params * 4,
    view: { outer: 1, channels: 1, inner: params },
    source: 'initializer',
    inSubgraph: false,
    tensorName: id,
    macs: null,
  };
}

function state(of: Layer, bits: number, sparsity: number, sqnrDb: number | null, bytesAfter: number): LayerState {
  const { id, op, shape, params, macs } = of;
  return { id, op, shape, params, macs, bits, storage: 'packed', sparsity, sqnrDb, bytesBefore: 0, bytesAfter };
}

const rows = joinRows(
  [layer('conv10', 'Conv', 100), layer('conv2', 'Conv', 300), layer('fc', 'MatMul', 200)],
  [state(layer('conv10', 'Conv', 100), 8, 0.5, 40, 100), state(layer('conv2', 'Conv', 300), 4, 0.1, 20, 150)],
  new Set(['conv2']),
);

function find(text: string): string[] {
  return arrangeRows(rows, text, { key: 'order', descending: false }).map((r) => r.layer.id);
}

describe('layer rows', () => {
  it('join layers with their states, in the order of the model', () => {
    expect(rows.map((r) => [r.order, r.layer.id, r.state?.bits ?? null, r.pinned])).toEqual([
      [1, 'conv10', 8, false],
      [2, 'conv2', 4, true],
      [3, 'fc', null, false],
    ]);
  });

  it('tell of a layer as the recipe has it, where that is known', () => {
    const [halved, opened] = joinRows(
      [layer('conv', 'Conv', 100), layer('fc', 'MatMul', 200)],
      [state(layer('conv', 'Conv', 50), 8, 0, 40, 60)],
      new Set(),
    );
    expect(halved?.now).toMatchObject({ op: 'Conv', shape: [50], params: 50 });
    expect(opened?.now).toMatchObject({ op: 'MatMul', shape: [200], params: 200 });
    expect(halved && totalsOf([halved])).toMatchObject({ params: 50, bytesBefore: 400, bytesAfter: 60 });
  });

  it.each([
    ['order', false, ['conv10', 'conv2', 'fc']],
    ['id', false, ['conv2', 'conv10', 'fc']],
    ['params', true, ['conv2', 'fc', 'conv10']],
    ['sqnrDb', false, ['conv2', 'conv10', 'fc']],
    ['bytesAfter', true, ['fc', 'conv2', 'conv10']],
  ] as const)('sort by %s, descending %s', (key, descending, ids) => {
    expect(arrangeRows(rows, '', { key, descending }).map((r) => r.layer.id)).toEqual(ids);
  });

  it('are found by name or operator, whatever the case', () => {
    expect(find(' CONV1')).toEqual(['conv10']);
    expect(find('matmul')).toEqual(['fc']);
    expect(find('pool')).toEqual([]);
  });

  it('sum to totals weighted by parameters', () => {
    const totals = totalsOf(rows.slice(0, 2));
    expect(totals).toEqual({ params: 400, bits: 5, sparsity: 0.2, bytesBefore: 1600, bytesAfter: 250 });
  });
});
