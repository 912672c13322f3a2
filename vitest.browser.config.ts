import { defineConfig } from 'vitest/config';

/** Specs that look at built pages in Chromium: `npm run test:browser`. They take a browser, so they are no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['e2e/browser/**/*.browser.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});
