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
