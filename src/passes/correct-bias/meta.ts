import type { PassMeta } from '../options';

export const correctBiasMeta: PassMeta = {
  id: 'correct-bias',
  label: 'Correct biases',
  explanation:
    'Quantizing and pruning shift the mean of what a layer gives. This takes the shift out of the biases, channel by channel, so that means are again those of the float model. Put it after quantization and pruning; the file grows by the biases of layers that had none.',
  formula: "b' = b − E[W' x' − W x], over samples, layer after layer: x' comes from the layers corrected so far",
  source: 'Nagel et al. 2019, arXiv 1906.04721, section 4.2 and appendix D',
  kind: 'weights',
  editsGraph: true,
  usesSamples: (options) => Number(options['samples']) > 0,
  fields: [
    {
      key: 'samples',
      label: 'Samples',
      help: 'How many of the calibration samples the means are taken over, at most. 0: none, from the statistics that batch norms keep, where fold-batchnorm has not merged them yet.',
      type: 'number',
      min: 0,
      max: 10_000,
      step: 1,
      default: 128,
      display: 'plain',
      control: 'field',
    },
  ],
  layerFields: [],
};
