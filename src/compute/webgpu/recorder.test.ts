import { countBelow, countZeros } from '../operations/count-below';
import { quantize } from '../operations/quantize';
import { groupRanges } from '../operations/ranges';
import { expect, it } from 'vitest';
import { countGpu } from '../testing/count-gpu';
import { noise } from '../testing/data';
import { describeGpu } from '../testing/makers';

const whole = (length: number) => ({ outer: 1, channels: 1, inner: length, block: length });

await describeGpu('the recorder', (compute) => {
  it('submits what one turn asks for once, and reads it back once', async () => {
    const handles = Array.from({ length: 30 }, (_, i) => compute.upload(noise(100 + i, i + 1)));
    const found: Float32Array[] = [];
    const counts = await countGpu(async () => {
      const all = await Promise.all(handles.map((handle) => compute.run(groupRanges, handle, whole(handle.length))));
      found.push(...all.map(({ max }) => max));
    });
    expect(counts).toEqual({ submissions: 1, readbacks: 1 });
    for (const [i, max] of found.entries()) expect(max[0]).toBe(Math.max(...noise(100 + i, i + 1)));
    for (const handle of handles) handle.destroy();
  });

  it('submits long work in parts, each dispatch with its own numbers', async () => {
    const handle = compute.upload(Float32Array.from({ length: 600 }, (_, i) => i));
    let counts: readonly number[] = [];
    const { submissions, readbacks } = await countGpu(async () => {
      counts = await Promise.all(Array.from({ length: 600 }, (_, i) => compute.run(countBelow, [handle], i)));
    });
    expect(counts).toEqual(Array.from({ length: 600 }, (_, i) => i));
    expect([submissions, readbacks]).toEqual([3, 3]);
    handle.destroy();
  });

  it('does not write into a freed tensor before recorded work has read it', async () => {
    const grid = { groups: whole(64), bits: 8, qMin: -128, qMax: 127, scales: Float32Array.of(1), zeroPoints: Int32Array.of(0) };
    const first = compute.upload(new Float32Array(64).fill(3));
    const result = await compute.run(quantize, first, grid);
    first.destroy();
    const second = compute.upload(new Float32Array(64).fill(5));
    expect(await compute.download(result)).toEqual(new Float32Array(64).fill(3));
    result.destroy();
    second.destroy();
  });

  it('submits before others take a buffer', async () => {
    const handle = compute.upload(new Float32Array(64));
    const counts = await countGpu(async () => {
      const read = compute.run(countZeros, handle);
      await Promise.resolve();
      compute.bufferOf(handle);
      expect(await read).toBe(64);
    });
    expect(counts).toEqual({ submissions: 1, readbacks: 1 });
    handle.destroy();
  });
});
