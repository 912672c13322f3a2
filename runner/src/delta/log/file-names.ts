/** Names in `_delta_log` (PROTOCOL.md, "Delta Log Entries" and "Checkpoint Naming Scheme"). */

export const LOG_FOLDER = '_delta_log';
export const LAST_CHECKPOINT = `${LOG_FOLDER}/_last_checkpoint`;

export function commitPath(version: number): string {
  return `${LOG_FOLDER}/${padded(version)}.json`;
}

/** A checkpoint of the first specification in one file (PROTOCOL.md, "Classic checkpoint"). */
export function checkpointPath(version: number): string {
  return `${LOG_FOLDER}/${padded(version)}.checkpoint.parquet`;
}

/** A checkpoint of the v2 specification (PROTOCOL.md, "UUID-named checkpoint"). */
export function v2CheckpointPath(version: number, id: string): string {
  return `${LOG_FOLDER}/${padded(version)}.checkpoint.${id}.parquet`;
}

/** What a name in the log folder stands for; undefined for temporary and foreign files, which are ignored. */
export type LogFile =
  | { readonly kind: 'commit'; readonly version: number }
  | { readonly kind: 'checkpoint'; readonly version: number; readonly part: number; readonly parts: number }
  | { readonly kind: 'v2-checkpoint'; readonly version: number };

export function parseLogFileName(name: string): LogFile | undefined {
  const match =
    /^(\d{20})\.(json|checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet|checkpoint\.[^.]+\.(?:json|parquet))$/.exec(name);
  if (match === null) return undefined;
  const version = Number(match[1]);
  if (match[2] === 'json') return { kind: 'commit', version };
  if (match[3] !== undefined) return { kind: 'checkpoint', version, part: Number(match[3]), parts: Number(match[4]) };
  if (match[2] === 'checkpoint.parquet') return { kind: 'checkpoint', version, part: 1, parts: 1 };
  return { kind: 'v2-checkpoint', version };
}

/** A version as names of the log begin with it: 20 digits. */
export function padded(version: number): string {
  return String(version).padStart(20, '0');
}
