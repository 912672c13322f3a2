import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StorageError } from '../errors/tsdbt-error.js';
import { unreadable } from './disk-error.js';

const MISSING = /No files found that match the pattern "([^"]+)"|Cannot open file "([^"]+)": No such file/i;

/** The file that an engine has looked for and not found; undefined for any other error. */
export function missingFile(error: unknown): string | undefined {
  const [, ...files] = MISSING.exec((error as Error).message) ?? [];
  return files.find((name) => name !== undefined);
}

/** @param table where it is @param file where it should be */
export function missingDataFile(table: string, file: string, cause: unknown): StorageError {
  return new StorageError('TSD6003', `${table}: the log names a file that is not there: ${file}`, {
    hint: 'restore it from a backup, or read or restore another version; vacuum deletes files of old versions',
    cause,
  });
}

const DENIED = /Cannot open file "([^"]+)": Permission denied/i;

/**
 * What the engine comes to; TSD6003 where it fails for a file that lies in a table, by its log, and is not there, TSD6006 for one that is
 * there and may not be read.
 */
export async function namingDataFile<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const denied = error instanceof StorageError ? undefined : DENIED.exec((error as Error).message)?.[1];
    if (denied !== undefined && existsSync(denied) && tableAround(denied) !== undefined)
      throw unreadable(denied, error);
    const file = error instanceof StorageError ? undefined : missingFile(error);
    const table = file === undefined || existsSync(file) ? undefined : tableAround(file);
    if (table === undefined) throw error;
    throw missingDataFile(table, file!, error);
  }
}

/** The nearest folder above a file that is a table. */
function tableAround(file: string): string | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, '_delta_log'))) return folder;
  return undefined;
}
