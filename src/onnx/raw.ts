/**
 * The raw data of tensors. They are in memory, or stretches of a file that are read when their values are asked for; the message's own type
 * knows of the first alone, so nothing outside this file reads `rawData` of a tensor that came from a file.
 */
import type { TensorProto } from 'onnx-buf';
import { loaded, type Bytes } from '../base/stored-bytes';

/** Where a tensor's raw data are; of length 0 where its values are in a typed list. */
export function rawOf({ rawData }: Pick<TensorProto, 'rawData'>): Bytes {
  return rawData;
}

/** The raw data themselves: a view of what is in memory, a copy of what is in a file. */
export function rawBytes(tensor: TensorProto): Uint8Array<ArrayBuffer> {
  return loaded(rawOf(tensor));
}

/** From here on the tensor's raw data are these. */
export function setRaw(tensor: TensorProto, raw: Bytes): void {
  Object.assign(tensor, { rawData: raw });
}

/** Takes a tensor of floats its values away. */
export function clearData(tensor: TensorProto): void {
  Object.assign(tensor, { rawData: new Uint8Array(), floatData: [], doubleData: [], int32Data: [] });
}
