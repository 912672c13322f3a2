import { StorageError } from '../../errors/tsdbt-error.js';

/** Actions of the log (PROTOCOL.md, "Actions"). Fields that this implementation does not use are kept as they are. */

/** PROTOCOL.md, "Change Metadata" */
export interface Metadata {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly format: { readonly provider: string; readonly options: Readonly<Record<string, string>> };
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  /** milliseconds since the epoch */
  readonly createdTime?: number;
  readonly configuration: Readonly<Record<string, string>>;
}

/** PROTOCOL.md, "Protocol Evolution" */
export interface Protocol {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
  readonly readerFeatures?: readonly string[];
  readonly writerFeatures?: readonly string[];
}

/** PROTOCOL.md, "Add File and Remove File" */
export interface AddFile {
  /** relative to the table or absolute; percent-encoded */
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  /** bytes */
  readonly size: number;
  /** milliseconds since the epoch */
  readonly modificationTime: number;
  readonly dataChange: boolean;
  /** JSON text, see `stats.ts` */
  readonly stats?: string | null;
  readonly tags?: Readonly<Record<string, string | null>> | null;
  readonly deletionVector?: DeletionVector | null;
  /** what has clustered the file's rows (PROTOCOL.md, "Clustered Table") */
  readonly clusteringProvider?: string | null;
  /** row id of the file's first row (PROTOCOL.md, "Row IDs") */
  readonly baseRowId?: number;
  /** version that added the file (PROTOCOL.md, "Row Commit Versions") */
  readonly defaultRowCommitVersion?: number;
}

/** Statistics of a file that are in the checkpoint still, and what is known of them. */
export interface StatsAtRest {
  readonly numRecords: number | undefined;
}

/** A file of a version. Its statistics are read from the checkpoint only for those who need them: most of a checkpoint is their text. */
export interface LiveFile extends Omit<AddFile, 'stats'> {
  /** JSON text, see `stats.ts`; undefined where its writer gave none */
  readonly stats?: string | StatsAtRest | null;
}

/** Names rows of a file that do not count any more (PROTOCOL.md, "Deletion Vector Descriptor Schema"). */
export interface DeletionVector {
  /** `u` a file named by its UUID, `p` a path, `i` in the log itself */
  readonly storageType: string;
  readonly pathOrInlineDv: string;
  /** bytes from the beginning of the file */
  readonly offset?: number | null;
  readonly sizeInBytes: number;
  /** rows it takes away */
  readonly cardinality: number;
}

/** PROTOCOL.md, "Add File and Remove File" */
export interface RemoveFile {
  readonly path: string;
  /** milliseconds since the epoch */
  readonly deletionTimestamp?: number | null;
  readonly dataChange: boolean;
  readonly extendedFileMetadata?: boolean | null;
  readonly partitionValues?: Readonly<Record<string, string | null>> | null;
  readonly size?: number | null;
  readonly deletionVector?: DeletionVector | null;
  readonly baseRowId?: number;
  readonly defaultRowCommitVersion?: number;
}

/** PROTOCOL.md, "Transaction Identifiers" */
export interface Transaction {
  readonly appId: string;
  readonly version: number;
  readonly lastUpdated?: number | null;
}

/** PROTOCOL.md, "Domain Metadata" */
export interface DomainMetadata {
  readonly domain: string;
  readonly configuration: string;
  readonly removed: boolean;
}

/** Rows that a commit changed, for readers of the change data feed (PROTOCOL.md, "Add CDC File"). */
export interface ChangeFile {
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  /** bytes */
  readonly size: number;
  readonly dataChange: false;
}

/** Provenance of a commit; free in form (PROTOCOL.md, "Commit Provenance Information"). */
export interface CommitInfo {
  /** milliseconds since the epoch */
  readonly timestamp?: number;
  readonly inCommitTimestamp?: number;
  readonly operation?: string;
  readonly operationParameters?: Readonly<Record<string, unknown>>;
  readonly operationMetrics?: Readonly<Record<string, unknown>>;
  readonly engineInfo?: string;
  readonly isBlindAppend?: boolean;
  readonly readVersion?: number;
  readonly userMetadata?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** One line of a commit file: exactly one of these is set. Lines with other actions have none. */
export interface Action {
  readonly commitInfo?: CommitInfo;
  readonly protocol?: Protocol;
  readonly metaData?: Metadata;
  readonly txn?: Transaction;
  readonly add?: AddFile;
  readonly remove?: RemoveFile;
  readonly domainMetadata?: DomainMetadata;
  readonly cdc?: ChangeFile;
  /** PROTOCOL.md, "Checkpoint Metadata" */
  readonly checkpointMetadata?: { readonly version: number };
  /** PROTOCOL.md, "Sidecar File Information" */
  readonly sidecar?: { readonly path: string };
}

/**
 * Reads a commit file. Actions that the specification does not name are kept and ignored, as it demands.
 * Throws StorageError TSD6010 with file and line for a line that is not a JSON object.
 */
export function parseActions(text: string, file: string): Action[] {
  const actions: Action[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw corrupt(file, index, cause);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw corrupt(file, index, undefined);
    actions.push(withoutNulls(value as Record<string, unknown>));
  }
  return actions;
}

/** A field of an action that is null says the same as one that is not there; some writers spell them out. */
export function withoutNulls(action: Record<string, unknown>): Action {
  for (const fields of Object.values(action))
    if (typeof fields === 'object' && fields !== null)
      for (const [key, value] of Object.entries(fields))
        if (value === null) delete (fields as Record<string, unknown>)[key];
  return action as Action;
}

/** The text of a commit file: one action to a line. */
export function serializeActions(actions: readonly Action[]): string {
  return actions.map((action) => `${JSON.stringify(action)}\n`).join('');
}

function corrupt(file: string, index: number, cause: unknown): StorageError {
  return new StorageError('TSD6010', `${file}:${index + 1}: this line of the log is not a JSON object`, {
    hint: 'the log is damaged; restore this file from a backup, or read the version before it',
    cause,
  });
}
