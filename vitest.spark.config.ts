import { defineConfig } from 'vitest/config';

/** The guide to Spark, executed, and tables that go between Spark and `tsdbt/delta`: `npm run test:spark`. It installs Spark outside the repository, so it is no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['e2e/spark/**/*.spark.ts', 'e2e/delta/**/*.spark.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 900_000,
    hookTimeout: 1_200_000,
  },
});
