/** The built page in Chromium, for benches of what people see. */
import { chromium, type JSHandle, type Page } from 'playwright';
import { CHROMIUM_FLAGS } from '../../scripts/chromium-flags.mjs';
import { ensureBrowser } from '../../scripts/ensure-browser.mjs';
import { serveStudio } from '../../src/cli/build';
import type { Outcome } from '../../src/engine/protocol/index';
import type { Automation } from '../../src/state/automation';
import { ROOT } from './machine';

/** Without it a browser takes no software renderer for WebGPU, and there is no other where this is asked for. */
const ALLOWS_SOFTWARE = '--enable-unsafe-webgpu';

export interface StudioPage {
  readonly page: Page;
  readonly studio: JSHandle<Automation>;
}

/**
 * Serves the build (`npm run build` makes it) and opens pages of it, until the work is done.
 * @param gpu false: the browser has no WebGPU.
 */
export async function withPages(work: (open: () => Promise<StudioPage>) => Promise<void>, { gpu = true } = {}): Promise<void> {
  const server = await serveStudio(ROOT);
  const browser = await chromium.launch({
    executablePath: ensureBrowser().path,
    args: gpu ? [...CHROMIUM_FLAGS] : [...CHROMIUM_FLAGS.filter((flag) => flag !== ALLOWS_SOFTWARE), '--disable-gpu'],
    ignoreDefaultArgs: ['--headless'],
  });
  try {
    await work(async () => {
      const page = await browser.newPage({ acceptDownloads: true });
      await page.goto(server.resolvedUrls?.local[0] ?? '');
      await page.waitForFunction(() => 'whittle' in window);
      return { page, studio: await page.evaluateHandle(() => window.whittle) };
    });
  } finally {
    await browser.close();
    await server.close();
  }
}

/** A file, or all files of a folder, as a person chooses them. */
export async function chosen(page: Page, path: string, folder: boolean): Promise<JSHandle<HTMLInputElement>> {
  const input = await page.evaluateHandle(
    (whole) => Object.assign(document.createElement('input'), { type: 'file', multiple: true, webkitdirectory: whole }),
    folder,
  );
  await input.asElement()?.setInputFiles(folder ? path : [path]);
  return input;
}

/** Throws where the studio says that it failed. */
export function value<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`${outcome.error.message} ${outcome.error.remedy}`);
}
