import type { Compute, Handle } from '../../compute/types';

/** A compute that counts the handles which are not destroyed yet, and those that were destroyed twice (an error). */
export function countHandles(inner: Compute): { compute: Compute; live: () => number } {
  const alive = new Set<Handle>();
  const watch = <H extends Handle>(handle: H): H => {
    alive.add(handle);
    const destroy = handle.destroy.bind(handle);
    handle.destroy = () => {
      if (!alive.delete(handle)) throw new Error('destroyed twice');
      destroy();
    };
    return handle;
  };
  const compute: Compute = {
    ...inner,
    upload: (data) => watch(inner.upload(data)),
    run: async (operation, ...args) => {
      const result = await inner.run(operation, ...args);
      if (isHandle(result)) watch(result);
      return result;
    },
  };
  return { compute, live: () => alive.size };
}

function isHandle(value: unknown): value is Handle {
  return typeof value === 'object' && value !== null && 'destroy' in value;
}
