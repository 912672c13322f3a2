import { StorageError } from '../../errors/tsdbt-error.js';
import type { LogStore } from '../store.js';
import { checkpointPath, LAST_CHECKPOINT, LOG_FOLDER } from './file-names.js';

/** What `_last_checkpoint` says: a hint only, for it may be older than the last checkpoint, damaged, or left by a log that is gone. */
export interface LastCheckpoint {
  readonly version: number;
  /** of a checkpoint in one Parquet file, relative to the table; undefined for the other kinds, whose names only a listing tells */
  readonly path: string | undefined;
}

const V2_NAME = /^\d{20}\.checkpoint\.[\w-]+\.parquet$/;

/** Reads `_last_checkpoint` (PROTOCOL.md, "Last Checkpoint File"); undefined where there is none, or none that can be understood. */
export async function readLastCheckpoint(store: LogStore): Promise<LastCheckpoint | undefined> {
  const text = await store.read(LAST_CHECKPOINT).catch((error) => {
    if (error instanceof StorageError && error.code === 'TSD6006') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const { version, parts, v2Checkpoint } = JSON.parse(text) as Record<string, unknown>;
    if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 0) return undefined;
    if (parts !== undefined && parts !== null) return { version, path: undefined };
    if (v2Checkpoint === undefined || v2Checkpoint === null) return { version, path: checkpointPath(version) };
    const { path } = v2Checkpoint as { readonly path?: unknown };
    return { version, path: typeof path === 'string' && V2_NAME.test(path) ? `${LOG_FOLDER}/${path}` : undefined };
  } catch {
    return undefined;
  }
}
