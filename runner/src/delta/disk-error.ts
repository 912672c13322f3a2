import { StorageError } from '../errors/tsdbt-error.js';

/** What the system or the engine says when a disk does not take what is written, and what it comes down to. */
const CAUSES: readonly (readonly [RegExp, string, string])[] = [
  [/ENOSPC|No space left/i, 'the disk is full', 'make room and run again'],
  [/EDQUOT|Disk quota exceeded/i, 'the quota of the disk is used up', 'make room and run again'],
  [/EROFS|Read-only file system/i, 'the file system is read-only', 'mount it for writing, or write elsewhere'],
  [/EACCES|EPERM|Permission denied/i, 'it is not permitted', 'give this user the right to write there'],
];

/**
 * The error of a write as one with a code: TSD6002 where the disk does not take it. Anything else stays what it is.
 *
 * @param location the table's folder
 */
export function diskError(location: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StorageError) return error;
  const [said = ''] = error.message.split('\n');
  const found = CAUSES.find(([pattern]) => pattern.test(said));
  if (found === undefined) return error;
  const [, what, todo] = found;
  return new StorageError('TSD6002', `${location}: cannot write, for ${what}: ${said}`, {
    hint: `${todo}; the table is as it was`,
    cause: error,
  });
}
