import { expect, test } from 'vitest';
import { presetOf, PRESETS, presetsFor, withPreset } from './presets';
import { framed, normalize } from './preprocess';
import { cardOf } from './testing/files';

const COLOUR = cardOf({ format: 'folders', images: undefined, input: { channels: 'RGB', size: [1, 1], resizeShorter: 9 } }).input;
const GREY = cardOf({ input: { size: [1, 1] } }).input;

function named(id: string) {
  const preset = PRESETS.find((each) => each.id === id);
  if (!preset) throw new Error(`no preset ${id}`);
  return preset;
}

function seen(input: typeof COLOUR, data: Uint8Array | Float32Array): number[] {
  const into = new Float32Array(input.channels === 'L' ? 1 : 3);
  normalize(framed({ width: 1, height: 1, channels: input.channels === 'L' ? 1 : 3, data }, input), input, into, 0);
  return Array.from(into, (v) => Math.round(v * 1e4) / 1e4);
}

test('what a model sees of a pixel under each preset', () => {
  const pixel = Uint8Array.of(255, 0, 51);
  expect(seen(withPreset(COLOUR, named('torch')), pixel)).toEqual([2.2489, -2.0357, -0.9156]);
  expect(seen(withPreset(COLOUR, named('torch'), 'BGR'), pixel)).toEqual([-0.9156, -2.0357, 2.2489]);
  expect(seen(withPreset(COLOUR, named('tf')), pixel)).toEqual([1, -1, -0.6]);
  expect(seen(withPreset(COLOUR, named('caffe')), pixel)).toEqual([51 - 104, -117, 255 - 123]);
  expect(seen(withPreset(GREY, named('mnist')), Uint8Array.of(255))).toEqual([2.8215]);
  expect(['unit', 'unit-inverted', 'raw-inverted'].map((id) => seen(withPreset(GREY, named(id)), Uint8Array.of(51))[0])).toEqual([
    0.2, 0.8, 204,
  ]);
  expect(seen(withPreset(COLOUR, named('torch'), 'RGB', 255), Float32Array.of(1, 0, 0.2))).toEqual([2.2489, -2.0357, -0.9156]);
});

test('a card is told its preset, in either order of channels, and keeps the rest', () => {
  for (const channels of ['RGB', 'L'] as const) {
    for (const preset of presetsFor(channels)) {
      const input = { ...COLOUR, channels };
      for (const order of ['RGB', 'BGR'] as const) expect(presetOf(withPreset(input, preset, order))).toBe(preset);
      expect(withPreset(input, preset)).toMatchObject({ size: [1, 1], resizeShorter: 9, layout: 'NCHW' });
    }
  }
  expect(presetOf({ ...COLOUR, mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] })?.id).toBe('tf');
  expect(presetOf({ ...COLOUR, mean: [1], std: [1] })).toBe(null);
});
