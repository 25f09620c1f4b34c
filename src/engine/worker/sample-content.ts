import { Sha256, sha256 } from '../../base/sha256';
import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';

const known = new WeakMap<Dataset, Map<string, string>>();

/** The SHA-256 of what the model is fed for these samples: tells sets of samples apart in any process. Each set is read once. */
export async function contentOf(data: Dataset, indices: readonly number[], { signal }: Pick<Job, 'signal'>): Promise<string> {
  const sets = known.get(data) ?? new Map<string, string>();
  known.set(data, sets);
  const key = indices.join();
  const found = sets.get(key);
  if (found !== undefined) return found;
  const sums: string[] = [];
  for (const index of indices) {
    signal.throwIfAborted();
    sums.push(...(await sumsOf(data, index, signal)));
  }
  const content = new Sha256().update(new TextEncoder().encode(sums.join('\n'))).hex();
  sets.set(key, content);
  return content;
}

/** Of each input that a sample has. */
async function sumsOf(data: Dataset, index: number, signal: AbortSignal): Promise<string[]> {
  if (data.kind === 'images') {
    const values = new Float32Array(data.sampleSize);
    await data.read(index, values, 0);
    return [`${data.batchShape(1).join()} ${await sha256(bytesOf(values), signal)}`];
  }
  const sums: string[] = [];
  for (const [name, column] of data.tensors) {
    const { shape, values } = await column.read(index);
    sums.push(`${JSON.stringify(name)} ${shape.join()} ${await sha256(bytesOf(Float64Array.from(values)), signal)}`);
  }
  return sums;
}

function bytesOf({ buffer }: { readonly buffer: ArrayBuffer }): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}
