import type { PassMeta } from '../options';

export const quantizeDynamicMeta: PassMeta = {
  id: 'quantize-dynamic',
  label: 'Quantize at run time',
  explanation:
    'Weights become 8-bit integers, and activations too, each on the range that it has in that very run. It needs no samples, and serves CPUs (WASM, native onnxruntime) and matrix products best; a GPU gains nothing.',
  formula: 'q = clip(round(x / s) + z, 0, 255), s = (max(x, 0) − min(x, 0)) / 255, z = round(−min(x, 0) / s); y = s · s_w · Σ (q − z) · w + b',
  source: 'ONNX operators DynamicQuantizeLinear, MatMulInteger and ConvInteger; Jacob et al. 2018, arXiv 1712.05877',
  kind: 'format',
  editsGraph: true,
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
