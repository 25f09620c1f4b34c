declare module '*/chromium-flags.mjs' {
  export const CHROMIUM_FLAGS: readonly string[];
}
declare module '*/ensure-browser.mjs' {
  /** Path of a full Chromium, or null; CHROMIUM_PATH wins. Throws where that names no program. */
  export function findChromium(): string | null;
  /** Finds or installs a full Chromium and the Vulkan driver beside it. */
  export function ensureBrowser(): { readonly path: string; readonly swiftShader: string | null };
}
