import { checkGroups, nonFinite } from '../groups';
import { blocksPerChannel, groupCount, type Grid, type Groups, type Handle, type Ranges } from '../types';
import { WORKGROUP, type Runner } from './runner';

/** Elements that one thread of a reducing kernel takes at least: enough to be worth a thread, few enough for float32 sums. */
const SHARE = 256;
/** Threads of a reducing kernel at most, over all groups: bounds what is read back. */
const MAX_THREADS = 2 ** 16;

/** The shader's Grid struct (shaders/prelude/grid.wgsl). */
export function gridWords(length: number, groups: Groups, qMin: number, qMax: number, splits: number, ratios: number): Uint32Array {
  return Uint32Array.of(length, groups.channels, groups.inner, groups.block, blocksPerChannel(groups), qMin, qMax, splits, ratios);
}

/** Threads that share a group: its elements over SHARE, less where there are many groups. */
function splitsOf(length: number, groups: Groups): number {
  const perGroup = Math.min(groups.block, groups.outer * groups.inner);
  const share = Math.max(SHARE, Math.ceil(length / MAX_THREADS));
  return Math.max(1, Math.ceil(perGroup / share));
}

export function quantize(gpu: Runner, w: Handle, grid: Grid, into?: Handle): Handle {
  gpu.check();
  checkGroups(w.length, grid.groups);
  const out = into ?? gpu.tensors.create(w.length);
  if (w.length === 0) return out;
  const constants = [gpu.constant(grid.scales), gpu.constant(grid.zeroPoints)];
  const words = gridWords(w.length, grid.groups, grid.qMin, grid.qMax, 1, 1);
  gpu.dispatch('quantize', words, [gpu.tensors.of(w).buffer, ...constants, gpu.tensors.of(out).buffer], Math.ceil(w.length / WORKGROUP));
  gpu.free(constants);
  return out;
}

export async function codes(gpu: Runner, w: Handle, grid: Grid): Promise<Uint8Array<ArrayBuffer>> {
  gpu.check();
  checkGroups(w.length, grid.groups);
  if (w.length === 0) return new Uint8Array(0);
  const scales = gpu.constant(grid.scales);
  const zeroPoints = gpu.constant(grid.zeroPoints);
  const result = gpu.scratch(w.length);
  return gpu.within([scales, zeroPoints, result], async () => {
    const words = gridWords(w.length, grid.groups, grid.qMin, grid.qMax, 1, 1);
    gpu.dispatch('codes', words, [gpu.tensors.of(w).buffer, scales, zeroPoints, result], Math.ceil(w.length / (4 * WORKGROUP)));
    return new Uint8Array(await gpu.read(result, w.length));
  });
}

export async function ranges(gpu: Runner, w: Handle, groups: Groups): Promise<Ranges> {
  gpu.check();
  checkGroups(w.length, groups);
  const count = groupCount(groups);
  const min = new Float32Array(count);
  const max = new Float32Array(count);
  if (w.length === 0) return { min, max };
  const splits = splitsOf(w.length, groups);
  const threads = count * splits;
  const partials = gpu.scratch(threads * 12);
  return gpu.within([partials], async () => {
    gpu.dispatch('ranges', gridWords(w.length, groups, 0, 0, splits, 1), [gpu.tensors.of(w).buffer, partials], Math.ceil(threads / WORKGROUP));
    const bytes = await gpu.read(partials, threads * 12);
    const floats = new Float32Array(bytes);
    const integers = new Uint32Array(bytes);
    let bad = 0;
    for (let g = 0; g < count; g++) {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let s = 0; s < splits; s++) {
        const at = (g * splits + s) * 3;
        low = Math.min(low, floats[at] ?? 0);
        high = Math.max(high, floats[at + 1] ?? 0);
        bad += integers[at + 2] ?? 0;
      }
      // A group without elements has no range; zero is what every grid represents.
      min[g] = low > high ? 0 : low;
      max[g] = low > high ? 0 : high;
    }
    if (bad > 0) throw nonFinite(bad, w.length);
    return { min, max };
  });
}

export async function clipErrors(gpu: Runner, w: Handle, grid: Grid, ratios: Float32Array): Promise<Float32Array> {
  gpu.check();
  checkGroups(w.length, grid.groups);
  const sums = new Float32Array(groupCount(grid.groups) * ratios.length);
  if (w.length === 0 || ratios.length === 0) return sums;
  const splits = splitsOf(w.length, grid.groups);
  const threads = sums.length * splits;
  const inputs = [gpu.constant(grid.scales), gpu.constant(grid.zeroPoints), gpu.constant(ratios)];
  const partials = gpu.scratch(threads * 4);
  return gpu.within([...inputs, partials], async () => {
    const words = gridWords(w.length, grid.groups, grid.qMin, grid.qMax, splits, ratios.length);
    gpu.dispatch('clip-errors', words, [gpu.tensors.of(w).buffer, ...inputs, partials], Math.ceil(threads / WORKGROUP));
    const parts = new Float32Array(await gpu.read(partials, threads * 4));
    for (let k = 0; k < sums.length; k++) {
      let sum = 0;
      for (let s = 0; s < splits; s++) sum += parts[k * splits + s] ?? 0;
      sums[k] = sum;
    }
    return sums;
  });
}
