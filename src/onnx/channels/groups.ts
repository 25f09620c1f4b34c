import type { Value } from '../values';
import type { ChannelMap, ProductChannels } from './map';
import type { Marks } from './marks';

/** Channels that can be rescaled or taken out one by one, and everywhere that they are. */
export interface ChannelGroup {
  /** How many of them. */
  readonly channels: number;
  /** What stands for each of them in the map's sets. */
  readonly roots: readonly number[];
  /** Values that hold them, and constants that belong to them: weights, biases, norms. */
  readonly members: readonly Member[];
  /** Products with some of them as their inputs, and as their outputs. */
  readonly readers: readonly ProductChannels[];
  readonly makers: readonly ProductChannels[];
  /** In words why none of them can be changed; null where they can. */
  readonly fixed: string | null;
}

export interface Member {
  readonly value: Value;
  /** The axes that tell channels apart. */
  readonly axes: readonly number[];
  /** The group's channel at each place along those axes, row-major; -1: one of another group, put beside. */
  readonly channels: Int32Array;
}

interface Growing {
  /** The group's number of each channel, by the one that stands for all that it is joined to. */
  readonly numbers: Map<number, number>;
  readonly members: Member[];
  readonly readers: Set<ProductChannels>;
  readonly makers: Set<ProductChannels>;
}

/** The groups of a graph, in the order in which they begin. */
export function groupsOf({ sets, marked, held, products }: ChannelMap): ChannelGroup[] {
  const groups = new Map<number, Growing>();
  const blocksOf = (ids: Int32Array): Set<number> => new Set(Array.from(ids, (id) => sets.blockOf(id)));
  const groupOf = (block: number): Growing => {
    const known = groups.get(block) ?? { numbers: new Map(), members: [], readers: new Set(), makers: new Set() };
    groups.set(block, known);
    return known;
  };
  const add = (value: Value, { axes, ids }: Marks): void => {
    for (const block of blocksOf(ids)) {
      const { numbers, members } = groupOf(block);
      const channels = ids.map((id) => (sets.blockOf(id) === block ? numberOf(numbers, sets.rootOf(id)) : -1));
      members.push({ value, axes, channels });
    }
  };
  for (const [value, marks] of marked) add(value, marks);
  for (const { value, marks } of held) add(value, marks);
  for (const product of products) {
    for (const block of blocksOf(product.reads)) groupOf(block).readers.add(product);
    for (const block of blocksOf(product.makes)) groupOf(block).makers.add(product);
  }
  return [...groups]
    .toSorted(([a], [b]) => a - b)
    .map(([block, { numbers, members, readers, makers }]) => ({
      channels: numbers.size,
      roots: [...numbers.keys()],
      members,
      readers: [...readers],
      makers: [...makers],
      fixed: sets.reasonOf(block),
    }));
}

function numberOf(numbers: Map<number, number>, root: number): number {
  const number = numbers.get(root) ?? numbers.size;
  numbers.set(root, number);
  return number;
}
