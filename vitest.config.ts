import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['runner/test/**/*.test.ts', 'ingest/**/*.test.ts', 'ml/**/*.test.ts', 'e2e/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/fixtures/**', '**/dist/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
