import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import type { Compressor } from '../worker/compressor';

const compress = promisify(brotliCompress);

/** Brotli of Node's own, on its threads. */
export function startNodeCompressor(): Compressor {
  return {
    async size(data, quality) {
      const bytes = new Uint8Array(await data.arrayBuffer());
      const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
      return (await compress(bytes, { params })).length;
    },
    end() {},
  };
}
