/**
 * Shared memory that is used again. A thread keeps what it was ever sent until its own garbage is collected, which it seldom is: buffers
 * that were new for each tensor would pile up there.
 */
export class SharedMemory {
  /** Nobody looks at these any more, the longest unused first. */
  private readonly free: SharedArrayBuffer[] = [];
  private freeBytes = 0;

  /** At least so many bytes, of whatever they were. */
  take(bytes: number): SharedArrayBuffer {
    let best = -1;
    for (const [at, { byteLength }] of this.free.entries()) {
      if (byteLength < bytes || byteLength > LOOSEST * bytes) continue;
      if (best < 0 || byteLength < (this.free[best]?.byteLength ?? 0)) best = at;
    }
    const [found] = best < 0 ? [] : this.free.splice(best, 1);
    this.freeBytes -= found?.byteLength ?? 0;
    return found ?? new SharedArrayBuffer(bytes);
  }

  giveBack(buffer: SharedArrayBuffer): void {
    this.free.push(buffer);
    this.freeBytes += buffer.byteLength;
    while (this.freeBytes > MOST_FREE || this.free.length > MOST_BUFFERS) this.freeBytes -= this.free.shift()?.byteLength ?? 0;
  }
}

/** A buffer serves for what is at least the inverse part of it. */
const LOOSEST = 2;
/** Bytes: what two waves of layers take. */
const MOST_FREE = 2 ** 27;
const MOST_BUFFERS = 64;
