import { intAttribute } from '../nodes';
import { sizeOf } from '../tensor';
import { outputMajor } from './geometry';
import { bias, lastAxis, peephole } from './ports';
import type { Axes, Operator, Shape, WeightPort } from './types';

/** [directions, gates*H, I]: every row of every direction is a channel. */
function everyRow(shape: Shape): Axes | null {
  return shape.length === 3 ? [0, 1] : null;
}

const unseen = (_: Shape, { opType }: { readonly opType: string }): string => `inputs of ${opType}'s recurrence are not observed`;

const ofStates: WeightPort = { outputs: everyRow, suffix: '/R', geometry: unseen };

const ofInputs: WeightPort = {
  outputs: everyRow,
  suffix: '/W',
  geometry: (shape, node) => (shape.length === 3 ? outputMajor(1, (shape[0] ?? 1) * (shape[1] ?? 1), shape[2] ?? 1) : unseen(shape, node)),
  columns: lastAxis,
};

const RANKS: Readonly<Record<number, number>> = { 1: 3, 2: 3, 3: 2 };

function misfit(gates: number): NonNullable<Operator['misfit']> {
  return (shape, input, node) => {
    const rank = RANKS[input];
    if (rank === undefined) return null;
    if (shape.length !== rank) return `it must have ${rank} dimensions`;
    const hidden = input === 2 ? (shape[2] ?? 0) : intAttribute(node, 'hidden_size', 0);
    const rows = hidden * gates * (input === 3 ? 2 : 1);
    return hidden > 0 && shape[1] !== rows ? `its second dimension must be ${rows}` : null;
  };
}

/** Every element once a step and batch row. */
const recurrent = {
  weights: { 1: ofInputs, 2: ofStates },
  parameters: { 3: bias },
  dynamic: 'stored',
  lacksHalf: () => true,
  macs: ({ shape, inputs: [x] }) => x && sizeOf(shape) * (x[0] ?? 1) * (x[1] ?? 1),
  shape: ({ node, shapes: [x, w, r] }) => {
    if (!x || !w || !r) return [];
    const [steps, batch, directions, hidden] = [x[0] ?? 1, x[1] ?? 1, w[0] ?? 1, r[2] ?? intAttribute(node, 'hidden_size', 1)];
    const last = [directions, batch, hidden];
    return [[steps, directions, batch, hidden], last, last];
  },
} satisfies Partial<Operator>;

export const RECURRENT: readonly Operator[] = [
  { types: 'LSTM', ...recurrent, misfit: misfit(4), parameters: { 3: bias, 7: peephole } },
  { types: 'GRU', ...recurrent, misfit: misfit(3) },
  { types: 'RNN', ...recurrent, misfit: misfit(1) },
];
