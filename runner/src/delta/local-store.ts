import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { StorageError } from '../errors/tsdbt-error.js';
import { diskError, unreadable } from './disk-error.js';
import type { LogStore, StoredFile } from './store.js';

const sync = promisify(fsync);

/** So many files are synced or looked at together: more would crowd out other work. */
const TOGETHER = 16;

export interface LocalStoreOptions {
  /**
   * false: no write waits for the disk. Commits stay atomic for whoever reads, and survive a crash of the program; after a crash of the
   * machine the last ones may be lost or damaged. For tables that can be made anew. Default true.
   */
  readonly durable?: boolean | undefined;
}

/**
 * A table on a local disk. Files appear by hard link or rename, after fsync, so that a crash leaves all of one or nothing.
 * What takes microseconds is done at once: handing it to a thread and back takes several times as long, and on a busy machine
 * milliseconds, forty times in a commit. What waits for the disk is handed over.
 */
export class LocalStore implements LogStore {
  readonly location: string;
  readonly #durable: boolean;

  /** @param location the table's folder; relative to the working directory or absolute */
  constructor(location: string, options: LocalStoreOptions = {}) {
    this.location = resolve(location);
    this.#durable = options.durable ?? true;
  }

  async list(folder: string): Promise<string[]> {
    return ifReadable(join(this.location, folder), (path) => readdirSync(path)) ?? [];
  }

  async listAll(folder: string): Promise<StoredFile[]> {
    const root = join(this.location, folder);
    const entries = await orIfMissing(readdir(root, { withFileTypes: true, recursive: true }), []).catch((error) => {
      throw unreadable(root, error);
    });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const stored: StoredFile[] = [];
    await together(files, async (file) => {
      const found = await orIfMissing(stat(file), undefined);
      if (found === undefined) return;
      const path = relative(this.location, file).split(sep).join('/');
      stored.push({ path, size: found.size, modified: found.mtimeMs });
    });
    return stored;
  }

  async read(path: string): Promise<string | undefined> {
    return ifReadable(join(this.location, path), (file) => readFileSync(file, 'utf8'));
  }

  async readBytes(path: string): Promise<Uint8Array | undefined> {
    return ifReadable(join(this.location, path), (file) => readFileSync(file));
  }

