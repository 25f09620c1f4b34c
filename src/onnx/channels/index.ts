/**
 * Which values share channels. Every product with a weight makes channels; they are followed through what computes element by element,
 * pools, normalizes or moves, are joined where values are added to each other, and end where another product reads them.
 */
import { derivedValues } from '../derived';
import { operatorOf } from '../operators/table';
import type { ShapeIndex } from '../shapes';
import type { ValueIndex } from '../values';
import { ChannelMap } from './map';
import { Place } from './place';
import { multiply } from './products';
import { multiplyStacks } from './stacks';
import { align, concatenate, cutOut, keep, move, split } from './rules';

/**
 * @param remove whether channels are to be taken out, not only rescaled: what grouped convolutions read and make then hangs together, since
 * their
 * groups stay as large as each other and a depthwise one has as many as it reads; and what names a number of channels keeps them.
 */
export function indexChannels(index: ValueIndex, shapes: ShapeIndex, remove: boolean): ChannelMap {
  const map = new ChannelMap();
  const derived = derivedValues(index);
  for (const scope of index.scopes) {
    for (const node of scope.graph.node) {
      const at = new Place(index, shapes, scope, node);
      if (!follow(at)) for (const value of at.inputs) map.fix(value, `${node.opType} reads "${value?.name ?? ''}"`);
    }
  }
  map.close();
  return map;

  function follow(at: Place): boolean {
    const operator = operatorOf(at.node);
    if (operator?.product && multiply(map, at, operator.product, derived, remove)) return true;
    if (operator?.product)
      return (
        remove && operator.product.stacks === true && at.inputs.every((value) => value && !derived.has(value)) && multiplyStacks(map, at)
      );
    if (operator?.moves?.joins === true) return concatenate(map, at);
    if (operator?.moves?.splits === true) return split(map, at, remove);
    const sizes = operator?.sizes;
    if (operator?.cutsOut === true && remove) return cutOut(map, at);
    if (operator?.moves) return move(map, at, { moves: operator.moves, sizes, remove });
    if (operator?.channels === 'aligned') return align(map, at);
    const channels = operator?.channels;
    return channels !== undefined && keep(map, at, { channels, parameters: operator?.parameters !== undefined, sizes, remove });
  }
}
