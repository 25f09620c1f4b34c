import type { Groups } from '../../base/grids';
import type { Layer } from '../../onnx/types';
import type { QuantizeSettings } from './settings';

/**
 * Which weights share a scale: all (`tensor`), those of an output channel (`channel`), or each run of `blockSize` weights of a
 * channel along the input axis (`block`; the last block of a channel may be shorter).
 */
export function groupsOf(layer: Pick<Layer, 'params' | 'view'>, settings: Pick<QuantizeSettings, 'granularity' | 'blockSize'>): Groups {
  const { outer, channels, inner } = layer.view;
  switch (settings.granularity) {
    case 'tensor':
      return { outer: 1, channels: 1, inner: layer.params, block: layer.params };
    case 'channel':
      return { outer, channels, inner, block: outer * inner };
    default:
      return { outer, channels, inner, block: Math.min(settings.blockSize, outer * inner) };
  }
}

/** Every group in order, with the flat indices of its elements. Their array is the same each time: read it before the next. */
export function* elementsByGroup(groups: Groups): Generator<readonly [group: number, elements: Uint32Array]> {
  const { outer, channels, inner, block } = groups;
  const reduced = outer * inner;
  if (reduced === 0 || channels === 0) return;
  const buffer = new Uint32Array(block);
  let group = 0;
  for (let c = 0; c < channels; c++) {
    for (let start = 0; start < reduced; start += block) {
      const end = Math.min(start + block, reduced);
      for (let r = start; r < end; r++) {
        const o = Math.floor(r / inner);
        buffer[r - start] = (o * channels + c) * inner + (r - o * inner);
      }
      yield [group++, buffer.subarray(0, end - start)];
    }
  }
}
