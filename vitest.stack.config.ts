import { defineConfig } from 'vitest/config';

/**
 * The stack of deploy/compose.yaml without containers: `npm run test:stack`. It installs Trino and Superset outside the repository and
 * starts them with PostgreSQL and Redis, so it is no part of `npm test`.
 */
export default defineConfig({
  test: {
    include: ['e2e/stack/**/*.stack.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    // one step builds on the one before
    bail: 1,
    testTimeout: 900_000,
    hookTimeout: 1_200_000,
  },
});
