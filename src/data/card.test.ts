import { expect, test } from 'vitest';
import { parseCard } from './card';
import { testOnData } from '../base/testing/real-data';
import { cardIn } from './testing/files';

const INPUT = { layout: 'NCHW', size: [28, 28], channels: 'L', scale: 1, mean: [0], std: [255] };
const CARD = { version: 1, task: 'classification', data: 'digits', format: 'idx', images: 'i', input: INPUT };

test('a card is taken as it is written', () => {
  expect(parseCard(CARD)).toEqual(CARD);
  const rgb = {
    ...CARD,
    format: 'images+csv',
    images: undefined,
    model: 'm.onnx',
    labels: { file: 'a.csv', names: 'n.txt', offset: -1 },
    input: { ...INPUT, channels: 'BGR', mean: [1, 2, 3], resizeShorter: 28 },
  };
  const { images: _, ...expected } = rgb;
  expect(parseCard(rgb)).toEqual(expected);
});

test.each([
  [null, 'The card is null'],
  [[], 'The card'],
  [{ ...CARD, version: 2 }, 'The card\'s "version" is 2.'],
  [{ ...CARD, task: undefined }, 'The card has no "task".'],
  [{ ...CARD, format: 'zip' }, 'The card\'s "format" is "zip".'],
  [{ ...CARD, images: undefined }, 'The card has no "images".'],
  [{ ...CARD, data: '' }, 'The card\'s "data" is "".'],
  [{ ...CARD, colour: 1 }, 'The card has a field "colour"'],
  [{ ...CARD, input: 3 }, 'The card\'s "input" is 3.'],
  [{ ...CARD, input: { ...INPUT, size: [28] } }, '"input.size" is [28]'],
  [{ ...CARD, input: { ...INPUT, size: [0, 28] } }, '"input.size" is [0,28]'],
  [{ ...CARD, input: { ...INPUT, size: [28, 2.5] } }, '"input.size" is [28,2.5]'],
  [{ ...CARD, input: { ...INPUT, layout: 'CHW' } }, '"input.layout" is "CHW"'],
  [{ ...CARD, input: { ...INPUT, channels: 'rgb' } }, '"input.channels" is "rgb"'],
  [{ ...CARD, input: { ...INPUT, scale: '1' } }, '"input.scale" is "1"'],
  [{ ...CARD, input: { ...INPUT, mean: [1, 2, 3] } }, '"input.mean" is [1,2,3]'],
  [{ ...CARD, input: { ...INPUT, channels: 'RGB', mean: [1, 2] } }, '"input.mean" is [1,2]'],
  [{ ...CARD, input: { ...INPUT, std: [0] } }, '"input.std" is [0]'],
  [{ ...CARD, input: { ...INPUT, resizeShorter: 27 } }, '"input.resizeShorter" is 27'],
  [{ ...CARD, input: { ...INPUT, resizeShoter: 32 } }, 'input.resizeShoter'],
  [{ ...CARD, tensors: { x: 'x.npy' } }, 'The card\'s "tensors" is {"x":"x.npy"}.'],
  [{ ...CARD, format: 'tensors', tensors: { x: 'x.npy' }, images: undefined }, 'The card\'s "input" is {'],
  [{ ...CARD, format: 'tensors', input: undefined, images: undefined }, 'The card has no "tensors".'],
  [{ ...CARD, format: 'tensors', input: undefined, images: undefined, tensors: {} }, 'The card\'s "tensors" is {}.'],
  [{ ...CARD, format: 'tensors', input: undefined, images: undefined, tensors: { x: 3 } }, 'The card\'s "tensors.x" is 3.'],
  [{ ...CARD, labels: { offset: 0.5 } }, '"labels.offset" is 0.5'],
  [{ ...CARD, labels: { file: 3 } }, '"labels.file" is 3'],
])('%j is refused by field and value', (json, message) => {
  expect(() => parseCard(json)).toThrow(expect.objectContaining({ code: 'bad-card', message: expect.stringContaining(message) }));
});

testOnData('cards of real data are read', (root) => {
  for (const name of ['mnist-8', 'mobilenet_v2_1.0_224', 'resnet8_cifar10', 'resnet_large_cifar10', 'squeezenet1.1']) {
    expect(cardIn(root, name).version).toBe(1);
  }
});
