import { expect, test } from 'vitest';
import { describeRecipe } from './describe';
import { decodeRecipeLink } from './link';

const words = (link: string) =>
  describeRecipe(decodeRecipeLink(link)).map(
    ({ label, off, settings, samples }) => `${off ? '(off) ' : ''}${label}: ${settings.join(', ')}; samples ${samples}`,
  );

test('a recipe is told pass by pass, by its first slider and what is not the default', () => {
  expect(words('1/wasm/fold-batchnorm/-prune-weights/quantize-weights?bits=4&rounding=gptq&granularity=block&blockSize=16')).toEqual([
    'Fold batch norm: ; samples none',
    '(off) Prune weights: sparsity 50 %; samples none',
    'Quantize weights: bits 4, granularity Block, block size 16, rounding GPTQ; samples needed',
  ]);
});

test('what a pass takes from samples is what its options ask for, of the pass or of one layer', () => {
  expect(
    words('1/wasm/equalize-layers/equalize-layers?absorb=false/correct-bias/correct-bias?means=norms/quantize-static/-quantize-static'),
  ).toEqual([
    'Equalize layers: ; samples used',
    'Equalize layers: absorb biases off; samples none',
    'Correct biases: ; samples needed',
    'Correct biases: means from Batch norms; samples none',
    'Quantize weights and activations: weight bits 8; samples needed',
    '(off) Quantize weights and activations: weight bits 8; samples none',
  ]);
  expect(words('1/webgpu/quantize-weights?rounding.fc=adaround')).toEqual([
    'Quantize weights: bits 8, 1 layer with settings of its own; samples needed',
  ]);
});

test('layers are named, the first few of many', () => {
  const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `exclude=${name}`).join('&');
  expect(words(`1/webgpu/prune-weights?targetBytes=20000&include=Conv&${many}&sparsity.x=0.1&sparsity.y=0.2`)).toEqual([
    'Prune weights: target size 20.0\u2009kB, only Conv, not a, b, c, d and 2 more, 2 layers with settings of their own; samples none',
  ]);
});
