import type { TensorProto } from 'onnx-buf';
import { WhittleError } from '../base/errors';
import { findParameters } from '../onnx/parameters';
import { putFloats, readFloats } from '../onnx/tensor';
import type { OnnxModel } from '../onnx/types';
import type { Originals } from './originals';
import type { Lease, PassStore } from './types';
import type { OwnedWeightStore } from './weight-store';

/**
 * The store as passes see it, beside the graph that they edit: it refuses, by name, values that they cannot compute with. What only runs or
 * writes a network takes the store itself.
 */
export function passStore(store: OwnedWeightStore, originals: Pick<Originals, 'problemOf'>, model: OnnxModel): PassStore {
  const checked = async (id: string, lease: Lease): Promise<Lease> => {
    const problem = originals.problemOf(id);
    if (!problem) return lease;
    lease.release();
    throw problem;
  };
  const added = new Map<string, TensorProto>();
  const tensorOf = (id: string): TensorProto => {
    const tensor = added.get(id) ?? findParameters(model).find(({ parameter }) => parameter.id === id)?.value.constant;
    if (!tensor) throw new WhittleError('internal', `The graph has no parameter "${id}".`, 'Report this fault.');
    added.set(id, tensor);
    return tensor;
  };
  return {
    layers: store.layers,
    acquire: async (id) => checked(id, await store.acquire(id)),
    acquireOriginal: async (id) => checked(id, await store.acquireOriginal(id)),
    put: (id, handle, encoding) => store.put(id, handle, encoding),
    encodingOf: (id) => store.encodingOf(id),
    isChanged: (id) => store.isChanged(id),
    add(tensor, replaced) {
      added.set(tensor.name, tensor);
      store.add(tensor.name, readFloats(tensor), replaced);
    },
    set(id, values) {
      const tensor = tensorOf(id);
      putFloats(tensor, values);
      store.set(id, readFloats(tensor));
    },
  };
}
