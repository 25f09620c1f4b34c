import { WhittleError } from '../base/errors';

/** Bytes fed at once; the encoder gathers them into blocks of megabytes by itself. */
const CHUNK = 2 ** 18;

/**
 * Bytes after brotli. Always by the library: what browsers offer has no quality that could be chosen, and few offer it, so that figures
 * would differ from browser to browser. Works for seconds without a pause at quality 11: call it in a worker that can be ended.
 * @param quality 0..11; 11 is what a static host keeps ready.
 */
export async function brotliSize(data: Uint8Array, quality: number): Promise<number> {
  const brotli = await (await import('brotli-wasm')).default;
  const stream = new brotli.CompressStream(quality);
  try {
    let at = 0;
    let bytes = 0;
    for (;;) {
      const input = at < data.length ? data.subarray(at, at + CHUNK) : undefined;
      const result = stream.compress(input, CHUNK);
      const { code, input_offset: used, buf } = result;
      result.free();
      bytes += buf.length;
      at += used;
      if (input === undefined && code === brotli.BrotliStreamResultCode.ResultSuccess) return bytes;
      if (input === undefined && buf.length === 0)
        throw new WhittleError('internal', `Brotli ended at ${at} of ${data.length} bytes.`, 'Measure the sizes again.');
    }
  } finally {
    stream.free();
  }
}