  async modified(path: string): Promise<number | undefined> {
    return ifReadable(join(this.location, path), (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs);
  }

  async putIfAbsent(path: string, text: string): Promise<boolean> {
    const target = await this.prepareWrite(path);
    const temporary = await this.#writeTemporary(target, text);
    try {
      linkSync(temporary, target);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw new StorageError('TSD6002', `${target}: cannot create the file: ${(error as Error).message}`, {
        hint: 'Delta commits on a local disk need a file system with hard links',
        cause: error,
      });
    } finally {
      // what of it may stay, vacuum removes
      attempt(() => rmSync(temporary, { force: true }));
    }
    await this.#syncFolder(dirname(target)).catch((cause) => {
      throw new StorageError(
        'TSD6021',
        `${target}: the file is there, but the disk has not confirmed it: ${cause.message}`,
        {
          hint: 'look at the disk; after a crash of the machine the file may be lost',
          cause,
        },
      );
    });
    return true;
  }

  async put(path: string, content: string | Uint8Array): Promise<void> {
    const target = await this.prepareWrite(path);
    const temporary = await this.#writeTemporary(target, content);
    renameSync(temporary, target);
    await this.#syncFolder(dirname(target));
  }

  async remove(paths: readonly string[]): Promise<void> {
    for (const path of paths)
      await rm(join(this.location, path), { force: true }).catch((error) => {
        throw diskError(this.location, error);
      });
  }

  async prepareWrite(path: string): Promise<string> {
    const target = join(this.location, path);
    const made = makeFolder(dirname(target));
    // a folder is durable once its parent is
    if (made !== undefined)
      for (let folder = dirname(target); folder.length >= dirname(made).length; folder = dirname(folder)) {
        await this.#syncFolder(folder);
        if (folder === dirname(folder)) break;
      }
    return target;
  }

  async sync(paths: readonly string[]): Promise<void> {
    if (!this.#durable) return;
    const files = paths.map((path) => join(this.location, path));
    const folders = new Set<string>();
    // another process may have made a partition's folder a moment ago, and not have synced the one that names it
    for (const file of files)
      for (
        let folder = dirname(file);
        !folders.has(folder) && isWithin(folder, this.location);
        folder = dirname(folder)
      )
        folders.add(folder);
    // at the same time: the disk writes once for several, and names are there already
    await Promise.all([together(files, syncFile), together([...folders], syncFolder)]);
  }

  async move(from: string, to: string): Promise<void> {
    if (this.#durable) await syncFile(join(this.location, from));
    const target = await this.prepareWrite(to);
    renameSync(join(this.location, from), target);
    await this.#syncFolder(dirname(target));
  }

  async link(files: ReadonlyMap<string, string>): Promise<readonly string[]> {
    const linked: string[] = [];
    const folders = new Set<string>();
    try {
      for (const [path, file] of files) {
        const target = await this.prepareWrite(path);
        if (!tryLink(file, target)) continue;
        linked.push(path);
        folders.add(dirname(target));
      }
      if (this.#durable) await together([...folders], syncFolder);
      return linked;
    } catch (error) {
      await this.remove(linked);
      throw diskError(this.location, error);
    }
  }

  async #syncFolder(folder: string): Promise<void> {
    if (this.#durable) await syncFolder(folder);
  }

  async #writeTemporary(target: string, content: string | Uint8Array): Promise<string> {
    const temporary = join(dirname(target), `_tmp_${randomUUID()}.tmp`);
    try {
      const file = openSync(temporary, 'wx');
      try {
        writeFileSync(file, content);
        if (this.#durable) await sync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      rmSync(temporary, { force: true });
      const known = diskError(target, error);
      if (known !== error) throw known;
      throw new StorageError('TSD6002', `${target}: cannot write the file: ${(error as Error).message}`, {
        hint: 'check free space and permissions',
        cause: error,
      });
    }
    return temporary;
  }
}

/** False for another disk, one without hard links, a file of another user or one that is not there, and a name that is taken. */
function tryLink(file: string, target: string): boolean {
  try {
    linkSync(file, target);
    return true;
  } catch (error) {
    if (/^(EXDEV|EPERM|EACCES|EMLINK|ENOTSUP|EOPNOTSUPP|ENOSYS|ENOENT|EEXIST)$/.test(codeOf(error) ?? '')) return false;
    throw error;
  }
}

async function syncFile(path: string): Promise<void> {
  await syncOpened(path, 'r+');
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its file system journals names by itself
  if (process.platform !== 'win32') await syncOpened(folder, 'r');
}

async function syncOpened(path: string, flags: 'r' | 'r+'): Promise<void> {
  const file = openSync(path, flags);
  try {
    await sync(file);
  } finally {
    closeSync(file);
  }
}

async function together(paths: readonly string[], work: (path: string) => Promise<void>): Promise<void> {
  for (let i = 0; i < paths.length; i += TOGETHER) await Promise.all(paths.slice(i, i + TOGETHER).map(work));
}

/** Makes a folder where there is none. Returns the first one that had to be made. */
function makeFolder(folder: string): string | undefined {
  try {
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true
      ? undefined
      : mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new StorageError('TSD6002', `${folder}: cannot make the folder: ${(cause as Error).message}`, { cause });
  }
}

function isWithin(folder: string, location: string): boolean {
  return folder === location || folder.startsWith(location + sep);
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // whoever asks for it does not need it
  }
}

/** What reading a path comes to; undefined where nothing is there. Throws StorageError TSD6006 where it cannot be read. */
function ifReadable<T>(path: string, read: (path: string) => T): T | undefined {
  try {
    return read(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(path, error);
  }
}

async function orIfMissing<T, U>(promise: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await promise;
  } catch (error) {
    if (isMissing(error)) return otherwise;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
