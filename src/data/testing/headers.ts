/** Mark and header (IHDR) of a PNG of this size, without a picture behind them. */
export function pngHeader(width: number, height: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array([
    0x89,
    ...new TextEncoder().encode('PNG\r\n\u001a\n'),
    0,
    0,
    0,
    13,
    ...new TextEncoder().encode('IHDR'),
    ...new Uint8Array(17),
  ]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  bytes[24] = 8;
  return bytes;
}
