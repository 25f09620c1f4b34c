/** The studio in a browser as its tests see it: by roles and names, and by the automation's word that nothing is under way. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, type Browser, type Locator, type Page } from 'playwright/test';
import type { Outcome } from '../../src/engine/protocol/index';
import type { Automation } from '../../src/state/automation';
import { watchWidth } from './layout';

export const DIGITS = 'public/samples/digits.onnx';
export const DIGITS_CARD = 'public/samples/digits.card.json';

export class Studio {
  readonly page: Page;
  /** Requests that left the page's own origin. */
  private readonly foreign: string[] = [];
  /** Everything that was written to the console, and errors that nobody caught. */
  private readonly said: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (!['blob:', 'data:'].includes(url.protocol) && url.hostname !== 'localhost') this.foreign.push(request.url());
    });
    page.on('console', (message) => this.said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.said.push(`error: ${error.message}`));
  }

  /** A page of its own in a context of its own. Animations and themes are pinned. */
  static async open(browser: Browser, path = './'): Promise<Studio> {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
      colorScheme: 'light',
      acceptDownloads: true,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const studio = new Studio(await context.newPage());
    // What the content policy refuses becomes a line of the console, whether the browser writes one or not.
    await studio.page.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        console.error(`refused by ${violatedDirective}: ${blockedURI}`),
      ),
    );
    await studio.page.addInitScript(watchWidth);
    await studio.page.goto(path);
    return studio;
  }

  idle(): Promise<void> {
    return this.page.evaluate(() => window.whittle.idle());
  }

  stats() {
    return this.page.evaluate(() => window.whittle.stats());
  }

  snapshot(): Promise<ReturnType<Automation['snapshot']>> {
    return this.page.evaluate(() => window.whittle.snapshot());
  }

  /** What a person's drop does, with the files' bytes. */
  async drop(...files: readonly { readonly name: string; readonly bytes: Buffer }[]): Promise<void> {
    const transfer = await this.page.evaluateHandle(
      (given) => {
        const data = new DataTransfer();
        for (const { name, base64 } of given) data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
        return data;
      },
      files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') })),
    );
    for (const type of ['dragenter', 'dragover', 'drop']) await this.page.dispatchEvent('body', type, { dataTransfer: transfer });
  }

  dropPath(path: string): Promise<void> {
    return this.drop({ name: basename(path), bytes: readFileSync(path) });
  }

  /** The digit sample with its labelled digits, as the landing page's link opens it. */
  async openDigits(): Promise<void> {
    await this.page.getByRole('button', { name: 'Digits', exact: true }).click();
    await expect(this.grid).toBeVisible();
    await this.idle();
  }

  get grid(): Locator {
    return this.page.getByRole('grid', { name: 'Layers' });
  }

  get scores(): Locator {
    return this.page.getByRole('region', { name: 'Scores' });
  }

  /** Moves a slider by keys, as a person without a pointer does. */
  async slide(name: string, key: string, times = 1): Promise<void> {
    const slider = this.page.getByRole('slider', { name, exact: true }).first();
    await slider.focus();
    for (let i = 0; i < times; i++) await slider.press(key);
  }

  /** Nothing left the origin, nothing was written to the console; so the page was never wider than its window. */
  expectQuiet(): void {
    expect(this.foreign).toEqual([]);
    expect(this.said).toEqual([]);
  }
}

/** The automation's answer, or a failure that names its error. */
export function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
  return outcome.value;
}
