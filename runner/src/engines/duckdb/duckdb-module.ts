import { createRequire } from 'node:module';

/**
 * DuckDB's package, loaded as the CommonJS that it is: `import` would first look through its files for the names that they
 * export, which takes as long as loading them. An `import` elsewhere gives the same classes.
 */
export const duckdb = createRequire(import.meta.url)('@duckdb/node-api') as typeof import('@duckdb/node-api');
