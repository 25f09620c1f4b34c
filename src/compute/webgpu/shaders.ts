/** The WGSL sources by kernel name, each with the preludes it needs in front (see shaders/README.md). */
import adaroundStep from '../../../shaders/adaround-step.wgsl?raw';
import applyCut from '../../../shaders/apply-cut.wgsl?raw';
import assignCodes from '../../../shaders/assign-codes.wgsl?raw';
import assign from '../../../shaders/assign.wgsl?raw';
import clipErrors from '../../../shaders/clip-errors.wgsl?raw';
import codes from '../../../shaders/codes.wgsl?raw';
import countBelow from '../../../shaders/count-below.wgsl?raw';
import errorSums from '../../../shaders/error-sums.wgsl?raw';
import gramProduct from '../../../shaders/gram-product.wgsl?raw';
import histogram from '../../../shaders/histogram.wgsl?raw';
import matmulInt8 from '../../../shaders/matmul-int8.wgsl?raw';
import matmul from '../../../shaders/matmul.wgsl?raw';
import codebook from '../../../shaders/prelude/codebook.wgsl?raw';
import dot4Builtin from '../../../shaders/prelude/dot4-builtin.wgsl?raw';
import dot4Shifts from '../../../shaders/prelude/dot4-shifts.wgsl?raw';
import f16 from '../../../shaders/prelude/f16.wgsl?raw';
import f32 from '../../../shaders/prelude/f32.wgsl?raw';
import grid from '../../../shaders/prelude/grid.wgsl?raw';
import linear from '../../../shaders/prelude/linear.wgsl?raw';
import quantize from '../../../shaders/quantize.wgsl?raw';
import radixHistogram from '../../../shaders/radix-histogram.wgsl?raw';
import ranges from '../../../shaders/ranges.wgsl?raw';
import roundWithFeedback from '../../../shaders/round-with-feedback.wgsl?raw';
import toHalf from '../../../shaders/to-half.wgsl?raw';

export const SHADERS = {
  quantize: linear + grid + quantize,
  codes: linear + grid + codes,
  ranges: linear + grid + ranges,
  'clip-errors': linear + grid + clipErrors,
  'error-sums': linear + errorSums,
  'count-below': linear + countBelow,
  histogram: linear + histogram,
  'radix-histogram': linear + radixHistogram,
  'apply-cut': linear + applyCut,
  'adaround-step': linear + adaroundStep,
  'gram-product': linear + gramProduct,
  'round-with-feedback': linear + roundWithFeedback,
  assign: linear + grid + codebook + assign,
  'assign-codes': linear + grid + codebook + assignCodes,
  'to-half': linear + toHalf,
  'matmul-f32': f32 + matmul,
  'matmul-f16': f16 + matmul,
  'matmul-int8': dot4Builtin + matmulInt8,
  'matmul-int8-shifts': dot4Shifts + matmulInt8,
} as const;

export type Kernel = keyof typeof SHADERS;
