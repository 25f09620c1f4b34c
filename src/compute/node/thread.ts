/** The entry of a thread of a process of Node. */
import { parentPort } from 'node:worker_threads';
import { serve } from '../threads/serve';

if (parentPort) {
  const port = parentPort;
  port.on(
    'message',
    serve((message, transfer) => port.postMessage(message, transfer)),
  );
}
