import { StorageError } from '../../errors/tsdbt-error.js';
import type { LogStore } from '../store.js';
import { commitPath, LOG_FOLDER, padded, parseLogFileName } from './file-names.js';

/** The files of the log that make up one version. */
export interface LogSegment {
  readonly version: number;
  readonly checkpoint: { readonly version: number; readonly paths: readonly string[] } | undefined;
  /** versions of the commits to replay after the checkpoint, ascending and without gaps */
  readonly commits: readonly number[];
}

/** What a listing of the log holds. */
export interface LogListing {
  /** versions of commit files, ascending */
  readonly commits: readonly number[];
  /** complete checkpoints, ascending */
  readonly checkpoints: readonly { version: number; paths: readonly string[] }[];
  /** latest version that commits or checkpoints reach; -1 for an empty log */
  readonly latest: number;
}

/** Lists the log. Temporary files, foreign files and checkpoints of several parts of which one is missing (PROTOCOL.md, "Multi-part checkpoint") are ignored. */
export async function listLog(store: LogStore): Promise<LogListing> {
  return listingOf(await store.list(LOG_FOLDER));
}

/**
 * Lists the log from a version on of which `_last_checkpoint` says that it has a checkpoint. Where that is not so, or the
 * rest of the log does not go on from there, all of it.
 */
export async function listLogFrom(store: LogStore, version: number): Promise<LogListing> {
  const first = padded(version);
  const names = (await (store.listFrom?.(LOG_FOLDER, first) ?? store.list(LOG_FOLDER))) as readonly string[];
  const listing = listingOf(names.filter((name) => name >= first));
  const checkpoint = listing.checkpoints.at(-1)?.version;
  const after = listing.commits.filter((commit) => commit > (checkpoint ?? 0));
  const goesOn = after.every((commit, i) => commit === checkpoint! + 1 + i);
  return checkpoint !== undefined && goesOn ? listing : listLog(store);
}

function listingOf(names: readonly string[]): LogListing {
  const commits: number[] = [];
  const parts = new Map<string, { version: number; parts: number; paths: Map<number, string> }>();
  for (const name of names) {
    const file = parseLogFileName(name);
    if (file?.kind === 'commit') commits.push(file.version);
    if (file?.kind === 'v2-checkpoint')
      parts.set(name, { version: file.version, parts: 1, paths: new Map([[1, `${LOG_FOLDER}/${name}`]]) });
    if (file?.kind !== 'checkpoint') continue;
    const key = `${file.version}/${file.parts}`;
    const entry = parts.get(key) ?? { version: file.version, parts: file.parts, paths: new Map() };
    entry.paths.set(file.part, `${LOG_FOLDER}/${name}`);
    parts.set(key, entry);
  }
  const checkpoints = [...parts.values()]
    .filter((entry) => entry.paths.size === entry.parts)
    .map((entry) => ({
      version: entry.version,
      paths: [...entry.paths.entries()].sort(([a], [b]) => a - b).map(([, path]) => path),
    }))
    .sort((a, b) => a.version - b.version || b.paths.length - a.paths.length);
  commits.sort((a, b) => a - b);
  return { commits, checkpoints, latest: Math.max(commits.at(-1) ?? -1, checkpoints.at(-1)?.version ?? -1) };
}

/**
 * The segment of one version: the newest checkpoint not after it, and the commits that follow.
 * Throws StorageError TSD6014 for a version that the log does not reach, TSD6015 naming a commit that is missing.
 */
export function segmentFor(store: LogStore, listing: LogListing, version: number = listing.latest): LogSegment {
  if (version > listing.latest || version < 0)
    throw new StorageError('TSD6014', `${store.location}: there is no version ${version}`, {
      hint: `versions reach from ${earliest(listing)} to ${listing.latest}`,
    });
  const checkpoint = listing.checkpoints.findLast((candidate) => candidate.version <= version);
  const first = (checkpoint?.version ?? -1) + 1;
  const commits = listing.commits.filter((commit) => commit >= first && commit <= version);
  for (let expected = first, i = 0; expected <= version; expected++, i++)
    if (commits[i] !== expected) throw missing(store, listing, expected, version);
  return { version, checkpoint, commits };
}

/** The earliest version that can still be read. */
function earliest(listing: LogListing): number {
  const checkpoint = listing.checkpoints[0]?.version;
  return listing.commits[0] === 0 ? 0 : (checkpoint ?? listing.commits[0] ?? 0);
}

function missing(store: LogStore, listing: LogListing, expected: number, version: number): StorageError {
  const cleaned = listing.commits[0] !== undefined && expected < listing.commits[0];
  return new StorageError(
    'TSD6015',
    `${store.location}: version ${version} cannot be read, for version ${expected} is missing (${commitPath(expected)})`,
    {
      hint: cleaned
        ? `the log has been cleaned up: the earliest version that can be read is ${earliest(listing)}`
        : 'a file of the log was lost; restore it from a backup, or read a version before it',
    },
  );
}
