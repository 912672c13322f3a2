import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.js';

const HEARTBEAT = 30_000;
/** A run whose process cannot be seen from here (another host, another container) counts as ended after so long without a sign. */
const SILENCE = 60 * 60_000;

interface LiveRun {
  readonly process: ProcessIdentity;
  /** ISO 8601 */
  readonly startedAt: string;
}

/**
 * Leaves a note in the warehouse that a run is at work, as long as it is: the files that it has staged, and the versions that it
 * reads, are spared by every vacuum. A warehouse that cannot be written to is only read; nothing is noted there.
 *
 * @param create the warehouse will be written to, and may not be there yet
 * @returns what takes the note away
 */
export function announceRun(warehouse: string, invocationId: string, create: boolean): () => void {
  const isNew = !existsSync(warehouse);
  if (!create && isNew) return () => {};
  const path = join(runsFolder(warehouse), `${invocationId}.json`);
  const run: LiveRun = { process: identityOf(), startedAt: new Date().toISOString() };
  if (!write(path, JSON.stringify(run))) return () => {};
  const heartbeat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(path, now, now);
    } catch {
      // the folder was removed under our feet: the run itself will say so
    }
  }, HEARTBEAT);
  heartbeat.unref();
  return () => {
    clearInterval(heartbeat);
    rmSync(path, { force: true });
    removeEmpty(runsFolder(warehouse), ...(isNew ? [warehouse] : []));
  };
}

/**
 * When the oldest of the runs that are at work in a warehouse began; undefined where none is. Notes of dead processes are removed.
 *
 * @param except the asking run itself
 */
export function oldestLiveRun(warehouse: string, except: string): Date | undefined {
  let oldest: Date | undefined;
  for (const entry of entriesOf(runsFolder(warehouse))) {
    if (!entry.endsWith('.json') || entry === `${except}.json`) continue;
    const path = join(runsFolder(warehouse), entry);
    const run = readRun(path);
    if (run === undefined) continue;
    if (!isLive(path, run)) {
      rmSync(path, { force: true });
      continue;
    }
    const startedAt = new Date(run.startedAt);
    if (oldest === undefined || startedAt < oldest) oldest = startedAt;
  }
  return oldest;
}

/** Writes a file and its folder; the last run to end may take the folder away in between, so that is tried again. */
function write(path: string, text: string): boolean {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return true;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') return false;
    }
  }
  return false;
}

/** A run that was refused leaves nothing behind, not even folders. */
function removeEmpty(...folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      // something is in it
      return;
    }
  }
}

function runsFolder(warehouse: string): string {
  return join(warehouse, '.runs');
}

function isLive(path: string, run: LiveRun): boolean {
  return isAlive(run.process) ?? Date.now() - statSync(path).mtimeMs < SILENCE;
}

/** A note that is half written belongs to a run that begins just now: all that it will write is younger than any vacuum's limit. */
function readRun(path: string): LiveRun | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LiveRun;
  } catch {
    return undefined;
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
