import { defineConfig } from 'playwright/test';
import { CHROMIUM_FLAGS } from './scripts/chromium-flags.mjs';

const port = 4183;

/** End to end, against the production build. Two workers, each with a browser of its own: a page mostly waits on one thread at a time. */
export default defineConfig({
  testDir: 'e2e',
  workers: 2,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    baseURL: `http://localhost:${port}`,
    launchOptions: {
      ...(process.env['CHROMIUM_PATH'] ? { executablePath: process.env['CHROMIUM_PATH'] } : {}),
      args: [...CHROMIUM_FLAGS],
      ignoreDefaultArgs: ['--headless'],
    },
    trace: 'retain-on-failure',
  },
  webServer: {
    command: `npx vite preview --port ${port} --strictPort`,
    port,
    reuseExistingServer: false,
  },
});
