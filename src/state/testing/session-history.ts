/** A browser's history and address, as far as the page uses them. */
import { vi } from 'vitest';

const START = 'https://whittle.test/app/?x=1';

interface Entry {
  readonly state: unknown;
  readonly url: URL;
}

export interface SessionHistory {
  /** Hashes of all entries, the shown one marked by "*". */
  readonly entries: () => readonly string[];
  readonly hash: () => string;
  readonly back: () => void;
  readonly forward: () => void;
  /** The person writes another hash, as in the address bar. */
  readonly write: (hash: string) => void;
  /** Whether the page asks before it is left. */
  readonly asks: () => boolean;
}

/** Puts a window in place whose page was just loaded from an address with this hash. */
export function sessionHistory(hash = ''): SessionHistory {
  let entries: Entry[] = [{ state: null, url: new URL(`${START}${hash}`) }];
  let at = 0;
  const now = (): Entry => entries[at] ?? { state: null, url: new URL(START) };
  const page = new EventTarget();
  const put = (state: unknown, url: string | undefined): Entry => ({ state, url: new URL(url ?? now().url.href, now().url) });
  const add = (entry: Entry): void => {
    entries = [...entries.slice(0, at + 1), entry];
    at += 1;
  };
  const go = (by: number): void => {
    at = Math.max(0, Math.min(entries.length - 1, at + by));
    tell();
  };
  const tell = (): void => void page.dispatchEvent(Object.assign(new Event('popstate'), { state: now().state }));
  vi.stubGlobal('location', {
    get href() {
      return now().url.href;
    },
    get hash() {
      return now().url.hash;
    },
    get pathname() {
      return now().url.pathname;
    },
    get search() {
      return now().url.search;
    },
  });
  vi.stubGlobal('history', {
    get state() {
      return now().state;
    },
    pushState: (state: unknown, _unused: string, url?: string) => add(put(state, url)),
    replaceState: (state: unknown, _unused: string, url?: string) => void entries.splice(at, 1, put(state, url)),
  });
  vi.stubGlobal('window', page);
  return {
    entries: () => entries.map(({ url }, i) => `${url.hash}${i === at ? '*' : ''}`),
    hash: () => now().url.hash,
    back: () => go(-1),
    forward: () => go(1),
    write: (text) => {
      add({ state: null, url: new URL(text, now().url) });
      tell();
    },
    asks: () => !page.dispatchEvent(new Event('beforeunload', { cancelable: true })),
  };
}
