import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StorageError } from '../errors/tsdbt-error.js';
import { scheduleCodes } from './codes.js';

/**
 * Writes a file so that readers see the old content or the new one, also after a crash: written beside, synced, renamed.
 *
 * @throws StorageError TSD1986
 */
export function writeFileAtomically(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    makeFolder(dirname(path));
    const file = openSync(temporary, 'w');
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (cause) {
    removeIfThere(temporary);
    throw unwritable(path, cause);
  }
}

/** Folder by folder: Node's recursive mkdir never ends below a folder that takes no folders, such as /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  }
}

/** The error for a file that the scheduler cannot write. */
export function unwritable(path: string, cause: unknown): StorageError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StorageError(scheduleCodes.unwritable, `${path} cannot be written: ${reason}`, {
    hint: 'check that the folder is writable for this user and that the disk has space',
    cause,
  });
}

/** Removes a file that may not be there, whose folder may be none either. */
export function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // ENOTDIR and the like: then there is no such file
  }
}
