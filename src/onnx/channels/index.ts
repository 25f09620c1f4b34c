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
import { align, concatenate, keep, move, split } from './rules';

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
    if (operator?.product) return multiply(map, at, operator.product, derived, remove);
    if (operator?.moves?.joins === true) return concatenate(map, at);
    if (operator?.moves?.splits === true) return split(map, at, remove);
    if (operator?.moves) return move(map, at, { moves: operator.moves, regroups: operator.regroups === true, remove });
    if (operator?.channels === 'aligned') return align(map, at);
    return (
      operator?.channels !== undefined &&
      keep(map, at, { mixes: operator.channels === 'mixed', parameters: operator.parameters !== undefined, remove })
    );
  }
}
