import { defineConfig } from 'vitest/config';

/** Delta tables on an S3 server, which the first run builds with Go: `npm run test:s3`. */
export default defineConfig({
  test: {
    include: ['runner/test/delta/**/*.s3.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 600_000,
  },
});
