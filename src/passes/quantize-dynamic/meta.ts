import { INTEGER_LAYER_FIELDS, weightBitsField, weightScalesField } from '../integer-fields';
import type { PassMeta } from '../options';

export const quantizeDynamicMeta: PassMeta = {
  id: 'quantize-dynamic',
  label: 'Quantize at run time',
  explanation:
    'Weights become 8-bit integers, and activations too, each on the range that it has in that very run. ' +
    'It needs no samples, and serves CPUs (WASM, native ONNX Runtime) and matrix products best; a GPU gains nothing.',
  formula:
    'q = clip(round(x / s) + z, 0, 255), s = (max(x, 0) − min(x, 0)) / 255, z = round(−min(x, 0) / s); y = s · s_w · Σ (q − z) · w + b',
  source: 'ONNX operators DynamicQuantizeLinear, MatMulInteger and ConvInteger; Jacob et al. 2018, arXiv 1712.05877',
  kind: 'format',
  stores: 'integers',
  activations: 'dynamic',
  // The rounding of an earlier pass is kept where integer kernels can take it over.
  buildsOn: ['grid'],
  editsGraph: true,
  fields: [weightBitsField, weightScalesField],
  layerFields: INTEGER_LAYER_FIELDS,
};
