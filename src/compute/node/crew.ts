import { availableParallelism } from 'node:os';
import { startThread } from '../../base/node/thread';
import { createCrew } from '../threads/crew';
import type { Crew } from '../threads/own-thread';
import type { FromThread, StartThread } from '../threads/messages';

let shared: Crew | null = null;

/** The crew of this process: a thread a core. They end with the process and do not keep it. */
export function nodeCrew(): Crew {
  return (shared ??= createCrew(startNodeThread, availableParallelism()));
}

/** A worker thread, which the process goes on for while it has work. */
export const startNodeThread: StartThread = ({ message, gone }) => {
  const worker = startThread('compute-thread', new URL('thread.ts', import.meta.url));
  let ended = false;
  const end = (reason: string): void => {
    if (!ended) gone(reason);
    ended = true;
  };
  worker.unref();
  worker.on('message', (received: FromThread) => message(received));
  worker.on('error', (error: Error) => end(error.message));
  worker.on('exit', (code) => end(`it left with code ${code}`));
  return {
    post: (sent) => worker.postMessage(sent, []),
    hold: (busy) => (busy ? worker.ref() : worker.unref()),
    end() {
      ended = true;
      void worker.terminate();
    },
  };
};
