import { inputsField } from '../reconstruction/inputs-field';
import type { Options, PassMeta } from '../options';

const refines = (options: Options): boolean => options['refine'] === 'samples';

export const clusterWeightsMeta: PassMeta = {
  id: 'cluster-weights',
  label: 'Cluster weights',
  explanation:
    'Stores each weight as its place in a short table of values that are chosen to fit the layer. ' +
    '16 clusters take 4 bits a weight, and follow the weights better than an even grid of one scale.',
  formula: "w' = c[k], k = argmin |w − c[k]|; c[k] = the mean of the weights with code k, again and again until nothing moves",
  source: 'Han, Mao, Dally 2016, arXiv 1510.00149; k-means++: Arthur, Vassilvitskii 2007',
  kind: 'weights',
  stores: 'table',
  inShort: ({ clusters, granularity }) => `${String(clusters)} clusters${granularity === 'channel' ? ' per channel' : ''}`,
  fields: [
    {
      key: 'clusters',
      label: 'Clusters',
      help: 'Values in a table. A code takes as many bits as are needed to count them: 16 take 4 bits, 256 take 8.',
      type: 'number',
      min: 2,
      max: 256,
      step: 1,
      default: 16,
      display: 'plain',
      control: 'slider',
    },
    {
      key: 'granularity',
      label: 'Granularity',
      help: 'Which weights share a table: those of the whole layer, or of an output channel (more accurate, and a table more for each).',
      type: 'choice',
      choices: [
        { value: 'tensor', label: 'Tensor' },
        { value: 'channel', label: 'Channel' },
      ],
      default: 'tensor',
    },
    {
      key: 'init',
      label: 'Start',
      help:
        'Where the search begins: random weights far from one another (the best of several tries), ' +
        'equal shares of the weights, or even steps, which give large weights more values.',
      type: 'choice',
      choices: [
        { value: 'kmeans++', label: 'k-means++' },
        { value: 'density', label: 'Density' },
        { value: 'linear', label: 'Linear' },
      ],
      default: 'kmeans++',
    },
    {
      key: 'keepZeros',
      label: 'Keep zeros',
      help: 'Where weights are exactly zero (pruned), zero stays one of the values.',
      type: 'boolean',
      default: true,
    },
    {
      key: 'refine',
      label: 'Refine',
      help:
        "Whether values and codes are then chosen so that the layer's output on " +
        'your samples changes least: far more accurate at 16 clusters and below.',
      type: 'choice',
      choices: [
        { value: 'none', label: 'No' },
        { value: 'samples', label: 'On samples' },
      ],
      default: 'none',
    },
    inputsField({ refine: ['samples'] }),
  ],
  layerFields: ['clusters', 'granularity', 'init', 'keepZeros', 'refine', 'inputs'],
  usesSamples: refines,
  // Biases take what weights lose of the mean.
  editsGraph: refines,
};
