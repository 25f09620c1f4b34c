import type { DataLimits } from './limits';
import { Problems } from './problems';
import type { Source } from './source';
import type { ImageCard, NamedBlob } from './types';

interface Kept {
  readonly source: Source;
  readonly problems: Problems;
}

/**
 * Keeps the last opened samples: a card that only prepares them in another way, or gives their labels another offset, reads the files that
 * are open instead of looking through all of them again.
 */
export class SourceKeeper {
  private key: string | null = null;
  private kept: Kept | null = null;

  /** The samples of this card among these files: those kept where they are the same, else what `open` makes of them. */
  async get(
    card: ImageCard,
    files: readonly NamedBlob[],
    limits: DataLimits,
    problems: Problems,
    open: (problems: Problems) => Promise<Source>,
  ): Promise<Source> {
    const key = keyOf(card, files, limits);
    if (this.kept === null || this.key !== key) {
      this.forget();
      const found = new Problems();
      const source = await open(found);
      this.kept = { source, problems: found };
      this.key = key;
    }
    problems.take(this.kept.problems);
    return this.kept.source;
  }

  forget(): void {
    this.key = null;
    this.kept = null;
  }
}

/** All that opening depends on. Values of npy and CSV are read by the card's layout and size. */
function keyOf({ data, format, images, labels, input }: ImageCard, files: readonly NamedBlob[], limits: DataLimits): string {
  const frame = format === 'npy' || format === 'csv' ? [input.layout, input.size, input.channels === 'L'] : null;
  const stamps = files.map(({ path, blob }) => [path, blob.size, blob instanceof File ? blob.lastModified : 0]);
  return JSON.stringify([data, format, images ?? null, labels?.file ?? null, frame, stamps, limits]);
}
