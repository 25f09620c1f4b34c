import { opfsShelf } from '../../artifacts/opfs';
import { createArtifacts } from '../../artifacts/store';
import { SLOW_MS, type Keeper } from './lasting';

/** A hash of the sources that results come from, put in by the build (vite.config.ts); null where they may change under the page. */
declare const ENGINE_VERSION: string | null;

/** The artifacts of this page. Without a version nothing is kept, since nothing tells results of other code apart. */
export function pageArtifacts(): Keeper {
  const version = ENGINE_VERSION;
  return {
    artifacts: createArtifacts(version === null ? Promise.resolve(null) : opfsShelf('artifacts')),
    slowMs: SLOW_MS,
    version: version ?? '',
  };
}
