/** What the system or the engine says when a disk does not take what is written, what it comes down to, and what to do. */
const CAUSES: readonly (readonly [RegExp, string, string])[] = [
  [/ENOSPC|No space left/i, 'the disk is full', 'make room and run again'],
  [/EDQUOT|Disk quota exceeded/i, 'the quota of the disk is used up', 'make room and run again'],
  [/EROFS|Read-only file system/i, 'the file system is read-only', 'mount it for writing, or write elsewhere'],
  [/EACCES|EPERM|Permission denied/i, 'it is not permitted', 'give this user the right to write there'],
];

export interface DiskCause {
  readonly what: string;
  readonly todo: string;
  /** first line of the error */
  readonly said: string;
}

/** Why a disk did not take what was to be written; undefined for an error of another kind. */
export function diskCause(error: unknown): DiskCause | undefined {
  if (!(error instanceof Error)) return undefined;
  const [said = ''] = error.message.split('\n');
  const found = CAUSES.find(([pattern]) => pattern.test(said));
  return found === undefined ? undefined : { what: found[1], todo: found[2], said };
}
