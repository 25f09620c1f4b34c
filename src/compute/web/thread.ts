/** The entry of a thread of the page. */
import { holdLock } from '../../base/worker-lock';
import type { ToThread } from '../threads/messages';
import { serve } from '../threads/serve';

/** Before any work: the thread's owner waits for a lock that only the thread's end releases. */
export interface LockRequest {
  readonly kind: 'lock';
  readonly name: string;
}

const take = serve((message, transfer) => postMessage(message, { transfer }));

addEventListener('message', ({ data }: MessageEvent<ToThread | LockRequest>) => {
  if (data.kind !== 'lock') take(data);
  else void holdLock(data.name).then(() => postMessage({ kind: 'locked' }));
});
