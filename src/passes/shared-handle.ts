import type { Handle } from '../compute/types';
import type { Lease } from './types';

/** A handle with one owner and any number of readers; it is destroyed when the owner has let go and no lease is out. */
export interface Shared {
  lease(): Lease;
  retire(): void;
}

/** Takes the handle over: nobody else may destroy it. Releasing a lease twice does nothing. */
export function createShared(handle: Handle): Shared {
  let leases = 0;
  let owned = true;
  const settle = (): void => {
    if (!owned && leases === 0) handle.destroy();
  };
  return {
    lease() {
      let released = false;
      leases++;
      return {
        handle,
        release() {
          if (released) return;
          released = true;
          leases--;
          settle();
        },
      };
    },
    retire() {
      if (!owned) return;
      owned = false;
      settle();
    },
  };
}
