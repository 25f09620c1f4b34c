import type { OptionValue, PassMeta } from '../options';

const percentOf = (sparsity: OptionValue | undefined): number => Math.round(100 * Number(sparsity));

export const pruneWeightsMeta: PassMeta = {
  id: 'prune-weights',
  label: 'Prune weights',
  explanation:
    'Sets the least important weights to exactly zero. The file compresses better; ' +
    'a dense runtime needs the same time. Accuracy falls as more is cut.',
  formula: "w' = w · [|w| > t], with t so that exactly round(sparsity · n) weights become zero",
  source: 'Han et al. 2015, arXiv 1506.02626',
  kind: 'weights',
  leaves: { table: 'what is clustered to values without zero' },
  prunes: true,
  scans: 'sparsity',
  inShort: ({ threshold, targetBytes, sparsity }, own) => {
    if (threshold !== undefined) return `pruned below ${String(threshold)}`;
    if (targetBytes !== undefined) return `pruned to ${String(targetBytes)} B`;
    return percentOf(sparsity) === 0 && own === 0 ? null : `${percentOf(sparsity)} % pruned`;
  },
  inName: ({ threshold, targetBytes, sparsity }) => {
    if (threshold !== undefined || targetBytes !== undefined) return 'pruned';
    return Number(sparsity) === 0 ? null : `pruned${percentOf(sparsity)}`;
  },
  fields: [
    {
      key: 'sparsity',
      label: 'Sparsity',
      help: 'Share of the weights that become zero. A threshold or a target size, where set, takes its place.',
      type: 'number',
      min: 0,
      max: 0.99,
      step: 0.01,
      default: 0.5,
      display: 'percent',
      control: 'slider',
      replaces: ['threshold', 'targetBytes'],
    },
    {
      key: 'scope',
      label: 'Scope',
      help:
        'Global ranks the weights of all layers together, so that layers ' +
        'with small weights lose more; layer cuts the same share of each.',
      type: 'choice',
      choices: [
        { value: 'global', label: 'Global' },
        { value: 'layer', label: 'Each layer' },
      ],
      default: 'global',
    },
    {
      key: 'criterion',
      label: 'Criterion',
      help: 'What is cut first: the smallest magnitudes, or a seeded random choice (a control to compare with).',
      type: 'choice',
      choices: [
        { value: 'magnitude', label: 'Magnitude' },
        { value: 'random', label: 'Random' },
      ],
      default: 'magnitude',
    },
    {
      key: 'threshold',
      label: 'Threshold',
      help: 'Cuts every weight with a magnitude below this value, instead of a share. Needs the magnitude criterion.',
      type: 'number',
      min: 0,
      max: 1e6,
      step: 0.001,
      default: undefined,
      display: 'plain',
      control: 'field',
      when: { criterion: ['magnitude'] },
      replaces: ['targetBytes'],
    },
    {
      key: 'targetBytes',
      label: 'Target size',
      help:
        'Cuts until the weights that are left, counted without their zeros in the type the model stores them in, ' +
        'fit in this many bytes. The file itself shrinks only once it is packed or compressed.',
      type: 'number',
      min: 0,
      max: 1e12,
      step: 1,
      default: undefined,
      display: 'bytes',
      control: 'field',
      replaces: ['threshold'],
    },
  ],
  layerFields: ['sparsity'],
};
