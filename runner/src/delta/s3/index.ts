/**
 * Delta tables in S3 and in stores that speak its protocol: `tsdbt/delta/s3`. Needs the package `@aws-sdk/client-s3`.
 *
 * ```ts
 * const table = s3Table('s3://lake/silver/plays', engine, { region: 'eu-central-1' });
 * await (await stageAppend(table, { select: 'SELECT …' })).commit({ runId: 'nightly-17', engineInfo: 'my-program/1.0' });
 * const snapshot = await (await table.open())?.snapshot();
 * await table.close();
 * ```
 */
export { S3Store } from './s3-store.js';
export { type S3Table, type S3TableOptions, s3Table } from './s3-table.js';
