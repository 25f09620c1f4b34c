import { fileURLToPath } from 'node:url';
import { engineVersion } from '../../../scripts/engine-version';
import { folderShelf } from '../../artifacts/node/folder';
import { createArtifacts } from '../../artifacts/store';
import { createNodeRuntime } from '../../runtime/node/index';
import type { Host } from '../worker/host';
import { SLOW_MS } from '../worker/lasting';
import { cacheFolder } from './cache';
import { startNodeCompressor } from './compressor';
import { nodeCompute } from './compute';
import { decodeBySharp } from './decode';
import { ON_DISK } from './disk';

/** A process of Node: kernels on a GPU or their references on its threads, models on onnxruntime's native kernels. */
export function nodeHost({ compresses }: Pick<Host, 'compresses'>): Host {
  return {
    acquire: async () => ({ ...(await nodeCompute(process.env['WHITTLE_COMPUTE'])), runtime: createNodeRuntime() }),
    decode: decodeBySharp,
    files: ON_DISK,
    compresses,
    startCompressor: startNodeCompressor,
    keeper: diskKeeper(),
    product: `Node ${process.versions.node}`,
  };
}

/** Of the sources that a bundle was made from; undefined where sources run. */
declare const ENGINE_VERSION: string | undefined;

/** A fit that the last run of the command made is found again by the next. */
function diskKeeper(): Host['keeper'] {
  const folder = cacheFolder(process.platform, process.env);
  let version: string | null = null;
  return {
    artifacts: createArtifacts(folder === null ? Promise.resolve(null) : folderShelf(folder)),
    slowMs: SLOW_MS,
    // Reads every source, which only a run that keeps something has to wait for.
    get version() {
      return (version ??=
        typeof ENGINE_VERSION === 'string' ? ENGINE_VERSION : engineVersion(fileURLToPath(new URL('../../..', import.meta.url))));
    },
  };
}
