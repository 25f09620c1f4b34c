/** The present run of the recipe: histogram, preview, curve and score of a settled move ask for the same one. */
import { untilAborted } from '../../base/abort';
import type { Job, Progress } from '../../base/job';
import type { RecipeRun } from '../../recipe/run';

/** A run that is made or kept, and those that wait for it or use it. */
interface Slot {
  readonly key: string;
  readonly run: Promise<RecipeRun>;
  readonly stop: AbortController;
  readonly waiting: Set<Job>;
  /** What is told of the run while it is made. */
  told: Progress | null;
  made: RecipeRun | null;
  users: number;
}

/**
 * Runs that are asked for under the same key are one. It goes on as long as anybody waits for it, is stopped when nobody does, and is kept,
 * once it is made, until another takes its place. Beside the kept one there are only runs that jobs still use.
 */
export class PresentRun {
  private current: Slot | null = null;
  /** Runs that were given up, until they have ended: what they hold is free before another begins. */
  private ending: Promise<void> = Promise.resolve();

  /**
   * The run of this key, under way, kept or made now; dispose of it after use. @param key tells apart all that a run depends on.
   * @throws what `make` does; the job's reason, once the work that it alone waited for has ended.
   */
  async hold(key: string, make: (job: Job) => Promise<RecipeRun>, job: Job): Promise<RecipeRun> {
    job.signal.throwIfAborted();
    if (this.current?.key !== key) this.retire();
    const slot = (this.current ??= this.begin(key, make));
    slot.users += 1;
    slot.waiting.add(job);
    if (slot.told && slot.made === null) job.onProgress(slot.told);
    // At once, so that what is asked for next knows that nobody wants this one.
    let left: Promise<void> | null = null;
    const leave = (): Promise<void> => (left ??= this.leave(slot));
    const stop = (): void => void leave();
    job.signal.addEventListener('abort', stop, { once: true });
    try {
      const run = await untilAborted(slot.run, job.signal);
      job.signal.throwIfAborted();
      return this.lease(slot, run);
    } catch (error) {
      await leave();
      throw error;
    } finally {
      job.signal.removeEventListener('abort', stop);
      slot.waiting.delete(job);
    }
  }

  /** The run of this key if it is made; dispose of it after use. */
  made(key: string): RecipeRun | null {
    const slot = this.current;
    if (slot?.key !== key || slot.made === null) return null;
    slot.users += 1;
    return this.lease(slot, slot.made);
  }

  /** Keeps nothing any more; settles when what is not in use is free. */
  async drop(): Promise<void> {
    this.retire();
    await this.ending;
  }

  private retire(): void {
    const old = this.current;
    this.current = null;
    if (old?.users === 0) void this.end(old);
  }

  private begin(key: string, make: (job: Job) => Promise<RecipeRun>): Slot {
    const stop = new AbortController();
    const slot: Slot = {
      key,
      // What was given up lets its memory go before this one begins; what a job still uses stays.
      run: this.ending.then(() => {
        stop.signal.throwIfAborted();
        return make({ signal: stop.signal, onProgress: (progress) => tell(slot, progress) });
      }),
      stop,
      waiting: new Set(),
      told: null,
      made: null,
      users: 0,
    };
    slot.run.then(
      (run) => (slot.made = run),
      () => {
        // What failed is tried anew by the next that asks.
        if (this.current === slot) this.current = null;
      },
    );
    return slot;
  }

  private lease(slot: Slot, run: RecipeRun): RecipeRun {
    let held = true;
    return {
      ...run,
      dispose: () => {
        if (!held) return;
        held = false;
        void this.leave(slot);
      },
    };
  }

  /** One user less; settles when the work has ended that nobody else wants. */
  private async leave(slot: Slot): Promise<void> {
    slot.users -= 1;
    if (slot.users > 0 || (slot === this.current && slot.made !== null)) return;
    if (slot === this.current) this.current = null;
    await this.end(slot);
  }

  private end(slot: Slot): Promise<void> {
    slot.stop.abort();
    const ended = slot.run.then(
      (run) => run.dispose(),
      () => {},
    );
    const before = this.ending;
    this.ending = ended.then(() => before);
    return ended;
  }
}

function tell(slot: Slot, progress: Progress): void {
  slot.told = progress;
  for (const job of slot.waiting) job.onProgress(progress);
}
