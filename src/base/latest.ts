/**
 * Latest wins: starting a task aborts the one before it. A slider calls `start` on every move; only the last move's
 * result arrives, the others reject with AbortError.
 */
export class Latest {
  private current: AbortController | null = null;

  /** Runs `task` with a signal that fires when a newer task starts, when `outer` fires, or on `cancel`. */
  async start<T>(task: (signal: AbortSignal) => Promise<T>, outer?: AbortSignal): Promise<T> {
    this.current?.abort();
    const controller = new AbortController();
    this.current = controller;
    const signal = outer ? AbortSignal.any([controller.signal, outer]) : controller.signal;
    try {
      const value = await task(signal);
      signal.throwIfAborted();
      return value;
    } catch (thrown) {
      // What a superseded task says of itself, its failure too, is of no interest any more.
      signal.throwIfAborted();
      throw thrown;
    } finally {
      if (this.current === controller) this.current = null;
    }
  }

  cancel(): void {
    this.current?.abort();
  }
}
