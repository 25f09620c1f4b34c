import { INTEGER_LAYER_FIELDS, weightBitsField, weightScalesField } from '../integer-fields';
import type { PassMeta } from '../options';

export const quantizeStaticMeta: PassMeta = {
  id: 'quantize-static',
  label: 'Quantize weights and activations',
  explanation:
    'Weights and the values between layers become 8-bit integers, with ranges learned from ' +
    'your samples. CPUs (WASM, native ONNX Runtime) run such a model faster; a GPU does not.',
  formula:
    'q = clip(round(x / s) + z, 0, 255), s = (hi − lo) / 255, z = round(−lo / s); ' +
    'the layer computes on integers: Σ (q − z) · w, plus an int32 bias of step s · s_w',
  source: 'Jacob et al. 2018, arXiv 1712.05877; ranges: Nagel et al. 2021, arXiv 2106.08295; smoothing: Xiao et al. 2023, arXiv 2211.10438',
  kind: 'format',
  stores: 'integers',
  activations: 'static',
  // The rounding of an earlier pass is kept where integer kernels can take it over.
  buildsOn: ['grid'],
  editsGraph: true,
  usesSamples: () => true,
  fields: [
    weightBitsField,
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
      help:
        'How the range of activations follows from your samples: least squared error, their extremes, ' +
        'the mean of each sample’s extremes, 99.99 % of the values, or least information lost.',
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
    weightScalesField,
    {
      key: 'smoothing',
      label: 'Smoothing',
      help:
        'How much of the spread between input channels of matrix products moves ' +
        'from activations into weights (SmoothQuant, 0.5 is usual); 0 moves nothing.',
      type: 'number',
      min: 0,
      max: 1,
      step: 0.05,
      default: 0,
      display: 'plain',
      control: 'slider',
    },
  ],
  layerFields: INTEGER_LAYER_FIELDS,
};
