import { intAttribute } from '../nodes';
import { shapeOf } from '../tensor';
import { withAttribute } from './changes';
import { bias, mean, scale, shift, variance } from './ports';
import { sameShape } from './shape-rules';
import type { Operator } from './types';

const misfit: Operator['misfit'] = (shape, input, node, constant) => {
  if (input === 0 || intAttribute(node, 'spatial', 1) === 0) return null;
  const scales = constant(1);
  const channels = scales && shapeOf(scales)[0];
  if (shape.length !== 1) return 'it must have one dimension';
  return channels !== undefined && shape[0] !== channels ? `it must have ${channels} values` : null;
};

const affine = { 1: scale, 2: shift };

export const NORMS: readonly Operator[] = [
  {
    types: 'BatchNormalization',
    parameters: { ...affine, 3: mean, 4: variance },
    normalizes: 'batches',
    channels: 'kept',
    misfit,
    shape: sameShape,
    changed: { 9: withAttribute('spatial') },
  },
  { types: 'LayerNormalization', parameters: affine, shape: sameShape, normalizes: 'last axes', channels: 'mixed' },
  { types: 'InstanceNormalization', parameters: affine, shape: sameShape, channels: 'planes' },
  { types: 'GroupNormalization', parameters: affine, shape: sameShape, channels: 'groups' },
  { types: 'RMSNormalization', parameters: { 1: scale }, shape: sameShape, channels: 'mixed' },
  { types: 'LpNormalization LRN', shape: sameShape, channels: 'mixed' },
  { types: 'MeanVarianceNormalization', lacksHalf: () => true },
  { types: 'SimplifiedLayerNormalization', domains: ['', 'com.microsoft'], parameters: { 1: scale } },
  { types: 'GroupNorm', domains: ['com.microsoft'], parameters: affine },
  { types: 'SkipGroupNorm', domains: ['com.microsoft'], parameters: { ...affine, 4: bias } },
  { types: 'SkipLayerNormalization', domains: ['com.microsoft'], parameters: { 2: scale, 3: shift, 4: bias } },
  { types: 'SkipSimplifiedLayerNormalization', domains: ['com.microsoft'], parameters: { 2: scale, 3: bias } },
  { types: 'BiasGelu FastGelu', domains: ['com.microsoft'], parameters: { 1: bias } },
  { types: 'QEmbedLayerNormalization', domains: ['com.microsoft'], unremarked: true },
];
