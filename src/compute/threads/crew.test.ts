import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCpuCompute } from '../cpu';
import { startNodeThread } from '../node/crew';
import { adaround } from '../operations/adaround';
import { groupRanges } from '../operations/ranges';
import { quantize } from '../operations/quantize';
import { noise } from '../testing/data';
import { createCrew } from './crew';
import type { StartThread, Thread, ToThread } from './messages';
import type { Crew } from './own-thread';

const LENGTH = 2 ** 20;
const GROUPS = { outer: 1, channels: 1, inner: LENGTH, block: LENGTH };
const GRID = { groups: GROUPS, bits: 4, qMin: -8, qMax: 7, scales: Float32Array.of(0.1), zeroPoints: Int32Array.of(0) };

/** A crew of two whose threads are watched: what they are sent, and how one is made to end. */
function watched(start: StartThread = startNodeThread): { crew: Crew; sent: ToThread[]; threads: Thread[]; kill: (() => void)[] } {
  const [sent, threads, kill]: [ToThread[], Thread[], (() => void)[]] = [[], [], []];
  const crew = createCrew((on) => {
    const thread = start(on);
    threads.push(thread);
    kill.push(() => {
      thread.end();
      on.gone('it was shot');
    });
    return {
      ...thread,
      post: (message) => {
        sent.push(message);
        thread.post(message);
      },
    };
  }, 2);
  onTestFinished(() => crew.destroy());
  return { crew, sent, threads, kill };
}

describe('a crew', () => {
  it('shares a large tensor among its threads, and starts none for a small one', async () => {
    const { crew, sent, threads } = watched();
    const compute = createCpuCompute(crew);
    const small = { ...GRID, groups: { outer: 1, channels: 1, inner: 1000, block: 1000 } };
    await compute.run(quantize, compute.upload(noise(1000)), small);
    expect(threads).toHaveLength(0);
    await compute.run(quantize, compute.upload(noise(LENGTH)), GRID);
    expect(threads).toHaveLength(2);
    expect(sent.length).toBeGreaterThan(2);
  });

  it('gives the error of a part as the reference throws it', async () => {
    const compute = createCpuCompute(watched().crew);
    const w = noise(LENGTH);
    w[5] = NaN;
    w[LENGTH - 5] = Infinity;
    await expect(compute.run(groupRanges, compute.upload(w), GROUPS)).rejects.toMatchObject({
      code: 'non-finite-weights',
      message: '2 of 1,048,576 weights are NaN or infinite.',
    });
  });

  it('stops all parts within a second of a signal, and goes on with others', async () => {
    const { crew, sent } = watched();
    const compute = createCpuCompute(crew);
    const [rows, columns] = [64, 256];
    const stop = new AbortController();
    const steps: number[] = [];
    const options = {
      iterations: 100_000,
      signal: stop.signal,
      onIteration: (done: number) => {
        steps.push(done);
        if (done === 2) stop.abort(new Error('enough'));
      },
    };
    const gram = compute.upload(noise(columns ** 2, 1, 0.01));
    const choices = noise(3 * rows * columns, 2).map(Math.abs);
    let since = 0;
    stop.signal.addEventListener('abort', () => (since = performance.now()));
    await expect(compute.run(adaround, gram, choices, { groups: 1, rows, columns }, options)).rejects.toThrow('enough');
    expect(performance.now() - since).toBeLessThan(1000);
    expect(sent.filter(({ kind }) => kind === 'stop').length).toBeGreaterThan(0);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    const whole = await compute.run(quantize, compute.upload(noise(LENGTH)), GRID);
    expect(whole.length).toBe(LENGTH);
  });

  it('rejects what a thread had in hand when it ended, and works on with another', async () => {
    const { crew, threads, kill } = watched();
    const compute = createCpuCompute(crew);
    const w = compute.upload(noise(LENGTH));
    await compute.run(quantize, w, GRID);
    const work = compute.run(quantize, w, GRID);
    kill[0]?.();
    await expect(work).rejects.toMatchObject({ code: 'engine-stopped', message: 'A thread that computes ended: it was shot.' });
    const values = await compute.run(quantize, w, GRID);
    expect(threads).toHaveLength(3);
    const alone = createCpuCompute();
    const known = await alone.download(await alone.run(quantize, alone.upload(noise(LENGTH)), GRID));
    expect(Buffer.compare(bytesOf(await compute.download(values)), bytesOf(known))).toBe(0);
  });

  it('does it all on its own thread where none can be started', async () => {
    let tried = 0;
    const { crew } = watched(({ gone }) => {
      tried++;
      const worker = new Worker('throw new Error("no threads here")', { eval: true });
      worker.once('error', (error: Error) => gone(error.message));
      return { post: (message) => worker.postMessage(message, []), hold() {}, end: () => void worker.terminate() };
    });
    const compute = createCpuCompute(crew);
    const values = await compute.run(quantize, compute.upload(noise(LENGTH)), GRID);
    expect(values.length).toBe(LENGTH);
    expect(tried).toBeGreaterThan(0);
    const before = tried;
    await compute.run(quantize, compute.upload(noise(LENGTH)), GRID);
    expect(tried).toBe(before);
  });

  it('rejects what is under way when it is closed', async () => {
    const { crew } = watched();
    const compute = createCpuCompute(crew);
    const work = compute.run(quantize, compute.upload(noise(LENGTH)), GRID);
    crew.destroy();
    await expect(work).rejects.toMatchObject({ code: 'engine-stopped' });
  });
});

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer);
}
