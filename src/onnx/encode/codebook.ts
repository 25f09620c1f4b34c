import { bytesOf, DataType } from '../tensor';
import { emitCodes } from './codes';
import type { Emitter } from './emitter';
import { emitFloats } from './floats';
import { blocksPerChannel, type Codebook, codebookBits } from '../../base/grids';
import { layoutOf } from './layout';
import { emitShaped } from './packed';

/**
 * Stores codes at exactly the codebook's bits each, with standard nodes in front that every runtime folds once at load: what `emitCodes`
 * makes, plus where the channel's table starts, Gather from the tables of all channels.
 * @param codebook A table for the whole weight or for each channel.
 * @param codes One byte each, in tensor order. Kept where they take 8 bits: they are the file's bytes.
 * @param output Name for the float32 result, of shape `dims`; null for a new one.
 */
export function emitCodebook(
  emit: Emitter,
  opset: number,
  dims: readonly number[],
  codebook: Codebook,
  codes: Uint8Array<ArrayBuffer>,
  output: string | null,
): string {
  const { groups, size, values } = codebook;
  if (blocksPerChannel(groups) !== 1) throw new RangeError('Codebooks are for whole weights or channels');
  const { codeDims, groupDims } = layoutOf(dims, groups);
  const code = emitCodes(emit, opset, codeDims, { bits: codebookBits(codebook), qMin: 0 }, codes, DataType.INT32);
  const index = groups.channels === 1 ? code : emit.node('Add', [code, emitStarts(emit, groups.channels, size, groupDims)]);
  return emitShaped(emit, 'Gather', [emitFloats(emit, [values.length], values), index], codeDims, dims, output);
}

/** Where each channel's table starts. */
function emitStarts(emit: Emitter, channels: number, size: number, dims: readonly number[]): string {
  return emit.shared(`starts ${size} ${dims.join()}`, () =>
    emit.constant(DataType.INT32, dims, bytesOf(Int32Array.from({ length: channels }, (_, c) => c * size))),
  );
}
