/** A worker that only compresses, so that the engine goes on meanwhile and a cancel need not wait for the encoder. */
import { expose } from 'comlink';
import { holdLock } from '../../base/worker-lock';
import { brotliSize } from '../../measure/brotli';

const api = {
  holdLock,
  size: async (data: Blob, quality: number): Promise<number> => brotliSize(new Uint8Array(await data.arrayBuffer()), quality),
};

export type BrotliApi = typeof api;

expose(api);
