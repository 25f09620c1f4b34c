/** Runs the TypeScript source that a worker's first argument names: a worker of Node 20 needs a loader of its own for that. */
import { register } from 'tsx/esm/api';

register();
await import(process.argv[2]);
