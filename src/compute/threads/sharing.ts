/** What is sent to threads: arrays in shared memory as they are, large ones of ordinary memory copied into it once for all parts. */

import type { SharedMemory } from './memory';

/** Bytes from where one copy into shared memory costs less than a copy a part. */
const WORTH_SHARING = 2 ** 16;

type View = Float32Array | Float64Array | Int32Array | Uint32Array | Int8Array | Uint8Array;
type Kind = new (buffer: SharedArrayBuffer, offset: number, length: number) => View;

const KINDS: readonly Kind[] = [Float32Array, Float64Array, Int32Array, Uint32Array, Int8Array, Uint8Array];

export class Sharing {
  private readonly memory: SharedMemory;
  private readonly copies = new Map<View, View>();
  private readonly taken: SharedArrayBuffer[] = [];

  constructor(memory: SharedMemory) {
    this.memory = memory;
  }

  /** Once no part is looked at any more. */
  end(): void {
    for (const buffer of this.taken) this.memory.giveBack(buffer);
  }

  /** The same plain data, fit to be posted. */
  sendable(data: unknown): unknown {
    for (const kind of KINDS) if (data instanceof kind) return this.view(data, kind);
    if (Array.isArray(data)) return data.map((each) => this.sendable(each));
    if (typeof data !== 'object' || data === null) return data;
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, this.sendable(value)]));
  }

  private view(view: View, kind: Kind): View {
    if (!(view.buffer instanceof ArrayBuffer)) return view;
    // A view is posted with all of the buffer behind it.
    if (view.byteLength < WORTH_SHARING) return view.byteLength < view.buffer.byteLength ? view.slice() : view;
    const known = this.copies.get(view);
    if (known) return known;
    const buffer = this.memory.take(view.byteLength);
    this.taken.push(buffer);
    const copy = new kind(buffer, 0, view.length);
    copy.set(view);
    this.copies.set(view, copy);
    return copy;
  }
}
