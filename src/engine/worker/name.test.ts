import { expect, test } from 'vitest';
import type { RecipeStep } from '../../recipe/types';
import { derivedName } from './name';

const name = (...passes: RecipeStep[]): string => derivedName('squeezenet1.1.onnx', { version: 1, target: 'webgpu', passes });

test('the name says what was done', () => {
  expect(name({ id: 'fold-batchnorm' }, { id: 'quantize-weights', options: { bits: 4 } })).toBe('squeezenet1.1.4bit.onnx');
  expect(name({ id: 'prune-weights', options: { sparsity: 0.6 } }, { id: 'quantize-weights' })).toBe('squeezenet1.1.pruned60.8bit.onnx');
  expect(name({ id: 'prune-weights', options: { threshold: 0.01 } })).toBe('squeezenet1.1.pruned.onnx');
  expect(name({ id: 'prune-weights', options: { sparsity: 0 } }, { id: 'convert-float16' })).toBe('squeezenet1.1.fp16.onnx');
  expect(name({ id: 'quantize-weights', off: true }, { id: 'fold-batchnorm' })).toBe('squeezenet1.1.whittled.onnx');
});
