import type { PassMeta } from '../options';

export const correctBiasMeta: PassMeta = {
  id: 'correct-bias',
  label: 'Correct biases',
  explanation:
    'Quantizing and pruning shift the mean of what a layer gives. This takes the shift out of the biases, channel by channel, so that means (behind the activation, where one cuts values off) are again those of the float model. Put it after quantization and pruning; the file grows by the biases of layers that had none.',
  formula: "E[f(W' x' + b')] = E[f(W x + b)] over samples, layer after layer: x' comes from the layers corrected so far, f is a ReLU or the identity, where b' = b − E[W' x' − W x]",
  source: 'Nagel et al. 2019, arXiv 1906.04721, section 4.2 and appendix D',
  kind: 'weights',
  editsGraph: true,
  usesSamples: () => true,
  fields: [
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
    },
  ],
  layerFields: [],
};
