import { addInitializer, uniqueNames } from '../../graph';
import { cloneForEdit } from '../../clone';
import { makeNode } from '../../nodes';
import { bytesOf, DataType, makeTensor, sizeOf } from '../../tensor';
import { indexShapes, type ShapeIndex } from '../../shapes';
import type { OnnxModel } from '../../types';
import { indexValues } from '../../values';
import { groupsOf, type ChannelGroup } from '../groups';
import { indexChannels } from '../index';
import { removeChannels, type Mapped } from '../remove';

export function groupsOfModel(model: OnnxModel, remove = true): ChannelGroup[] {
  return groupsOf(mapped(model, remove).map);
}

function mapped({ proto }: OnnxModel, remove: boolean): Mapped & { readonly shapes: ShapeIndex } {
  const index = indexValues(proto);
  const shapes = indexShapes(index);
  return { proto, index, shapes, map: indexChannels(index, shapes, remove) };
}

/** A copy in which every product reads zeros in the place of these channels: whatever they hold, it makes no difference. */
export function masked(model: OnnxModel, gone: ReadonlySet<number>): OnnxModel {
  const copy = cloneForEdit(model);
  const { proto, index, shapes, map } = mapped(copy, true);
  const fresh = uniqueNames(proto);
  const products = new Set(map.products.map(({ node }) => node));
  for (const scope of index.scopes) {
    scope.graph.node = scope.graph.node.flatMap((node) => {
      const stacks = node.opType === 'MatMul' && !products.has(node);
      const inputs = products.has(node) ? [0] : stacks ? [0, 1] : [];
      const masks = inputs.flatMap((input) => {
        const value = index.find(scope, node.input[input] ?? '');
        const marks = map.marksOf(value);
        const shape = shapes.find(scope, value?.name ?? '');
        if (!value || !marks || !shape) return [];
        const dims = shape.map((size, axis) => (marks.axes.includes(axis) ? size : 1));
        if (sizeOf(dims) !== marks.ids.length) throw new Error(`"${value.name}" has other channels than its shape`);
        const mask = Float32Array.from(marks.ids, (id) => (gone.has(map.sets.rootOf(id)) ? 0 : 1));
        const [name, out] = [fresh('mask'), fresh('masked')];
        addInitializer(proto, scope.graph, makeTensor(name, DataType.FLOAT, dims, bytesOf(mask)));
        const product = makeNode('Mul', [value.name, name], [out]);
        node.input[input] = out;
        return [product];
      });
      return masks.concat(node);
    });
  }
  return copy;
}

/** A copy without these channels. */
export function removed(model: OnnxModel, gone: ReadonlySet<number>): OnnxModel {
  const copy = cloneForEdit(model);
  removeChannels(mapped(copy, true), gone);
  return copy;
}
