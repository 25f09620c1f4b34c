import { deferred, type Deferred } from '../../base/deferred';
import { fromPlainError, WhittleError } from '../../base/errors';
import type { Each } from '../types';
import type { FromThread, StartThread, Thread } from './messages';
import { SharedMemory } from './memory';
import { type Crew, eachHere } from './own-thread';
import { Sharing } from './sharing';

/** One part of a task. */
interface Piece {
  readonly number: number;
  /** The task's name. */
  readonly task: string;
  readonly part: unknown;
  readonly sharing: Sharing;
  readonly onProgress: (done: number) => void;
  /** Does it on the caller's thread. */
  readonly here: () => Promise<unknown>;
  readonly ended: Deferred<unknown>;
}

interface Member {
  thread: Thread | null;
  /** Its code is loaded. */
  ready: boolean;
  piece: Piece | null;
}

/**
 * Threads that share the parts of tasks, started when there is first something to share, each new one only while others have work. Where
 * none can be started (a policy of the place, too little memory) the caller's thread does it all; one that ends amid its work takes that
 * with it (`engine-stopped`), and another takes its place.
 * @param size threads at most.
 */
export function createCrew(start: StartThread, size: number): Crew {
  const members: Member[] = [];
  const queue: Piece[] = [];
  const memory = new SharedMemory();
  let pieces = 0;
  let usable = size > 1;

  const next = (): void => {
    while (queue.length > 0) {
      const free = members.find((member) => member.piece === null) ?? (members.length < size ? enlist() : null);
      if (!free) return;
      const piece = queue.shift();
      if (piece) give(free, piece);
    }
  };

  const enlist = (): Member => {
    const member: Member = { thread: null, ready: false, piece: null };
    members.push(member);
    member.thread = start({ message: (message) => hear(member, message), gone: (reason) => lose(member, reason) });
    return member;
  };

  const give = (member: Member, piece: Piece): void => {
    member.piece = piece;
    member.thread?.hold(true);
    try {
      member.thread?.post({ kind: 'do', piece: piece.number, task: piece.task, part: piece.sharing.sendable(piece.part) });
    } catch (error) {
      // What cannot be cloned is no part.
      finish(member, (ended) => ended.reject(asError(error)));
    }
  };

  const finish = (member: Member, how: (ended: Deferred<unknown>) => void): void => {
    const piece = member.piece;
    member.piece = null;
    member.thread?.hold(false);
    if (piece) how(piece.ended);
    next();
  };

  const hear = (member: Member, message: FromThread): void => {
    if (message.kind === 'ready') member.ready = true;
    else if (message.piece !== member.piece?.number) return;
    else if (message.kind === 'progress') member.piece.onProgress(message.done);
    else if (message.kind === 'done') finish(member, (ended) => ended.resolve(message.result));
    else finish(member, (ended) => ended.reject(fromPlainError(message.error)));
  };

  const lose = (member: Member, reason: string): void => {
    members.splice(members.indexOf(member), 1);
    member.thread = null;
    const piece = member.piece;
    member.piece = null;
    if (!member.ready && !members.some(({ ready }) => ready)) usable = false;
    // Nothing was done yet where its code did not load.
    if (piece && !member.ready) queue.unshift(piece);
    else piece?.ended.reject(stopped(reason));
    if (usable) next();
    else for (const { here, ended } of queue.splice(0)) here().then(ended.resolve, ended.reject);
  };

  const each: Each = async (task, parts, job = {}) => {
    job.signal?.throwIfAborted();
    if (!usable || parts.length < 2) return eachHere(task, parts, job);
    const sharing = new Sharing(memory);
    const mine = parts.map((part): Piece => ({
      number: pieces++,
      task: task.name,
      part,
      sharing,
      onProgress: (done) => job.onProgress?.(done),
      here: async () => task.run(part, job),
      ended: deferred(),
    }));
    const drop = (reason: Error): void => {
      for (const piece of mine) {
        const at = queue.indexOf(piece);
        if (at >= 0) queue.splice(at, 1)[0]?.ended.reject(reason);
        else members.find((member) => member.piece === piece)?.thread?.post({ kind: 'stop', piece: piece.number });
      }
    };
    const cancel = (): void => drop(new DOMException('Stopped.', 'AbortError'));
    job.signal?.addEventListener('abort', cancel);
    queue.push(...mine);
    next();
    const endings = mine.map(({ ended }) => ended.promise);
    // Whoever gets an error may free what the parts work on: first they all end.
    for (const ending of endings) ending.catch(drop);
    const settled = await Promise.allSettled(endings);
    job.signal?.removeEventListener('abort', cancel);
    sharing.end();
    job.signal?.throwIfAborted();
    for (const one of settled) if (one.status === 'rejected') throw one.reason;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a thread gives what the task of this name does
    return Promise.all(endings) as Promise<never>;
  };

  return {
    threads: size,
    floats: (length) => new Float32Array(memory.take(length * 4), 0, length),
    release({ buffer }) {
      if (buffer instanceof SharedArrayBuffer) memory.giveBack(buffer);
    },
    each,
    destroy() {
      for (const { ended } of queue.splice(0)) ended.reject(stopped('they were closed'));
      for (const { thread, piece } of members.splice(0)) {
        thread?.end();
        piece?.ended.reject(stopped('they were closed'));
      }
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function stopped(reason: string): WhittleError {
  return new WhittleError(
    'engine-stopped',
    `A thread that computes ended: ${reason}.`,
    'Try again. If it happens again, close other programs to free memory.',
  );
}
