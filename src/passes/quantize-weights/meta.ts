import { inputsField } from '../reconstruction/inputs-field';
import { choiceLabel, type Options, type PassMeta } from '../options';
import { BY_OUTPUT, isByOutput } from './settings';

const fitsOutputs = (options: Options): boolean => isByOutput(options['rounding']);

export const quantizeWeightsMeta: PassMeta = {
  id: 'quantize-weights',
  label: 'Quantize weights',
  explanation:
    'Stores each weight as a small integer and a shared scale. 8 bits make the file about ' +
    'four times smaller and rarely cost accuracy; below 4 bits most models need help.',
  formula:
    "symmetric: s = max|w| / (2^(b−1) − 1), w' = s · clip(round(w/s), −2^(b−1), 2^(b−1) − 1); " +
    "asymmetric: s = (max − min) / (2^b − 1), z = round(−min/s), w' = (q − z) · s",
  source: 'Nagel et al. 2021, arXiv 2106.08295',
  kind: 'weights',
  fields: [
    {
      key: 'bits',
      label: 'Bits',
      help: 'Bits of each stored weight.',
      type: 'number',
      min: 2,
      max: 8,
      step: 1,
      default: 8,
      display: 'plain',
      control: 'slider',
    },
    {
      key: 'scheme',
      label: 'Scheme',
      help: 'Symmetric grids are centred on zero; asymmetric ones have a zero point and fit one-sided weights better.',
      type: 'choice',
      choices: [
        { value: 'symmetric', label: 'Symmetric' },
        { value: 'asymmetric', label: 'Asymmetric' },
      ],
      default: 'symmetric',
    },
    {
      key: 'granularity',
      label: 'Granularity',
      help: 'How many weights share a scale: an output channel, the whole tensor, or a block along the input axis.',
      type: 'choice',
      choices: [
        { value: 'channel', label: 'Channel' },
        { value: 'tensor', label: 'Tensor' },
        { value: 'block', label: 'Block' },
      ],
      default: 'channel',
    },
    {
      key: 'blockSize',
      label: 'Block size',
      help: 'Weights in a block: smaller is more accurate and stores more scales.',
      type: 'choice',
      choices: [16, 32, 64, 128, 256].map((value) => ({ value, label: String(value) })),
      default: 32,
      when: { granularity: ['block'] },
    },
    {
      key: 'range',
      label: 'Range',
      help: 'How the ends of the grid are chosen: the least squared error, the full range, or a percentile that drops outliers.',
      type: 'choice',
      choices: [
        { value: 'mse', label: 'Least error' },
        { value: 'minmax', label: 'Min–max' },
        { value: 'percentile', label: 'Percentile' },
      ],
      default: 'mse',
    },
    {
      key: 'percentile',
      label: 'Percentile',
      help: 'Share of the magnitudes that stay inside the grid, in percent.',
      type: 'number',
      min: 90,
      max: 100,
      step: 0.01,
      default: 99.9,
      display: 'plain',
      control: 'field',
      when: { range: ['percentile'] },
    },
    {
      key: 'rounding',
      label: 'Rounding',
      help:
        "To the nearest value; or so that the layer's output on your samples changes least: by error feedback (GPTQ), " +
        'or learned from there (AdaRound, slower); or to the nearest on a grid that leaves few large errors (HQQ, no samples).',
      type: 'choice',
      choices: [
        { value: 'nearest', label: 'Nearest' },
        { value: 'gptq', label: 'GPTQ' },
        { value: 'adaround', label: 'AdaRound' },
        { value: 'hqq', label: 'HQQ' },
      ],
      default: 'nearest',
    },
    inputsField({ rounding: BY_OUTPUT }),
    {
      key: 'storage',
      label: 'Storage',
      help:
        'Packed keeps exactly the chosen bits and is decoded once at load. Dequantize uses the ONNX operator. ' +
        'MatMulNBits also computes on the codes (2, 4 and 8 bits). Auto picks one for each layer.',
      type: 'choice',
      choices: [
        { value: 'auto', label: 'Auto' },
        { value: 'dequantize', label: 'DequantizeLinear' },
        { value: 'matmulnbits', label: 'MatMulNBits' },
        { value: 'packed', label: 'Packed' },
      ],
      default: 'auto',
    },
  ],
  layerFields: ['bits', 'scheme', 'granularity', 'blockSize', 'range', 'percentile', 'rounding', 'storage'],
  stores: 'grid',
  scans: 'bits',
  inShort: (options) => {
    const rounding = options['rounding'] === 'nearest' ? '' : ` ${choiceLabel(quantizeWeightsMeta.fields, 'rounding', options)}`;
    const granularity = options['granularity'] === 'channel' ? '' : ` per ${String(options['granularity'])}`;
    return `${String(options['bits'])}-bit${rounding}${granularity}`;
  },
  inName: ({ bits }) => `${String(bits)}bit`,
  usesSamples: fitsOutputs,
  // Biases take what weights lose of the mean.
  editsGraph: fitsOutputs,
};
