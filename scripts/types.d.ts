declare module '*/chromium-flags.mjs' {
  export const CHROMIUM_FLAGS: readonly string[];
  /** A command line switch; to Dawn in Node it is given without the dashes. */
  export const SLOW_ON_SWIFTSHADER: string;
}
declare module '*/ensure-browser.mjs' {
  /** Path of a full Chromium, or null; CHROMIUM_PATH wins. Throws where that names no program. */
  export function findChromium(): string | null;
  /** Finds or installs a full Chromium and the Vulkan driver beside it. */
  export function ensureBrowser(): { readonly path: string; readonly swiftShader: string | null };
}
declare module '*/stale.mjs' {
  /** Whether `output` is missing or older than one of `sources`. @param sources files and folders, from `root`. */
  export function isStale(root: string, output: string, sources: readonly string[]): boolean;
}
declare module '*/bundle-command.mjs' {
  /** Path of the command's bundle, which is built first where it has to be. */
  export function bundledCommand(): Promise<string>;
}
declare module '*/find-firefox.mjs' {
  /** Path of the system's Firefox, or null; FIREFOX_PATH wins. Throws where that names nothing. */
  export function findFirefox(): string | null;
}
declare module '*/architecture.mjs' {
  /** Breaches of the import table and circles below `root`/src, entries of the table that no import needs, and how much was looked at. */
  export function check(root: string): {
    readonly problems: readonly string[];
    readonly idle: readonly string[];
    readonly files: number;
    readonly imports: number;
  };
}
declare module '*/count.mjs' {
  interface UnitCounts {
    readonly passed: number;
    readonly failed: number;
    /** Passed tests that ran on a WebGPU device. */
    readonly gpu: number;
    /** Names of skipped tests. */
    readonly skipped: readonly string[];
  }
  interface E2eCounts {
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
    /** Titles of tests that were skipped for want of Firefox. */
    readonly firefox: readonly string[];
  }
  export function countUnit(report: object | null): UnitCounts;
  export function countE2e(report: object | null): E2eCounts;
  /** What a run lacks that must not be. */
  export function missing(unit: UnitCounts, e2e: E2eCounts | null): readonly string[];
  export function closingLines(unit: UnitCounts, e2e: E2eCounts | null): readonly string[];
}
