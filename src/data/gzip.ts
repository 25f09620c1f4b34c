import { WhittleError } from '../base/errors';
import { crc32 } from '../base/crc32';

/** Packed bytes that are unpacked at a time: deflate makes at most 1,032 times as many of them, 17 MB. */
const STEP = 2 ** 14;
/** CRC-32 and length, which end a member. */
const TRAILER = 8;
/** What begins a member: its mark, and deflate. */
const MARK = [0x1f, 0x8b, 8];
/** Bytes behind a member that may be read before they show that no other follows: less than a member's header. */
const BACK = TRAILER + 10;

/** A file that is read in parts; fewer bytes where it ends before. */
interface Bytes {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A member that has ended, and what its trailer has to say. */
interface Member {
  readonly number: number;
  /** Where the next one begins. */
  readonly end: number;
  readonly trailer: Uint8Array;
}

/**
 * What a gzip file holds, in pieces of 17 MB at most: one member after another (RFC 1952, section 2.2), the CRC and length of each checked.
 * Zeros and other bytes behind the last member are passed over, as gzip(1) does. Throws `bad-data` that names the member that is damaged.
 */
export async function* gunzip(path: string, bytes: Bytes): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  // A visitor who brings nothing packed does not load it.
  const { Gunzip } = await import('fflate');
  const sum = new Sum();
  let made: Uint8Array<ArrayBuffer>[] = [];
  let ended: Member[] = [];
  let number = 1;
  const take = (data: Uint8Array): void => {
    sum.add(data);
    made.push(Uint8Array.from(data));
  };
  const stream = new Gunzip(take);
  stream.onmember = (end) => {
    ended.push({ number: number++, end, trailer: sum.trailer() });
    sum.clear();
  };
  let at = 0;
  for (let stopped = false; at < bytes.size && !stopped; at += STEP) {
    try {
      stream.push(await bytes.read(at, STEP));
    } catch {
      // Damage, or what is behind the last member: its trailer tells.
      stopped = true;
    }
    for (const member of ended) {
      if (!same(await bytes.read(member.end - TRAILER, TRAILER), member.trailer)) throw damaged(path, member.number, number);
    }
    ended = [];
    const pieces = made;
    made = [];
    yield* pieces;
  }
  const from = Math.max(0, at - STEP - BACK);
  const last = endOf(await bytes.read(from, at - from), sum.trailer());
  if (last === null) throw damaged(path, number, number);
  if (isMark(await bytes.read(from + last, MARK.length))) throw damaged(path, number + 1, number + 1);
}

/** CRC and length of what one member has given so far. */
class Sum {
  private crc = 0;
  private length = 0;

  add(data: Uint8Array): void {
    this.crc = crc32(data, this.crc);
    this.length += data.length;
  }

  clear(): void {
    this.crc = 0;
    this.length = 0;
  }

  /** As the member's last 8 bytes have to be: the length counts to 2^32. */
  trailer(): Uint8Array {
    const view = new DataView(new ArrayBuffer(TRAILER));
    view.setUint32(0, this.crc, true);
    view.setUint32(4, this.length % 2 ** 32, true);
    return new Uint8Array(view.buffer);
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, k) => byte === b[k]);
}

/** Whether the bytes behind a member begin another, which is cut off or damaged in its header: all there are fit, or two of three do. */
function isMark(bytes: Uint8Array): boolean {
  const fitting = bytes.filter((byte, k) => byte === MARK[k]).length;
  return fitting > 0 && fitting >= Math.min(bytes.length, 2);
}

/** Where the part ends among the bytes; null where it is not there. */
function endOf(bytes: Uint8Array, part: Uint8Array): number | null {
  for (let at = bytes.indexOf(part[0] ?? 0); at !== -1; at = bytes.indexOf(part[0] ?? 0, at + 1)) {
    if (same(bytes.subarray(at, at + part.length), part)) return at + part.length;
  }
  return null;
}

function damaged(path: string, member: number, members: number): WhittleError {
  const where = members === 1 ? '' : ` in its member ${member}`;
  return new WhittleError(
    'bad-data',
    `"${path}" is a gzip file that cannot be unpacked: it is damaged or cut off${where}.`,
    'Fetch the file again.',
  );
}
