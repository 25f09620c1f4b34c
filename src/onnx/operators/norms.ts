import { intAttribute } from '../nodes';
import { shapeOf } from '../tensor';
import { withAttribute } from './changes';
import { sameShape } from './shape-rules';
import type { Operator } from './types';

const misfit: Operator['misfit'] = (shape, input, node, constant) => {
  if (input === 0 || intAttribute(node, 'spatial', 1) === 0) return null;
  const scale = constant(1);
  const channels = scale && shapeOf(scale)[0];
  if (shape.length !== 1) return 'it must have one dimension';
  return channels !== undefined && shape[0] !== channels ? `it must have ${channels} values` : null;
};

export const NORMS: readonly Operator[] = [
  {
    types: 'BatchNormalization',
    parameters: true,
    normalizes: 'batches',
    channels: 'kept',
    misfit,
    shape: sameShape,
    changed: { 9: withAttribute('spatial') },
  },
  { types: 'LayerNormalization', parameters: true, shape: sameShape, normalizes: 'last axes', channels: 'mixed' },
  { types: 'InstanceNormalization', parameters: true, shape: sameShape, channels: 'kept' },
  { types: 'GroupNormalization RMSNormalization', parameters: true, shape: sameShape, channels: 'mixed' },
  { types: 'LpNormalization LRN', shape: sameShape, channels: 'mixed' },
  { types: 'MeanVarianceNormalization', lacksHalf: () => true },
  { types: 'SimplifiedLayerNormalization', domains: ['', 'com.microsoft'], parameters: true },
  {
    types: 'GroupNorm SkipGroupNorm SkipLayerNormalization SkipSimplifiedLayerNormalization QEmbedLayerNormalization BiasGelu FastGelu',
    domains: ['com.microsoft'],
    parameters: true,
  },
];
