/** Starts a thread from TypeScript: a worker of Node 20 needs a loader of its own for that. */
import { register } from 'tsx/esm/api';

register();
await import('./thread.ts');
