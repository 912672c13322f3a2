import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { StorageError } from '../errors/tsdbt-error.js';
import type { LogStore, StoredFile } from './store.js';

/** A table on a local disk. Files appear by hard link or rename, after fsync, so that a crash leaves all of one or nothing. */
export class LocalStore implements LogStore {
  readonly location: string;

  /** @param location the table's folder; relative to the working directory or absolute */
  constructor(location: string) {
    this.location = resolve(location);
  }

  async list(folder: string): Promise<string[]> {
    return orIfMissing(readdir(join(this.location, folder)), []);
  }

  async listAll(folder: string): Promise<StoredFile[]> {
    const root = join(this.location, folder);
    const entries = await orIfMissing(readdir(root, { withFileTypes: true, recursive: true }), []);
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const stored: StoredFile[] = [];
    // a few at a time: thousands of open stats would crowd out other work
    for (let i = 0; i < files.length; i += 64) {
      const some = files.slice(i, i + 64).map(async (file) => {
        const found = await orIfMissing(stat(file), undefined);
        if (found === undefined) return;
        const path = relative(this.location, file).split(sep).join('/');
        stored.push({ path, size: found.size, modified: found.mtimeMs });
      });
      await Promise.all(some);
    }
    return stored;
  }

  async read(path: string): Promise<string | undefined> {
    return orIfMissing(readFile(join(this.location, path), 'utf8'), undefined);
  }

  async readBytes(path: string): Promise<Uint8Array | undefined> {
    return orIfMissing(readFile(join(this.location, path)), undefined);
  }

  async modified(path: string): Promise<number | undefined> {
    return (await orIfMissing(stat(join(this.location, path)), undefined))?.mtimeMs;
  }

  async putIfAbsent(path: string, text: string): Promise<boolean> {
    const target = await this.prepareWrite(path);
    const temporary = await this.#writeTemporary(target, text);
    try {
      await link(temporary, target);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw new StorageError('TSD6002', `${target}: cannot create the file: ${(error as Error).message}`, {
        hint: 'Delta commits on a local disk need a file system with hard links',
        cause: error,
      });
    } finally {
      await rm(temporary, { force: true });
    }
    await syncFolder(dirname(target));
    return true;
  }

  async put(path: string, content: string | Uint8Array): Promise<void> {
    const target = await this.prepareWrite(path);
    const temporary = await this.#writeTemporary(target, content);
    await rename(temporary, target);
    await syncFolder(dirname(target));
  }

  async remove(paths: readonly string[]): Promise<void> {
    for (const path of paths) await rm(join(this.location, path), { force: true });
  }

  async prepareWrite(path: string): Promise<string> {
    const target = join(this.location, path);
    const made = await mkdir(dirname(target), { recursive: true }).catch((cause: Error) => {
      throw new StorageError('TSD6002', `${target}: cannot make the folder: ${cause.message}`, { cause });
    });
    // a folder is durable once its parent is
    if (made !== undefined)
      for (let folder = dirname(target); folder.length >= dirname(made).length; folder = dirname(folder)) {
        await syncFolder(folder);
        if (folder === dirname(folder)) break;
      }
    return target;
  }

  async sync(paths: readonly string[]): Promise<void> {
    const files = paths.map((path) => join(this.location, path));
    // a few at a time: the disk writes them together
    for (let i = 0; i < files.length; i += 8) await Promise.all(files.slice(i, i + 8).map(syncFile));
    for (const folder of new Set(files.map((file) => dirname(file)))) await syncFolder(folder);
  }

  async move(from: string, to: string): Promise<void> {
    await syncFile(join(this.location, from));
    const target = await this.prepareWrite(to);
    await rename(join(this.location, from), target);
    await syncFolder(dirname(target));
  }

  async #writeTemporary(target: string, content: string | Uint8Array): Promise<string> {
    const temporary = join(dirname(target), `_tmp_${randomUUID()}.tmp`);
    try {
      const file = await open(temporary, 'wx');
      try {
        await file.writeFile(content, 'utf8');
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      await rm(temporary, { force: true });
      throw new StorageError('TSD6002', `${target}: cannot write the file: ${(error as Error).message}`, {
        hint: 'check free space and permissions',
        cause: error,
      });
    }
    return temporary;
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its file system journals names by itself
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function orIfMissing<T, U>(promise: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await promise;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return otherwise;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
