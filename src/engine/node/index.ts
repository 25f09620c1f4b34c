import { createEngine, type Engine } from '../client/index';
import { createApi } from '../worker/api';
import { Studio } from '../worker/studio';
import { nodeHost } from './host';

export type { Engine };

/** The engine in this process, without a worker. A job that computes holds its thread up: a cancel answers between two pieces of work. */
export function createNodeEngine(options: Parameters<typeof nodeHost>[0] = { compresses: true }): Engine {
  return createEngine(() => {
    const studio = new Studio(nodeHost(options));
    return { api: createApi(studio), gone: new Promise(() => {}), terminate: () => void studio.close().catch(() => {}) };
  });
}
