import type { PassMeta } from '../options';

export const pruneChannelsMeta: PassMeta = {
  id: 'prune-channels',
  label: 'Prune channels',
  explanation:
    'Takes whole channels out of convolutions and matrix products, and out of everything that shares them: the model gets smaller and ' +
    'faster on every runtime. Without retraining accuracy falls soon; put it behind the folding of batch norms and before all else.',
  formula: 'score(c) = ‖W[c]‖ over all products that make channel c, divided by the mean of its group; the lowest go',
  source: 'Li et al. 2017, arXiv 1608.08710; groups: Fang et al. 2023, arXiv 2301.12900',
  kind: 'graph',
  inShort: ({ ratio }) => (Number(ratio) === 0 ? null : `${Math.round(100 * Number(ratio))} % of channels off`),
  inName: ({ ratio }) => (Number(ratio) === 0 ? null : `channels${Math.round(100 * Number(ratio))}`),
  fields: [
    {
      key: 'ratio',
      label: 'Channels removed',
      help: 'Share of the channels that go: of each group, or of all together.',
      type: 'number',
      min: 0,
      max: 0.95,
      step: 0.01,
      default: 0.2,
      display: 'percent',
      control: 'slider',
    },
    {
      key: 'scope',
      label: 'Ranked',
      help: 'Every group loses the same share, or all channels are ranked together, and each group keeps at least a tenth.',
      type: 'choice',
      choices: [
        { value: 'group', label: 'In each group' },
        { value: 'global', label: 'Together' },
      ],
      default: 'group',
    },
    {
      key: 'criterion',
      label: 'Criterion',
      help: 'Which channels matter least: those with the smallest weights, by sum of squares or of magnitudes, or any.',
      type: 'choice',
      choices: [
        { value: 'l2', label: 'Squares' },
        { value: 'l1', label: 'Magnitudes' },
        { value: 'random', label: 'Random' },
      ],
      default: 'l2',
    },
    {
      key: 'multiple',
      label: 'Channels left are a multiple of',
      help: 'Kernels of graphics processors are quickest, and some of them only right, on multiples of 4.',
      type: 'choice',
      choices: [
        { value: 1, label: '1' },
        { value: 4, label: '4' },
        { value: 8, label: '8' },
      ],
      default: 4,
    },
  ],
  layerFields: ['ratio'],
};
