import { fromHalf } from '../base/half';

/** Bytes of one value of each type of NumPy that is read. */
export const NUMBER_SIZES: ReadonlyMap<string, number> = new Map([
  ['b1', 1],
  ['u1', 1],
  ['i1', 1],
  ['u2', 2],
  ['i2', 2],
  ['f2', 2],
  ['u4', 4],
  ['i4', 4],
  ['f4', 4],
  ['u8', 8],
  ['i8', 8],
  ['f8', 8],
]);

/** The values as numbers, whole ones only; 64-bit integers beyond 2^53 lose their last digits. 32-bit floats share the memory of `raw`. */
export function numbersOf(raw: Uint8Array<ArrayBuffer>, type: string, littleEndian: boolean): Float32Array | Float64Array {
  const size = NUMBER_SIZES.get(type) ?? 1;
  const count = Math.floor(raw.length / size);
  // Every platform with a browser is little endian: the common type needs no copy.
  if (type === 'f4' && littleEndian && raw.byteOffset % size === 0) return new Float32Array(raw.buffer, raw.byteOffset, count);
  const at = reader(new DataView(raw.buffer, raw.byteOffset, raw.byteLength), type, littleEndian);
  const out = new Float64Array(count);
  for (let k = 0; k < count; k++) out[k] = at(k * size);
  return out;
}

function reader(view: DataView, type: string, little: boolean): (offset: number) => number {
  switch (type) {
    case 'i1':
      return (o) => view.getInt8(o);
    case 'u2':
      return (o) => view.getUint16(o, little);
    case 'i2':
      return (o) => view.getInt16(o, little);
    case 'f2':
      return (o) => fromHalf(view.getUint16(o, little));
    case 'u4':
      return (o) => view.getUint32(o, little);
    case 'i4':
      return (o) => view.getInt32(o, little);
    case 'f4':
      return (o) => view.getFloat32(o, little);
    case 'u8':
      return (o) => Number(view.getBigUint64(o, little));
    case 'i8':
      return (o) => Number(view.getBigInt64(o, little));
    case 'f8':
      return (o) => view.getFloat64(o, little);
    default:
      return (o) => view.getUint8(o);
  }
}
