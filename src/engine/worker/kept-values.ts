/** Inner values of the calibration samples, kept between probes: in main memory within a budget, beyond it on the user's disk. */
import type { Artifacts } from '../../artifacts/types';
import { decode, encode, listOf, number, octets, record, text } from '../../base/codec';
import type { Passage } from '../../onnx/probe';
import { KeptLost, type Kept } from '../../passes/types';
import type { HostTensor } from '../../runtime/types';

/** Values of one batch, by the names that they are kept under. */
export type KeptBatch = ReadonlyMap<string, HostTensor>;

/** What kept values may take, of all runs of one recipe together. */
export interface Room {
  /** Left in main memory. */
  bytes: number;
  /** Left on the disk. */
  diskBytes: number;
  readonly disk: Pick<Artifacts, 'get' | 'put' | 'remove'> | null;
}

/** Two cuts of squeezenet1.1 take 210 MB over 128 samples, of mobilenet_v2 250 MB. */
export const ROOM_BYTES = 512 * 2 ** 20;
/** Of the place that fits share, no more than leaves them their half. */
export const ROOM_DISK_BYTES = 512 * 2 ** 20;

interface Batch {
  readonly samples: number;
  readonly bytes: number;
  /** null: on the disk, under `key`. */
  readonly values: KeptBatch | null;
  readonly key: string;
}

export class KeptValues implements Kept {
  /** How each value is held. */
  readonly held: ReadonlyMap<string, Passage>;
  private readonly room: Room;
  private readonly batches: Batch[] = [];
  private readonly id = crypto.randomUUID();

  constructor(held: ReadonlyMap<string, Passage>, room: Room) {
    this.held = held;
    this.room = room;
  }

  get bytes(): number {
    return this.batches.reduce((sum, batch) => sum + (batch.values === null ? 0 : batch.bytes), 0);
  }

  /** Samples of each batch. */
  get sizes(): readonly number[] {
    return this.batches.map(({ samples }) => samples);
  }

  /** Takes over the arrays of the next batch. @returns false where there is no room: then nothing of it is kept. */
  async add(samples: number, values: KeptBatch): Promise<boolean> {
    const bytes = [...values.values()].reduce((sum, { data }) => sum + ('byteLength' in data ? data.byteLength : 0), 0);
    const key = `kept ${this.id} ${this.batches.length}`;
    if (bytes <= this.room.bytes) {
      this.room.bytes -= bytes;
      this.batches.push({ samples, bytes, values, key });
      return true;
    }
    if (this.room.disk === null || bytes > this.room.diskBytes) return false;
    this.room.diskBytes -= bytes;
    this.batches.push({ samples, bytes, values: null, key });
    await this.room.disk.put(key, pack(values));
    return true;
  }

  /** @throws KeptLost where the disk no longer has it. */
  async get(at: number): Promise<KeptBatch> {
    const batch = this.batches[at];
    if (batch?.values) return batch.values;
    const packed = batch ? await this.room.disk?.get(batch.key) : null;
    if (!packed) throw new KeptLost();
    return unpack(packed);
  }

  release(): void {
    for (const { values, bytes, key } of this.batches.splice(0)) {
      if (values === null) {
        this.room.diskBytes += bytes;
        void this.room.disk?.remove(key);
      } else this.room.bytes += bytes;
    }
  }
}

interface Packed {
  readonly key: string;
  readonly type: string;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const BATCH = listOf(record<Packed>({ key: text, type: text, dims: listOf(number), bytes: octets }));

function pack(values: KeptBatch): Uint8Array<ArrayBuffer> {
  const packed = [...values].map(([key, { type, dims, data }]): Packed => {
    const bytes = Array.isArray(data) ? new Uint8Array() : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { key, type, dims, bytes: bytes.slice() };
  });
  return encode(BATCH, packed);
}

function unpack(bytes: Uint8Array<ArrayBuffer>): KeptBatch {
  return new Map(
    decode(BATCH, bytes).map(({ key, type, dims, bytes: { buffer } }) => [
      key,
      { type, dims, data: type === 'float16' ? new Uint16Array(buffer) : new Float32Array(buffer) },
    ]),
  );
}

/** Of so many values one is looked at for how many bits it has. */
const STRIDE = 7;

/**
 * Whether float16 holds these values well: none is beyond its range, and no more of them lie where it has less than its 11 bits than where
 * it has all (by a part of them). Zeros alone may have been anything.
 */
export function holdsWell(bits: Uint16Array): boolean {
  let beyond = 0;
  // The sum reaches the sign's bit from infinity on.
  for (let i = 0; i < bits.length; i++) beyond |= ((bits[i] ?? 0) & 0x7fff) + 0x400;
  if ((beyond & 0x8000) !== 0) return false;
  let [coarse, fine] = [0, 0];
  for (let i = 0; i < bits.length; i += STRIDE) {
    const magnitude = (bits[i] ?? 0) & 0x7fff;
    if (magnitude >= 0x400) fine++;
    else if (magnitude > 0) coarse++;
  }
  return bits.length === 0 || (fine > 0 && fine >= coarse);
}
