import { useSyncExternalStore } from 'react';

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = matchMedia(query);
      media.addEventListener('change', changed);
      return () => media.removeEventListener('change', changed);
    },
    () => matchMedia(query).matches,
  );
}

/** Phone width, where rows are taller and columns fewer. The same width stands in the style sheets. */
export function useIsNarrow(): boolean {
  return useMedia('(max-width: 639px)');
}
