import type { PassMeta } from '../options';

export const quantizeStaticMeta: PassMeta = {
  id: 'quantize-static',
  label: 'Quantize weights and activations',
  explanation:
    'Weights and the values between layers become 8-bit integers, with ranges learned from your samples. CPUs (WASM, native onnxruntime) run such a model faster; a GPU does not.',
  formula: 'q = clip(round(x / s) + z, 0, 255), s = (hi − lo) / 255, z = round(−lo / s); the layer computes on integers: Σ (q − z) · w, plus an int32 bias of step s · s_w',
  source: 'Jacob et al. 2018, arXiv 1712.05877; ranges: Nagel et al. 2021, arXiv 2106.08295',
  kind: 'format',
  editsGraph: true,
  usesSamples: () => true,
  fields: [
    {
      key: 'weightBits',
      label: 'Weight bits',
      help: 'Bits of each weight, stored in a byte. 7 keeps older CPUs (AVX2 without VNNI) from overflowing.',
      type: 'number',
      min: 4,
      max: 8,
      step: 1,
      default: 8,
      display: 'plain',
      control: 'slider',
    },
    {
      key: 'activationType',
      label: 'Activations',
      help: 'uint8 is the fast form on CPUs; int8 is what some other devices want.',
      type: 'choice',
      choices: [
        { value: 'uint8', label: 'uint8' },
        { value: 'int8', label: 'int8' },
      ],
      default: 'uint8',
    },
    {
      key: 'calibrator',
      label: 'Range',
      help: 'How the range of activations follows from your samples: least squared error, their extremes, the mean of each sample’s extremes, 99.99 % of the values, or least information lost.',
      type: 'choice',
      choices: [
        { value: 'mse', label: 'Least error' },
        { value: 'minmax', label: 'Min–max' },
        { value: 'average', label: 'Mean of extremes' },
        { value: 'percentile', label: 'Percentile' },
        { value: 'entropy', label: 'Entropy' },
      ],
      default: 'mse',
    },
    {
      key: 'granularity',
      label: 'Weight scales',
      help: 'One scale for each output channel, or one for the whole weight.',
      type: 'choice',
      choices: [
        { value: 'channel', label: 'Channel' },
        { value: 'tensor', label: 'Tensor' },
      ],
      default: 'channel',
    },
  ],
  layerFields: ['weightBits', 'granularity'],
};
