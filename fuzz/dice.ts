import { uniform } from '../src/base/random';

/** Choices of one case, the same for the same seed and number. */
export class Dice {
  private readonly next: () => number;

  constructor(seed: number, index: number) {
    this.next = uniform(Math.imul(seed, 0x9e3779b1) + index);
  }

  /** A whole number of 0 .. below - 1. */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[this.below(from.length)];
  }
}

/** Numbers at which code breaks. */
export const ODD_NUMBERS: readonly number[] = [0, 1, -1, 2, 3, -2, 7, 255, 256, 65_536, 2 ** 31 - 1, -(2 ** 31), 2 ** 32, 2 ** 53 - 1];

/** The bytes with some of them changed, taken out, doubled, or the end cut off. */
export function mutatedBytes(bytes: Uint8Array, dice: Dice): Uint8Array<ArrayBuffer> {
  let changed = new Uint8Array(bytes);
  for (let count = 1 + dice.below(4); count > 0; count--) {
    const at = dice.below(changed.length);
    const length = dice.below(Math.min(16, changed.length - at) + 1);
    const kind = dice.below(5);
    if (kind <= 1) changed[at] = dice.chance(0.5) ? dice.below(256) : (changed[at] ?? 0) ^ (1 << dice.below(8));
    else if (kind === 2) changed = joined(changed.subarray(0, at), changed.subarray(at + length));
    else if (kind === 3) changed = joined(changed.subarray(0, at + length), changed.subarray(at));
    else if (dice.chance(0.2)) changed = changed.slice(0, at);
  }
  return changed;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
