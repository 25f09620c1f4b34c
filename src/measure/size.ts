/**
 * Bytes after gzip at the platform's default level, as a web server would send the file. The data streams through in chunks:
 * nothing is copied whole. Stops between chunks when the signal fires.
 */
export async function gzipSize(data: Blob, signal: AbortSignal, onBytes: (done: number) => void = () => {}): Promise<number> {
  let read = 0;
  const counted = data.stream().pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        read += chunk.byteLength;
        onBytes(read);
        controller.enqueue(chunk);
      },
    }),
  );
  const reader = counted.pipeThrough(new CompressionStream('gzip'), { signal }).getReader();
  let bytes = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) bytes += next.value.byteLength;
  signal.throwIfAborted();
  return bytes;
}
