import { constant, either, oneOf, record, type Codec } from '../base/codec';
import { CODEBOOK, GRID } from '../base/grid-codecs';
import { newFloats, type FloatMaker } from '../base/scratch';
import { assignCodes } from '../compute/operations/assign-codes';
import { gridCodes } from '../compute/operations/codes';
import { type Codebook, codebookBits, type Grid } from '../base/grids';
import type { Compute, Handle } from '../compute/types';
import { decodeCodes } from './quantize-weights/grid';
import type { Encoding } from './types';

/** Encodings whose values are small integers and what these stand for. */
export type Coded = Exclude<Encoding, { readonly kind: 'float16' }>;

const STORED = record<Extract<Coded, { readonly kind: 'grid' }>>({
  kind: constant('grid'),
  grid: GRID,
  storage: oneOf('packed', 'dequantize', 'matmulnbits', 'float16'),
});
const TABLED = record<Extract<Coded, { readonly kind: 'codebook' }>>({ kind: constant('codebook'), codebook: CODEBOOK });
/** How an encoding is kept. */
export const CODED: Codec<Coded> = either((encoding) => encoding.kind === 'grid', STORED, TABLED);

/** Whether the layer is stored as codes, of a grid or a table: half precision and plain floats are not. */
export function isCoded(encoding: Encoding | null): encoding is Coded {
  return encoding !== null && encoding.kind !== 'float16';
}

/** The bits of a code, and the lowest. */
export function codesForm(encoding: Coded): Pick<Grid, 'bits' | 'qMin'> {
  return encoding.kind === 'grid' ? encoding.grid : { bits: codebookBits(encoding.codebook), qMin: 0 };
}

/** Codes of a value that lies on its encoding, one byte each in tensor order. */
export function codesOf(compute: Compute, value: Handle, encoding: Coded): Promise<Uint8Array<ArrayBuffer>> {
  return encoding.kind === 'grid' ? compute.run(gridCodes, value, encoding.grid) : compute.run(assignCodes, value, encoding.codebook);
}

/** The values of codes, bit for bit those that were encoded. */
export function valuesOf(codes: Uint8Array, encoding: Coded, make: FloatMaker = newFloats): Float32Array<ArrayBuffer> {
  return encoding.kind === 'grid' ? decodeCodes(codes, encoding.grid, make) : decodeCodebook(codes, encoding.codebook, make);
}

function decodeCodebook(codes: Uint8Array, { groups, size, values }: Codebook, make: FloatMaker): Float32Array<ArrayBuffer> {
  const { outer, channels, inner } = groups;
  const decoded = make(codes.length);
  const perChannel = Math.ceil((outer * inner) / groups.block);
  let e = 0;
  for (let o = 0; o < outer; o++) {
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < inner; i++, e++) {
        const group = c * perChannel + Math.floor((o * inner + i) / groups.block);
        decoded[e] = values[group * size + (codes[e] ?? 0)] ?? 0;
      }
    }
  }
  return decoded;
}
