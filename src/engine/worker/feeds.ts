/** Feeds in the types that a session wants. */
import { toHalf } from '../../base/half';
import type { HostFeeds } from '../../runtime/feeds';
import type { Feeds, HostTensor, ValueInfo } from '../../runtime/types';

/** The feeds in the types a session wants: a model converted to float16 with its inputs takes halves. */
export function fit(feeds: Feeds, inputs: readonly ValueInfo[]): HostFeeds {
  const types = new Map(inputs.map((i) => [i.name, i.type]));
  return Object.fromEntries(
    Object.entries(feeds).flatMap(([name, tensor]): [string, HostTensor][] => {
      if ('gpuBuffer' in tensor) return [];
      const half = types.get(name) === 'float16' && tensor.data instanceof Float32Array;
      return [[name, half ? { type: 'float16', dims: tensor.dims, data: halves(tensor.data) } : tensor]];
    }),
  );
}

function halves(data: HostTensor['data']): Uint16Array {
  return data instanceof Float32Array ? Uint16Array.from(data, toHalf) : new Uint16Array();
}
