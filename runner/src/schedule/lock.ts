import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { StorageError } from '../errors/tsdbt-error.js';
import { identityOf, isAlive } from '../run/process-identity.js';
import { removeIfThere, unwritable } from './atomic-file.js';
import type { Clock } from './clock.js';
import { scheduleCodes } from './codes.js';

/** How often a holder shows that it lives. */
export const HEARTBEAT_MS = 15_000;
/** A lock of another host or container whose heartbeat stands still for this long is stale. */
const STALE_AFTER_MS = 3 * HEARTBEAT_MS;
const LOOK_EVERY_MS = 1000;

const contentSchema = z.object({
  token: z.string(),
  since: z.string(),
  process: z.object({ pid: z.number(), machine: z.string(), birth: z.string().nullable() }),
});

interface Seen {
  readonly text: string;
  /** the time of the last heartbeat, by the file system's clock; only ever compared with itself */
  readonly beat: number;
}

export interface LockOptions {
  readonly clock: Clock;
  /** ends the waiting for a lock that may be stale */
  readonly signal: AbortSignal;
  readonly log: (level: 'info' | 'warn', message: string) => void;
}

/**
 * A file that one scheduler holds at a time. A holder on this machine is known to live or not by its process; one on another host or in
 * another container by its heartbeat, the file's modification time, which is watched until it moves or has stood still long enough:
 * clocks of two machines are never compared.
 */
export class ScheduleLock {
  private constructor(
    readonly path: string,
    readonly token: string,
  ) {}

  /**
   * @param path absolute
   * @returns undefined when the signal ended the waiting
   * @throws StorageError TSD1983 while another scheduler holds it, TSD1986 where it cannot be written
   */
  static async acquire(path: string, options: LockOptions): Promise<ScheduleLock | undefined> {
    const lock = new ScheduleLock(path, randomUUID());
    while (!options.signal.aborted) {
      if (lock.#claim(options.clock.now())) return lock;
      const holder = look(path);
      if (holder !== undefined && (await isStale(holder, path, options))) lock.#remove(holder, options);
    }
    return undefined;
  }

  /** Shows that the holder lives. @returns false when the lock is another's by now */
  beat(now: Date): boolean {
    try {
      // removed by hand, or with the folder
      if (look(this.path) === undefined) this.#claim(now);
      if (!this.#isOurs()) return false;
      utimesSync(this.path, now, now);
    } catch {
      // a disk that is full or gone for a moment; the next heartbeat tells
    }
    return true;
  }

  release(): void {
    try {
      if (this.#isOurs()) removeIfThere(this.path);
    } catch {
      // it stays, and is stale when this process has ended
    }
  }

  /** A link is made whole or not at all, and never over another file. */
  #claim(now: Date): boolean {
    const temporary = `${this.path}.${this.token}`;
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      const content = { token: this.token, since: now.toISOString(), process: identityOf() };
      writeFileSync(temporary, `${JSON.stringify(content)}\n`);
      linkSync(temporary, this.path);
      return true;
    } catch (cause) {
      // only a link that is in the way means a holder: a file where the folder should be is EEXIST, too
      const { code, syscall } = cause as NodeJS.ErrnoException;
      if (code === 'EEXIST' && syscall === 'link') return false;
      throw unwritable(this.path, cause);
    } finally {
      removeIfThere(temporary);
    }
  }

  /** Takes a stale lock away, and puts it back where it turns out to be one that another has taken in the meantime. */
  #remove(stale: Seen, options: LockOptions): void {
    const aside = `${this.path}.stale.${this.token}`;
    try {
      renameSync(this.path, aside);
    } catch {
      return;
    }
    if (readFileSync(aside, 'utf8') === stale.text)
      options.log('warn', `removed a stale lock: ${describe(stale.text)}`);
    else {
      try {
        linkSync(aside, this.path);
      } catch {
        // somebody else has it, and its former holder will notice
      }
    }
    removeIfThere(aside);
  }

  #isOurs(): boolean {
    const seen = look(this.path);
    return seen !== undefined && parse(seen.text)?.token === this.token;
  }
}

async function isStale(holder: Seen, path: string, { clock, signal, log }: LockOptions): Promise<boolean> {
  const content = parse(holder.text);
  const alive = content === undefined ? undefined : isAlive(content.process);
  if (alive === false) return true;
  if (alive === true) throw locked(holder.text, path);
  const seconds = STALE_AFTER_MS / 1000;
  log('info', `found a lock of another host or container (${describe(holder.text)}); watching it for ${seconds} s`);
  for (let waited = 0; waited < STALE_AFTER_MS && !signal.aborted; waited += LOOK_EVERY_MS) {
    await clock.sleep(LOOK_EVERY_MS, signal);
    const seen = look(path);
    if (seen === undefined) return false;
    if (seen.beat !== holder.beat || seen.text !== holder.text) throw locked(seen.text, path);
  }
  return !signal.aborted;
}

function locked(text: string, path: string): StorageError {
  return new StorageError(scheduleCodes.locked, `another scheduler is at work on this project: ${describe(text)}`, {
    hint: `stop it first; its lock is ${path}`,
  });
}

function describe(text: string): string {
  const content = parse(text);
  if (content === undefined) return 'a lock file that cannot be read';
  return `process ${content.process.pid} on ${content.process.machine.split(' ')[0]}, since ${content.since}`;
}

function look(path: string): Seen | undefined {
  try {
    return { text: readFileSync(path, 'utf8'), beat: statSync(path).mtimeMs };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unwritable(path, cause);
  }
}

function parse(text: string): z.output<typeof contentSchema> | undefined {
  try {
    return contentSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
