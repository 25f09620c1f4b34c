import type { Feeds } from '../runtime/types';
import type { Samples } from './samples';

/** Batches kept: 200 images of 224 x 224 in float32. Beyond it they are put together again each time. */
const BUDGET_BYTES = 128 * 2 ** 20;

/** The same samples, whose batches are put together once: for scans that feed the same ones many times. */
export function keepingFeeds(samples: Samples): Samples {
  const kept = new Map<string, Feeds>();
  let bytes = 0;
  return {
    length: samples.length,
    labels: samples.labels,
    batch: samples.batch,
    async feeds(indices) {
      const key = indices.join();
      const known = kept.get(key);
      if (known) return known;
      const feeds = await samples.feeds(indices);
      const size = Object.values(feeds).reduce(
        (n, tensor) => n + ('data' in tensor && ArrayBuffer.isView(tensor.data) ? tensor.data.byteLength : 0),
        0,
      );
      if (bytes + size <= BUDGET_BYTES) {
        kept.set(key, feeds);
        bytes += size;
      }
      return feeds;
    },
  };
}
