import type { PassMeta } from '../options';

export const correctBiasMeta: PassMeta = {
  id: 'correct-bias',
  label: 'Correct biases',
  explanation:
    'Quantizing and pruning shift the mean of what a layer gives. This takes the shift out of the biases, ' +
    'channel by channel: on your samples so that means (behind the activation, where one cuts values off) ' +
    'are again those of the float model, or without samples by what folded batch norms say of each layer’s inputs. ' +
    'Put it after quantization and pruning; the file grows by the biases of layers that had none.',
  formula:
    "samples: E[f(W' x' + b')] = E[f(W x + b)], layer after layer: x' comes from the layers corrected so far, " +
    "f is a ReLU or the identity, where b' = b − E[W' x' − W x]; batch norms: b' = b − (W' − W) E[f(z)], z ~ N(β, γ²)",
  source: 'Nagel et al. 2019, arXiv 1906.04721, section 4.2 and appendices C and D',
  kind: 'weights',
  makesUp: true,
  editsGraph: true,
  usesSamples: (options) => options['means'] !== 'norms',
  fields: [
    {
      key: 'means',
      label: 'Means from',
      help:
        'Your samples, or the batch norms that fold-batchnorm has folded: ' +
        'those need no samples, and reach only layers whose inputs come from one.',
      type: 'choice',
      choices: [
        { value: 'samples', label: 'Samples' },
        { value: 'norms', label: 'Batch norms' },
      ],
      default: 'samples',
    },
    {
      key: 'samples',
      label: 'Samples',
      help: 'How many of the calibration samples the means are taken over, at most.',
      type: 'number',
      min: 1,
      max: 10_000,
      step: 1,
      default: 128,
      display: 'plain',
      control: 'field',
      when: { means: ['samples'] },
    },
  ],
  layerFields: [],
};
