import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { StorageError } from '../../errors/tsdbt-error.js';
import type { Target } from '../operations/target.js';
import type { ParquetEngine } from '../parquet.js';
import { DeltaTable } from '../table.js';
import { fetchingEngine } from './fetching-engine.js';
import { S3Store } from './s3-store.js';

export interface S3TableOptions {
  /** address of a store other than Amazon's, e.g. `http://127.0.0.1:7070`; default: what the SDK finds (AWS_ENDPOINT_URL_S3, …) */
  readonly endpoint?: string | undefined;
  /** default: what the SDK finds (AWS_REGION, …) */
  readonly region?: string | undefined;
  /** the bucket stands in the path, not in the host's name; default: true where an endpoint is given */
  readonly forcePathStyle?: boolean | undefined;
  /** a client to be used instead of one made of the options above; it stays the caller's to destroy */
  readonly client?: S3Client | undefined;
  /** folder for copies of the files that are read and written, kept for the next time; default: a temporary one, which `close` removes */
  readonly cacheFolder?: string | undefined;
}

/** A place for a Delta table in a bucket: what every operation takes as its target. */
export interface S3Table extends Target {
  readonly store: S3Store;
  /** reads files of the table, which it brings from the bucket when a statement names them */
  readonly engine: ParquetEngine;
  /** Opens the table; undefined when there is none yet. */
  open(): Promise<DeltaTable | undefined>;
  /** Ends the connections and removes a temporary cache. */
  close(): Promise<void>;
}

/**
 * A Delta table in S3, or in a store that speaks its protocol. Credentials are those that the AWS SDK finds: environment, profile, web
 * identity, container or instance.
 *
 * @param url `s3://<bucket>/<path of the table>`
 * @param engine reads and writes the Parquet files, on the local disk. The engine of another `S3Table` will do: the new one reads files of both
 * @throws StorageError TSD6005 for something else than such an address
 */
export function s3Table(url: string, engine: ParquetEngine, options: S3TableOptions = {}): S3Table {
  const [, bucket, path] = /^s3a?:\/\/([^/]+)\/+(.*?)\/*$/i.exec(url) ?? [];
  if (bucket === undefined || path === undefined || path === '' || /(^|\/)\.{0,2}(\/|$)/.test(path))
    throw new StorageError('TSD6005', `${url}: this is not the address of a table in S3`, {
      hint: 'write s3://<bucket>/<path of the table>',
    });
  const client =
    options.client ??
    new S3Client({
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      ...(options.region === undefined ? {} : { region: options.region }),
      forcePathStyle: options.forcePathStyle ?? options.endpoint !== undefined,
    });
  const mirror =
    options.cacheFolder === undefined ? mkdtempSync(join(tmpdir(), 'tsdbt-s3-')) : resolve(options.cacheFolder);
  const store = new S3Store(client, bucket, path, mirror);
  const reading = fetchingEngine(store, engine);
  return {
    location: store.location,
    store,
    engine: reading,
    open: () => DeltaTable.open(store.location, reading, { store }),
    async close() {
      if (options.client === undefined) client.destroy();
      if (options.cacheFolder === undefined) await rm(mirror, { recursive: true, force: true });
    },
  };
}
