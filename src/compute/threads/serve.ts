/** A thread's side: does what it is sent, a piece at a time. */
import { toPlainError } from '../../base/errors';
import type { FromThread, ToThread } from './messages';
import { TASKS } from './tasks';

const BY_NAME = new Map(TASKS.map((task) => [task.name, task]));

/** Gives what is to be called with each message. */
export function serve(post: (message: FromThread, transfer: ArrayBuffer[]) => void): (message: ToThread) => void {
  const running = new Map<number, AbortController>();
  const work = async (piece: number, name: string, part: unknown): Promise<void> => {
    const stop = new AbortController();
    running.set(piece, stop);
    try {
      const task = BY_NAME.get(name);
      if (!task) throw new Error(`No task is called ${name}: threads/tasks.ts lists them.`);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was sent under a task's name is a part of it
      const result = await task.run(part as never, {
        signal: stop.signal,
        onProgress: (done) => post({ kind: 'progress', piece, done }, []),
      });
      post({ kind: 'done', piece, result }, buffersOf(result));
    } catch (error) {
      post({ kind: 'failed', piece, error: toPlainError(error) }, []);
    } finally {
      running.delete(piece);
    }
  };
  post({ kind: 'ready' }, []);
  return (message) => {
    if (message.kind === 'stop') running.get(message.piece)?.abort();
    else void work(message.piece, message.task, message.part);
  };
}

/** Arrays of a result, or of its fields, are handed over, not copied. */
function buffersOf(result: unknown): ArrayBuffer[] {
  const values: unknown[] = typeof result === 'object' && result !== null && !ArrayBuffer.isView(result) ? Object.values(result) : [result];
  const buffers = values.flatMap((value) => (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer ? [value.buffer] : []));
  return [...new Set(buffers)];
}
