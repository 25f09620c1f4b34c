import { create } from '@bufbuild/protobuf';
import type { NodeProto, TensorProto } from 'onnx-buf';
import { AttributeProtoSchema, AttributeProto_AttributeType as Kind } from 'onnx-buf';
import { toHalf } from '../../base/half';
import { findAttribute } from '../../onnx/nodes';
import { bytesOf, DataType, makeTensor, readFloats, shapeOf } from '../../onnx/tensor';

/** Largest finite and smallest positive float16 value. */
export const HALF_MAX = 65504;
const HALF_TINY = 2 ** -24;

export interface HalfTensor {
  readonly tensor: TensorProto;
  /** What does not fit, in words; null where all values do. */
  readonly problem: string | null;
}

/**
 * A float tensor in float16. Finite values beyond ±65504 are clipped there (an infinity would spread as NaN) and reported; a
 * lone tiny value, as the epsilon of a division, becomes the smallest float16 value instead of zero.
 */
export function halveTensor(tensor: TensorProto): HalfTensor {
  const values = readFloats(tensor);
  const problem = overflowOf(values);
  const patterns = Uint16Array.from(values, (v) => {
    if (Number.isFinite(v) && Math.abs(v) > HALF_MAX) return toHalf(Math.sign(v) * HALF_MAX);
    return values.length === 1 && v !== 0 && Math.abs(v) < HALF_TINY ? toHalf(Math.sign(v) * HALF_TINY) : toHalf(v);
  });
  return { tensor: makeTensor(tensor.name, DataType.FLOAT16, shapeOf(tensor), bytesOf(patterns)), problem };
}

/** Names the finite values beyond the float16 range: how many, and the one farthest out. Null where there are none. */
export function overflowOf(values: Float32Array): string | null {
  let count = 0;
  let worst = 0;
  for (const v of values) {
    if (!Number.isFinite(v) || Math.abs(v) <= HALF_MAX) continue;
    count++;
    if (Math.abs(v) > Math.abs(worst)) worst = v;
  }
  return count === 0 ? null : `${count} of ${values.length} values are beyond ±${HALF_MAX}, the farthest is ${worst.toPrecision(4)}`;
}

/** Turns attributes that fix float32 into float16: of Cast, Constant, ConstantOfShape and the makers of random or unit values. */
export function halveAttributes(node: NodeProto): void {
  if (node.opType === 'Cast') setType(node, 'to');
  else if (TYPED_MAKERS.has(node.opType)) setType(node, 'dtype');
  else if (node.opType === 'ConstantOfShape') {
    const value = findAttribute(node, 'value')?.t;
    setTensor(node, value ? halveTensor(value).tensor : makeTensor('', DataType.FLOAT16, [1], new Uint8Array(2)));
  } else if (node.opType === 'Constant') {
    const single = findAttribute(node, 'value_float');
    const list = findAttribute(node, 'value_floats');
    const floats = single ? [single.f] : (list?.floats ?? []);
    if (!single && !list) return;
    const tensor = makeTensor('', DataType.FLOAT, single ? [] : [floats.length], bytesOf(Float32Array.from(floats)));
    setTensor(node, halveTensor(tensor).tensor);
  }
}

const TYPED_MAKERS: ReadonlySet<string> = new Set(['RandomNormal', 'RandomUniform', 'RandomNormalLike', 'RandomUniformLike', 'Bernoulli']);
/** These make float32 where the attribute is absent; the others follow their input. */
const FLOAT_BY_DEFAULT: ReadonlySet<string> = new Set(['RandomNormal', 'RandomUniform']);

function setType(node: NodeProto, name: string): void {
  const attribute = findAttribute(node, name);
  if (attribute) attribute.i = BigInt(DataType.FLOAT16);
  else if (FLOAT_BY_DEFAULT.has(node.opType))
    node.attribute.push(create(AttributeProtoSchema, { name, type: Kind.INT, i: BigInt(DataType.FLOAT16) }));
}

function setTensor(node: NodeProto, tensor: TensorProto): void {
  node.attribute = [create(AttributeProtoSchema, { name: 'value', type: Kind.TENSOR, t: tensor })];
}
