import { defineConfig } from 'vitest/config';

/** Specs on a real Trino, which the first run downloads: `npm run test:trino`. It takes Java 24 or newer. */
export default defineConfig({
  test: {
    include: ['e2e/trino/**/*.trino.ts', 'runner/test/**/*.trino.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 900_000,
  },
});
