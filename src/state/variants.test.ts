import { describe, expect, it } from 'vitest';
import { frontOf } from './variants';

describe('frontOf', () => {
  it('keeps what no other beats in both size and score', () => {
    const points = [
      { name: 'original', bytes: 100, score: 60 },
      { name: 'int8', bytes: 25, score: 59 },
      { name: 'int8, same size, worse', bytes: 25, score: 50 },
      { name: 'larger and worse', bytes: 50, score: 58 },
      { name: 'int4', bytes: 13, score: 40 },
      { name: 'as good as int8 but larger', bytes: 30, score: 59 },
    ];
    expect(frontOf(points).map((p) => p.name)).toEqual(['int4', 'int8', 'original']);
    expect(frontOf([])).toEqual([]);
  });
});
