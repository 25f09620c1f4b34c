import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from 'playwright/test';
import { expectLaidOut } from './laid-out';

const WIDTHS = [1440, 390] as const;
const SCHEMES = ['light', 'dark'] as const;

/**
 * The page as it stands is laid out well, and has no violations that axe can find, in both themes and at both widths; the wide light one is
 * left.
 */
export async function expectAccessible(page: Page): Promise<void> {
  await expectLaidOut(page);
  for (const width of WIDTHS.toReversed()) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of SCHEMES.toReversed()) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
      expect(found, `${width} px, ${colorScheme}`).toEqual([]);
    }
  }
}
