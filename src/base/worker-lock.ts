/**
 * How the owner of a worker learns that it has ended, whatever ended it: `close()`, the browser short of memory, a crash. No event tells of
 * these. A Web Lock does: the browser releases what a worker holds when its thread is gone, at once and not before, however long it
 * computes.
 * Where a page has no locks (no secure context) the promises here stay pending.
 */

/** The worker's side. */
export interface LockHolder {
  /** Takes the lock and keeps it as long as the worker lives. */
  holdLock(name: string): Promise<void>;
}

/** Resolves once the lock is held; it is never released by hand. */
export async function holdLock(name: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    navigator.locks
      .request(name, () => {
        resolve();
        return new Promise<never>(() => {});
      })
      .catch(reject);
  });
}

/** The owner's side: resolves when the worker behind `holder` is gone, rejects when the signal fires. */
export async function untilGone(holder: LockHolder, signal: AbortSignal): Promise<void> {
  if (!('locks' in navigator)) return new Promise<never>(() => {});
  const name = `whittle-${crypto.randomUUID()}`;
  // Asked for before the worker has it, the lock would be ours.
  await holder.holdLock(name);
  await navigator.locks.request(name, { signal }, () => {});
}
