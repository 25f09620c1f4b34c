/** An npy file as NumPy writes it. */
export function npy(descr: string, shape: readonly number[], values: ArrayBufferView, order = 'False'): Uint8Array<ArrayBuffer> {
  const dict = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const padded = `${dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11)}\n`;
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return new Uint8Array([
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    1,
    0,
    padded.length & 255,
    padded.length >> 8,
    ...new TextEncoder().encode(padded),
    ...data,
  ]);
}
