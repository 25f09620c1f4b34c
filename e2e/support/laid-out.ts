import { expect, type Page } from 'playwright/test';
import { layoutFaults } from './layout';

type Media = NonNullable<Parameters<Page['emulateMedia']>[0]>;

/**
 * A desk, a small laptop, a desk at 200 %, a phone; each theme, the person's own colours, with and without motion. The last one is left.
 */
const VIEWS: readonly {
  readonly name: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly media: Media;
}[] = [
  {
    name: '390 px, dark',
    size: { width: 390, height: 844 },
    media: { colorScheme: 'dark', forcedColors: 'none', reducedMotion: 'no-preference' },
  },
  {
    name: '390 px, forced colours',
    size: { width: 390, height: 844 },
    media: { colorScheme: 'light', forcedColors: 'active', reducedMotion: 'reduce' },
  },
  {
    name: '1440 px at 200 %',
    size: { width: 720, height: 450 },
    media: { colorScheme: 'light', forcedColors: 'none', reducedMotion: 'reduce' },
  },
  {
    name: '1000 px, dark',
    size: { width: 1000, height: 800 },
    media: { colorScheme: 'dark', forcedColors: 'none', reducedMotion: 'reduce' },
  },
  {
    name: '1440 px, forced colours',
    size: { width: 1440, height: 900 },
    media: { colorScheme: 'dark', forcedColors: 'active', reducedMotion: 'reduce' },
  },
  {
    name: '1440 px, light',
    size: { width: 1440, height: 900 },
    media: { colorScheme: 'light', forcedColors: 'none', reducedMotion: 'reduce' },
  },
];

/**
 * Nothing overflows, lies over another, is cut off or too small to be hit, in every way to see the page; a workbench of tabs is gone
 * through.
 */
export async function expectLaidOut(page: Page): Promise<void> {
  const found: Record<string, readonly string[]> = {};
  for (const { name, size, media } of VIEWS) {
    await page.setViewportSize(size);
    await page.emulateMedia(media);
    for (const panel of await panelsOf(page)) {
      await showPanel(page, panel);
      const faults = await page.evaluate(layoutFaults);
      if (faults.length > 0) found[`${name}${panel === null ? '' : `, ${panel}`}`] = faults;
    }
  }
  expect(found).toEqual({});
}

const PANELS = ['Recipe', 'Weights', 'Layers'];

/** The workbench's panels where the window shows one at a time; otherwise what is shown is all (null). */
async function panelsOf(page: Page): Promise<readonly (string | null)[]> {
  const current = page.getByRole('navigation', { name: 'Panels' }).locator('[aria-current]');
  return (await current.isVisible()) && PANELS.includes((await current.innerText()).trim()) ? PANELS : [null];
}

async function showPanel(page: Page, panel: string | null): Promise<void> {
  if (panel !== null) await page.getByRole('navigation', { name: 'Panels' }).getByRole('button', { name: panel }).dispatchEvent('click');
}
