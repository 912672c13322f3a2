import type { LogStore } from '../store.js';
import { checkpointPath, LAST_CHECKPOINT } from './file-names.js';

/** What `_last_checkpoint` says: a hint only, for it may be older than the last checkpoint, damaged, or left by a log that is gone. */
export interface LastCheckpoint {
  readonly version: number;
  /** of a classic checkpoint in one file, relative to the table; undefined for the other kinds, whose names only a listing tells */
  readonly path: string | undefined;
}

/** Reads `_last_checkpoint` (PROTOCOL.md, "Last Checkpoint File"); undefined where there is none, or none that can be understood. */
export async function readLastCheckpoint(store: LogStore): Promise<LastCheckpoint | undefined> {
  const text = await store.read(LAST_CHECKPOINT);
  if (text === undefined) return undefined;
  try {
    const { version, parts, v2Checkpoint } = JSON.parse(text) as Record<string, unknown>;
    if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 0) return undefined;
    const classic = (parts === undefined || parts === null) && (v2Checkpoint === undefined || v2Checkpoint === null);
    return { version, path: classic ? checkpointPath(version) : undefined };
  } catch {
    return undefined;
  }
}
