import { defineConfig } from 'vitest/config';

/** Specs on a real Superset, which the first run installs from PyPI (1 GB, 3 minutes): `npm run test:superset`. */
export default defineConfig({
  test: {
    include: ['e2e/superset/**/*.superset.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 900_000,
  },
});
