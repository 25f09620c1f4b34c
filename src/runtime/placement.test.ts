/** Traces in the form that onnxruntime 1.30 was seen to print, cut down to the fields that are read. */
import { expect, test } from 'vitest';
import { placementOf } from './placement';

const node = (name: string, op: string, ts: number, dur: number, provider = 'WebGpuExecutionProvider') => ({
  cat: 'Node',
  ph: 'X',
  name: `${name}_kernel_time`,
  ts,
  dur,
  args: { op_name: op, provider, node_index: '0' },
});
const run = (ts: number, dur: number) => ({ cat: 'Session', ph: 'X', name: 'model_run', ts, dur, args: {} });
const kernel = (name: string, ts: number, dur: number) => ({ cat: 'Api', ph: 'X', name, ts, dur, args: { shapes: '', cache_key: '' } });
/** One event a line, with the comma at its end, as it is printed. */
const printed = (events: readonly object[]): string => `[\n${events.map((e) => JSON.stringify(e)).join(',\n')}\n]`;
const CPU = 'CPUExecutionProvider';

test('means over all runs but the first; kernels of a node added up; copies counted a run', () => {
  const trace = printed([
    { cat: 'Session', ph: 'X', name: 'session_initialization', ts: 0, dur: 900, args: {} },
    ...[0, 1, 2].flatMap((r) => [
      node('q', 'QuantizeLinear', 1000 * r, r === 0 ? 500 : 40 + 20 * r, CPU),
      node('Memcpy_token_1', 'MemcpyFromHost', 1000 * r + 501, 10),
      node('conv', 'Conv', 1000 * r + 520, 5),
      node('flat', 'Reshape', 1000 * r + 530, 5),
      node('Memcpy_token_2', 'MemcpyToHost', 1000 * r + 540, 200),
      run(1000 * r, 900),
    ]),
    ...[9000, 300, 500].flatMap((dur, r) => [
      kernel('conv&Conv&Transpose', 1000 * r + 600, 100),
      kernel('conv&Conv&Conv2dMM', 1000 * r + 700, dur),
    ]),
  ]);
  expect(placementOf(trace)).toEqual({
    nodes: [
      { name: 'q', op: 'QuantizeLinear', provider: 'CPU', ms: 0.07 },
      { name: 'conv', op: 'Conv', provider: 'GPU', ms: 0.5 },
      { name: 'flat', op: 'Reshape', provider: 'GPU', ms: 0 },
    ],
    operators: [
      { op: 'Conv', provider: 'GPU', count: 1, ms: 0.5 },
      { op: 'QuantizeLinear', provider: 'CPU', count: 1, ms: 0.07 },
      { op: 'Reshape', provider: 'GPU', count: 1, ms: 0 },
    ],
    gpuNodes: 2,
    cpuNodes: 1,
    copies: { toHost: 1, fromHost: 1, waitMs: 0.21 },
    runs: 2,
    gpuStepMs: 0.1,
  });
});

test('without timestamps GPU nodes have no time, and nor have operators of theirs', () => {
  const placement = placementOf(printed([node('a', 'Conv', 0, 5), node('b', 'Add', 6, 7, CPU), run(0, 20)]));
  expect(placement.nodes.map((n) => n.ms)).toEqual([null, 0.007]);
  expect(placement.operators.find((o) => o.op === 'Conv')?.ms).toBeNull();
  expect(placement).toMatchObject({ gpuStepMs: null, runs: 1 });
});

test('a node with a body has its own time only; a node of a loop is one node, with all its turns', () => {
  const placement = placementOf(
    printed([
      node('m', 'MatMul', 110, 30, CPU),
      node('m', 'MatMul', 150, 30, CPU),
      node('loop', 'Loop', 100, 100, CPU),
      node('after', 'Add', 200, 10, CPU),
      run(90, 130),
    ]),
  );
  expect(placement.nodes).toEqual([
    { name: 'loop', op: 'Loop', provider: 'CPU', ms: 0.04 },
    { name: 'm', op: 'MatMul', provider: 'CPU', ms: 0.06 },
    { name: 'after', op: 'Add', provider: 'CPU', ms: 0.01 },
  ]);
});

test('an unrounded clock is told from a rounded one', () => {
  const exact = printed([node('a', 'Conv', 0, 5), run(0, 20), kernel('a&Conv&Conv2dMM', 0, 66), kernel('a&Conv&Transpose', 0, 200)]);
  expect(placementOf(exact).gpuStepMs).toBe(0.001);
});

test.each(['', 'Hello', '[]', printed([node('a', 'Add', 0, 1, CPU)])])('no profile in %j', (text) => {
  expect(() => placementOf(text)).toThrow(/profile/);
});
