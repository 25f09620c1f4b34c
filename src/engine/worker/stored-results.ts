import type { Artifacts, ArtifactUsage } from '../../artifacts/types';

/** What results of earlier fits take on this disk, after removing them all where `clear` says so. Never fails: see `Artifacts`. */
export async function storedResults(artifacts: Artifacts, clear: boolean): Promise<ArtifactUsage> {
  if (clear) await artifacts.clear();
  return artifacts.usage();
}
