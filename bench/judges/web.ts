/** The studio's side of a comparison: its own reading and writing of a file, and its runtime's outputs on seeded inputs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readModel } from '../../src/onnx/read';
import { concatChunks, writeModel } from '../../src/onnx/write';
import { findFeeds, type HostFeeds } from '../../src/runtime/feeds';
import { createWebRuntime } from '../../src/runtime/web/index';
import type { HostTensor } from '../../src/runtime/types';

const signal = new AbortController().signal;
const runtime = createWebRuntime({ device: null });

/** A model read and written again, unedited. */
export function rewritten(name: string, bytes: Uint8Array<ArrayBuffer>): Uint8Array {
  return concatChunks(writeModel(readModel([{ name, bytes }])));
}

/** As `rewritten`, from file to file. */
export function roundTrip(from: string, to: string): void {
  writeFileSync(to, rewritten(basename(from), new Uint8Array(readFileSync(from))));
}

/** Up to two sets of seeded inputs that the model runs with. */
export async function seededFeeds(path: string): Promise<HostFeeds[]> {
  const session = await runtime.create(readFileSync(path), { ep: 'wasm' }, signal);
  try {
    const first = await findFeeds(session, signal, 11);
    const second = await findFeeds(session, signal, 12);
    return [...first, ...second].map(({ feeds }) => feeds);
  } finally {
    await session.release();
  }
}

/** Runs a file on onnxruntime-web (WASM) and writes inputs and outputs to `out`.json and `out`.bin, for `tensors.py`. */
export async function runOnWeb(path: string, feeds: readonly HostFeeds[], out: string): Promise<void> {
  const session = await runtime.create(readFileSync(path), { ep: 'wasm' }, signal);
  const chunks: Uint8Array[] = [];
  let offset = 0;
  const keep = (tensors: Readonly<Record<string, HostTensor>>): object =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, { type, dims, data }]) => {
        if (Array.isArray(data)) throw new Error(`${path}: "${name}" holds strings`);
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
        chunks.push(bytes);
        offset += bytes.length;
        return [name, { type, dims, offset: offset - bytes.length, bytes: bytes.length }];
      }),
    );
  const runs: object[] = [];
  for (const inputs of feeds) runs.push({ inputs: keep(inputs), outputs: keep(await session.run(inputs, signal)) });
  await session.release();
  writeFileSync(`${out}.json`, JSON.stringify(runs));
  writeFileSync(`${out}.bin`, Buffer.concat(chunks));
}
