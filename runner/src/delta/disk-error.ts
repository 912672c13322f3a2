import { diskCause } from '../errors/disk-cause.js';
import { StorageError } from '../errors/tsdbt-error.js';

/**
 * The error of a write as one with a code: TSD6002 where the disk does not take it. Anything else stays what it is.
 *
 * @param location the table's folder
 */
export function diskError(location: string, error: unknown): unknown {
  const cause = error instanceof StorageError ? undefined : diskCause(error);
  if (cause === undefined) return error;
  return new StorageError('TSD6002', `${location}: cannot write, for ${cause.what}: ${cause.said}`, {
    hint: `${cause.todo}; the table is as it was`,
    cause: error,
  });
}

/**
 * The error of a read as one with a code: TSD6006.
 *
 * @param path of the file or folder, absolute
 * @param error what the system or the engine said of it
 */
export function unreadable(path: string, error: unknown): StorageError {
  const [said] = (error as Error).message.split('\n');
  const denied = /EACCES|EPERM|Permission denied/i.test(said!);
  return new StorageError('TSD6006', `${path}: cannot be read: ${said}`, {
    hint: denied ? 'give this user the right to read it' : 'see what is at this path',
    cause: error,
  });
}
