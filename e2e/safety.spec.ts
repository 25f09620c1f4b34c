import { expect, test, type Browser, type Page } from 'playwright/test';
import { contentPolicy, HARDENING, ISOLATION } from '../scripts/content-policy';
import { Studio } from './support/studio';

/** The studio from a host that sends its files and no header of its own. */
async function onBareHost(browser: Browser): Promise<Studio> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.route('**/*', async (route) => {
    const response = await route.fetch();
    const type = response.headers()['content-type'] ?? '';
    await route.fulfill({ status: response.status(), body: await response.body(), headers: { 'content-type': type } });
  });
  const studio = new Studio(await context.newPage());
  await studio.page.goto('./');
  return studio;
}

/** What a name from a file would do if it became markup: a script, a handler and a link with a script. True where any of them ran. */
async function runsInjected(page: Page): Promise<boolean> {
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'document.body.dataset.ran = "script"';
    document.body.append(script);
    const button = document.createElement('button');
    button.setAttribute('onclick', 'document.body.dataset.ran = "handler"');
    document.body.append(button);
    button.click();
    const link = document.createElement('a');
    link.href = 'javascript:void(document.body.dataset.ran = "link")';
    document.body.append(link);
    link.click();
  });
  return page.evaluate(() => document.body.dataset['ran'] !== undefined);
}

test('every file comes with the headers of the policy, and the page carries it too', async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const scripts: Promise<Record<string, string>>[] = [];
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) scripts.push(response.allHeaders());
  });
  const response = await page.goto('./');
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-[\w+/]{43}='; /);
  expect(policy).not.toContain('unsafe-inline');
  expect(policy?.replace(/ 'sha256-[^']*'/, '')).toBe(contentPolicy([]));
  const wanted = Object.entries({ ...ISOLATION, ...HARDENING, 'content-security-policy': `${policy}; frame-ancestors 'none'` }).map(
    ([name, value]) => [name.toLowerCase(), value],
  );
  expect(await response?.allHeaders()).toMatchObject(Object.fromEntries(wanted));
  expect(scripts.length).toBeGreaterThan(0);
  for (const headers of await Promise.all(scripts)) expect(headers).toMatchObject(Object.fromEntries(wanted));
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await context.close();
});

test('a script that gets into the page does not run', async ({ browser }) => {
  const { page } = await Studio.open(browser);
  const refused: string[] = [];
  page.on('console', (message) => refused.push(message.text()));
  expect(await runsInjected(page)).toBe(false);
  // Each is refused twice: by the header and by the page's own tag.
  expect(refused.filter((line) => line.startsWith('refused by script-src'))).toHaveLength(6);
  await page.close();
});

test('dialogs and menus keep within the policy', async ({ browser }) => {
  const studio = await Studio.open(browser);
  const { page } = studio;
  await studio.openDigits();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(await page.evaluate(() => getComputedStyle(document.body).overflow)).toBe('hidden');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(await page.evaluate(() => document.adoptedStyleSheets.length)).toBe(0);
  await page.getByRole('button', { name: 'Report' }).click();
  await page.keyboard.press('Escape');
  studio.expectQuiet();
  await page.close();
});

test('from a host without headers the policy holds, the notice says what is missing, and work goes on on one thread', async ({
  browser,
}) => {
  const studio = await onBareHost(browser);
  const { page } = studio;
  const notice = page.getByRole('complementary', { name: /not isolated/ });
  await expect(notice).toContainText('Cross-Origin-Embedder-Policy: require-corp');
  await studio.openDigits();
  expect((await studio.snapshot()).document.environment?.wasmThreads).toBe(1);
  await expect(studio.scores.getByText(/3\.\d× smaller/)).toBeVisible();
  studio.expectQuiet();
  await notice.getByRole('button', { name: 'Dismiss' }).click();
  await expect(notice).toHaveCount(0);
  expect(await runsInjected(page)).toBe(false);
  await page.context().close();
});

test('in a frame there is no studio: the header refuses it, and without the header the page does', async ({ browser }) => {
  for (const isBare of [false, true]) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await context.route('**/*', async (route) => {
      if (new URL(route.request().url()).pathname === '/frame.html')
        return route.fulfill({ contentType: 'text/html', body: '<iframe src="./"></iframe>' });
      if (!isBare) return route.continue();
      const response = await route.fetch();
      return route.fulfill({ body: await response.body(), headers: { 'content-type': response.headers()['content-type'] ?? '' } });
    });
    await page.goto('./frame.html');
    const frame = page.frameLocator('iframe');
    if (isBare) await expect(frame.getByRole('alert')).toContainText('does not run inside another page');
    await expect(frame.getByRole('button', { name: 'Open a model' })).toHaveCount(0);
    expect(await page.frames()[1]?.evaluate(() => 'whittle' in window)).toBe(false);
    await context.close();
  }
});
