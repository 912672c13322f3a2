/** A file as a listing shows it. */
export interface StoredFile {
  /** path relative to the table, forward slashes */
  readonly path: string;
  /** bytes */
  readonly size: number;
  /** milliseconds since the epoch */
  readonly modified: number;
}

/**
 * Where the bytes of one table live. Paths are relative to the table, with forward slashes.
 * What has been put is durable when the promise resolves (PROTOCOL.md, "Creation of New Log Entries").
 */
export interface LogStore {
  /** the table's folder, absolute */
  readonly location: string;
  /** Names of the files directly in a folder, in no order; an empty list when the folder does not exist. */
  list(folder: string): Promise<string[]>;
  /** The names of {@link list} that are not before `first` in the order of their bytes; for stores that need not look at the others. */
  listFrom?(folder: string, first: string): Promise<string[]>;
  /** Files in a folder and below it, hidden ones included. */
  listAll(folder: string): Promise<StoredFile[]>;
  /** A text file; undefined when it does not exist. */
  read(path: string): Promise<string | undefined>;
  /** The bytes of a file; undefined when it does not exist. */
  readBytes(path: string): Promise<Uint8Array | undefined>;
  /** When a file was last written, milliseconds since the epoch; undefined when it does not exist. */
  modified(path: string): Promise<number | undefined>;
  /**
   * Writes a file that must not exist yet, whole or not at all: false when it exists, and then nothing is written.
   *
   * @throws StorageError TSD6021 where it may be there all the same; any other StorageError says that nothing was written
   */
  putIfAbsent(path: string, text: string): Promise<boolean>;
  /** Writes or replaces a file, whole or not at all. */
  put(path: string, content: string | Uint8Array): Promise<void>;
  /** Removes files; those that do not exist are no error. */
  remove(paths: readonly string[]): Promise<void>;
  /** Absolute local path at which a file of the table is to be written by an engine; its folder exists. */
  prepareWrite(path: string): Promise<string>;
  /** Makes files that an engine has written durable. */
  sync(paths: readonly string[]): Promise<void>;
  /** Gives a file another name, replacing what had it, and makes it durable. */
  move(from: string, to: string): Promise<void>;
  /**
   * Gives files that lie elsewhere names in the table, too, without copying them, and makes the names durable. For stores of disks that know such names.
   *
   * @param files path in the table → absolute local path of the file
   * @returns the paths that there are now; where a file cannot have one, nothing is done
   */
  link?(files: ReadonlyMap<string, string>): Promise<readonly string[]>;
}
