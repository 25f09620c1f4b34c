import { adaroundStep } from '../adaround';
import { shareOf, startAdaround } from '../cpu/adaround';
import type { AdaroundOptions, FeedbackShape, Handle } from '../types';
import { matmulWorkgroups } from './matmul';
import { WORKGROUP, type Runner } from './runner';

/** Work handed to the device at once: a cancel waits no longer. */
const TURN_MS = 100;

/** See `Compute.adaround`. Errors never leave the device. */
export async function adaround(gpu: Runner, gram: Handle, choices: Float32Array, shape: FeedbackShape, { iterations, signal, onIteration }: AdaroundOptions): Promise<Float32Array<ArrayBuffer>> {
  await Promise.all([prepareProduct(gpu), gpu.pipelines.prepare('adaround-step')]);
  const { v, errors: first } = startAdaround(choices);
  const length = v.length;
  if (length === 0) return new Float32Array();
  const planes = new Float32Array(3 * length);
  planes.set(v);
  const fixed = gpu.constant(choices);
  const product = gpu.scratch(length * 4);
  const [state, errors] = [gpu.constant(planes), gpu.constant(first)];
  return gpu.within([fixed, product, state, errors], async () => {
    let turn = 1;
    for (let done = 0; done < iterations; ) {
      const from = performance.now();
      const until = Math.min(iterations, done + turn);
      for (; done < until; done++) {
        multiply(gpu, gpu.tensors.of(gram).buffer, errors, product, shape);
        const { rate, root, lambda, beta } = adaroundStep(done, iterations);
        const words = Uint32Array.of(length, ...new Uint32Array(Float32Array.of(rate, root, lambda, beta).buffer));
        gpu.dispatch('adaround-step', words, [fixed, product, state, errors], Math.ceil(length / WORKGROUP));
      }
      await gpu.recorder.done();
      signal.throwIfAborted();
      onIteration(done);
      turn = Math.max(1, Math.min(2 * turn, Math.round((turn * TURN_MS) / Math.max(1, performance.now() - from))));
    }
    return new Float32Array(await gpu.read(state, length * 4)).map(shareOf);
  });
}

/** See `Compute.gramProduct`. */
export async function gramProduct(gpu: Runner, gram: Handle, b: Float32Array, shape: FeedbackShape): Promise<Float32Array<ArrayBuffer>> {
  await prepareProduct(gpu);
  const [factor, product] = [gpu.constant(b), gpu.scratch(b.byteLength)];
  return gpu.within([factor, product], async () => {
    multiply(gpu, gpu.tensors.of(gram).buffer, factor, product, shape);
    return new Float32Array(await gpu.read(product, b.byteLength));
  });
}

async function prepareProduct(gpu: Runner): Promise<void> {
  await Promise.all([gpu.pipelines.prepare('matmul-f32'), gpu.pipelines.prepare('gram-product')]);
}

function multiply(gpu: Runner, gram: GPUBuffer, errors: GPUBuffer, product: GPUBuffer, { groups, rows, columns }: FeedbackShape): void {
  if (rows * columns === 0) return;
  if (groups === 1) gpu.dispatch('matmul-f32', Uint32Array.of(columns, columns, rows), [gram, errors, product], matmulWorkgroups(columns, rows));
  else gpu.dispatch('gram-product', Uint32Array.of(rows, columns, rows / groups), [gram, errors, product], Math.ceil((rows * columns) / WORKGROUP));
}
