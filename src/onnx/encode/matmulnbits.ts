import { create } from '@bufbuild/protobuf';
import type { ModelProto, NodeProto } from 'onnx-buf';
import { OperatorSetIdProtoSchema } from 'onnx-buf';
import { scopesOf } from '../graph';
import { isOnnx, makeNode } from '../nodes';
import { bytesOf, DataType } from '../tensor';
import type { Layer } from '../types';
import type { Emitter } from './emitter';
import { blocksPerChannel, type Grid, isAsymmetric } from '../../base/grids';
import { packPlane } from './planes';

const DOMAIN = 'com.microsoft';

/** Why a layer cannot be held by MatMulNBits, or true. */
export function fitsMatMulNBits(layer: Layer, proto: ModelProto, { bits, groups }: Pick<Grid, 'bits' | 'groups'>): true | string {
  if (layer.op !== 'MatMul' || layer.shape.length !== 2 || layer.view.inner !== 1)
    return 'MatMulNBits holds the right-hand matrix of a MatMul only.';
  if (layer.type !== 'float32') return `MatMulNBits needs float32 weights here; these are ${layer.type}.`;
  if (![2, 4, 8].includes(bits)) return `MatMulNBits holds 2, 4 or 8 bits, not ${bits}.`;
  if (groups.inner !== 1 || groups.outer !== layer.view.outer || groups.channels !== layer.view.channels)
    return 'MatMulNBits needs blocks along the input axis.';
  if (![16, 32, 64, 128, 256].includes(groups.block))
    return `MatMulNBits needs blocks of 16, 32, 64, 128 or 256 weights, not ${groups.block}.`;
  const { tensorName } = layer;
  for (const { graph } of scopesOf(proto)) {
    if (graph.output.some((output) => output.name === tensorName)) return 'The model returns this weight as an output.';
    for (const node of graph.node) {
      const isMatMul = node.opType === 'MatMul' && isOnnx(node.domain) && node.input[0] !== tensorName;
      if (node.input.includes(tensorName) && !isMatMul) return `${node.opType} reads this weight too.`;
    }
  }
  return true;
}

/**
 * Stores codes for com.microsoft MatMulNBits and turns the MatMul nodes that read the weight into it. B is [N, blocks, bytes], low
 * bits first; zero points are packed the same way, and left out where they are the middle code (contrib operator documentation).
 */
export function emitMatMulNBits(emit: Emitter, proto: ModelProto, nodes: readonly NodeProto[], grid: Grid, codes: Uint8Array): void {
  const { outer: K, channels: N, block } = grid.groups;
  const blocks = blocksPerChannel(grid.groups);
  const { bits } = grid;
  // Bytes wrap, so that subtracting a negative lowest code turns two's complement into an offset.
  const rows = new Uint8Array(N * blocks * block);
  for (let n = 0; n < N; n++) for (let k = 0; k < K; k++) rows[n * blocks * block + k] = (codes[k * N + n] ?? 0) - grid.qMin;
  const inputs = [
    emit.constant(DataType.UINT8, [N, blocks, (block * bits) / 8], packPlane(rows, { width: bits, shift: 0 }, rows.length)),
    emit.constant(DataType.FLOAT, [N, blocks], bytesOf(grid.scales)),
  ];
  if (isAsymmetric(grid)) {
    const perByte = 8 / bits;
    const stride = Math.ceil(blocks / perByte) * perByte;
    const zeros = new Uint8Array(N * stride);
    for (const [group, zero] of grid.zeroPoints.entries()) zeros[Math.floor(group / blocks) * stride + (group % blocks)] = zero - grid.qMin;
    inputs.push(emit.constant(DataType.UINT8, [N, stride / perByte], packPlane(zeros, { width: bits, shift: 0 }, zeros.length)));
  } else if (grid.qMin === 0) {
    // Codes from 0 with zero at code 0: the operator's default zero point would be the middle code.
    const bytes = Math.ceil((blocks * bits) / 8);
    inputs.push(emit.constant(DataType.UINT8, [N, bytes], new Uint8Array(N * bytes)));
  }
  // int8 activations (level 4) only where every backend has its fast kernel for it.
  const fast = K % 128 === 0 && N % 16 === 0 && block % 32 === 0;
  const attributes = { K, N, bits, block_size: block, ...(fast ? { accuracy_level: 4 } : {}) };
  for (const node of nodes) {
    node.input = [node.input[0] ?? '', ...inputs];
    node.attribute = makeNode('MatMulNBits', [], [], attributes).attribute;
    node.opType = 'MatMulNBits';
    node.domain = DOMAIN;
  }
  if (!proto.opsetImport.some((entry) => entry.domain === DOMAIN)) {
    proto.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: DOMAIN, version: 1n }));
  }
}
