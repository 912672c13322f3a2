import { randomUUID } from 'node:crypto';
import { StorageError } from '../../errors/tsdbt-error.js';
import {
  type Action,
  type AddFile,
  type ChangeFile,
  type CommitInfo,
  type DomainMetadata,
  type LiveFile,
  type Metadata,
  type Protocol,
  parseActions,
  type RemoveFile,
  serializeActions,
} from '../protocol/actions.js';
import { givesRowIds, highestRowId, keepsRowIds, rowIdsOf, withRowIds } from '../protocol/row-tracking.js';
import type { LogStore } from '../store.js';
import { isolationOf, type ReadSet, requireNoConflict } from './conflicts.js';
import { commitPath } from './file-names.js';
import { type Timing, timingOf } from './in-commit-timestamp.js';
import { readCommit, tryReadCommit } from './load.js';
import type { Snapshot } from './snapshot.js';
import { requireFollows, requireStillThere } from './still-there.js';

/** Who commits, and on whose behalf. */
export interface CommitProvenance {
  /** id of the run */
  readonly runId: string;
  /** id of the node whose table it is */
  readonly nodeId?: string | undefined;
  /** name and version of the program, e.g. `tsdbt/0.1.0` */
  readonly engineInfo: string;
  readonly userMetadata?: string | undefined;
  /** makes a retried write idempotent: committed only if the table has not seen this version of the application yet */
  readonly txn?: { readonly appId: string; readonly version: number } | undefined;
}

/** A change to be committed. */
export interface Change {
  readonly operation: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly protocol: Protocol | undefined;
  readonly metadata: Metadata | undefined;
  readonly adds: readonly AddFile[];
  readonly removes: readonly LiveFile[];
  /** false where the rows of removed files are in added ones as they were; default true */
  readonly removesData?: boolean;
  /** files of the change data feed */
  readonly changes?: readonly ChangeFile[];
  /** of the table, as they are to be; those that it has stay */
  readonly domains?: readonly DomainMetadata[] | undefined;
  readonly reads: ReadSet;
}

export interface Committed {
  readonly version: number;
  /** false when the table already had this transaction, and nothing was written */
  readonly applied: boolean;
  /** reads what has been committed since the base, the change last; nothing where it was not written */
  since(): readonly (readonly Action[])[];
}

/**
 * Writes a change as the version after the latest one (PROTOCOL.md, "Creation of New Log Entries"). When another commit takes that version
 * first, the change goes behind it if the two do not conflict.
 *
 * @param base the version that the change was made from; undefined when it creates the table
 * @throws StorageError TSD6020 when a commit made since then conflicts, or the base is not in the log any more; TSD6021 where the store
 *   cannot tell whether the commit is in the log; TSD6022 for a transaction that the log cannot have
 */
export async function commitChange(
  store: LogStore,
  base: Snapshot | undefined,
  change: Change,
  provenance: CommitProvenance,
): Promise<Committed> {
  const { txn } = provenance;
  requireTransaction(store.location, txn);
  const done = txn && base?.transactionVersion(txn.appId);
  if (done !== undefined && done >= txn!.version) return notApplied(base!.version);
  if (base !== undefined) await requireStillThere(store, base);
  let seen = base?.version ?? -1;
  let inCommit = base?.commitInfo?.inCommitTimestamp;
  let rowId = (base && highestRowId(base.domains)) ?? -1;
  const others: Action[][] = [];
  for (;;) {
    const version = seen + 1;
    const timing = await timingOf(store, base, change.metadata, version, inCommit);
    const path = commitPath(version);
    const text = serializeActions(actionsOf(base, tracked(store, base, change, rowId, version), provenance, timing));
    if (await store.putIfAbsent(path, text)) {
      await requireFollows(store, base, version);
      return { version, applied: true, since: () => [...others, parseActions(text, `${store.location}/${path}`)] };
    }
    for (
      let other: Action[] | undefined = await readCommit(store, version);
      other !== undefined;
      seen++, other = await tryReadCommit(store, seen + 1)
    ) {
      const same = txn && other.find((action) => action.txn?.appId === txn.appId)?.txn;
      if (same && same.version >= txn.version) return notApplied(seen + 1);
      await requireNoConflict(store.location, base, change, other, seen + 1);
      inCommit = other.find((action) => action.commitInfo)?.commitInfo?.inCommitTimestamp ?? inCommit;
      rowId = highestRowId(other.flatMap(({ domainMetadata }) => domainMetadata ?? [])) ?? rowId;
      others.push(other);
    }
  }
}

/** Others could not read a log whose transactions have no names, or versions that are no whole numbers (PROTOCOL.md, "Transaction Identifiers"). */
function requireTransaction(location: string, txn: CommitProvenance['txn']): void {
  if (txn === undefined || (typeof txn.appId === 'string' && txn.appId !== '' && Number.isSafeInteger(txn.version)))
    return;
  throw new StorageError(
    'TSD6022',
    `${location}: the transaction has the application ${JSON.stringify(txn.appId)} and the version ${String(txn.version)}`,
    { hint: 'give txn an appId, which is a text, and a version, which is a whole number and grows' },
  );
}

function notApplied(version: number): Committed {
  return { version, applied: false, since: () => [] };
}

/** The change with ids for the rows that it adds, where the table has row tracking. */
function tracked(
  store: LogStore,
  base: Snapshot | undefined,
  change: Change,
  rowId: number,
  version: number,
): Change & { readonly tags?: CommitInfo['tags'] } {
  if (base === undefined || !givesRowIds(base.protocol, base.properties)) return change;
  const { adds, domain } = withRowIds(store.location, change.adds, rowId, version);
  const domains = [...(change.domains ?? []), ...(domain === undefined ? [] : [domain])];
  // what would copy or change rows is refused where they are to keep their ids
  const tags = keepsRowIds(base.properties) ? { 'delta.rowTracking.preserved': 'true' } : undefined;
  return { ...change, adds, domains, tags };
}

function actionsOf(
  base: Snapshot | undefined,
  change: Change & { readonly tags?: CommitInfo['tags'] },
  provenance: CommitProvenance,
  { now, inCommitTimestamp, metadata }: Timing,
): Action[] {
  const strings = Object.fromEntries(Object.entries(change.metrics).map(([name, value]) => [name, String(value)]));
  const commitInfo: CommitInfo = {
    ...(inCommitTimestamp === undefined ? {} : { inCommitTimestamp }),
    timestamp: now,
    operation: change.operation,
    operationParameters: change.parameters,
    ...(base === undefined ? {} : { readVersion: base.version }),
    isolationLevel: isolationOf(base?.properties),
    isBlindAppend: change.reads === 'nothing' && change.removes.length === 0,
    operationMetrics: strings,
    ...(change.tags === undefined ? {} : { tags: change.tags }),
    engineInfo: provenance.engineInfo,
    txnId: randomUUID(),
    runId: provenance.runId,
    ...(provenance.nodeId === undefined ? {} : { nodeId: provenance.nodeId }),
    ...(provenance.userMetadata === undefined ? {} : { userMetadata: provenance.userMetadata }),
  };
  const removes = change.removes.map((file): RemoveFile => removeOf(file, now, change.removesData ?? true));
  return [
    { commitInfo },
    ...(change.protocol ? [{ protocol: change.protocol }] : []),
    ...(metadata ? [{ metaData: metadata }] : []),
    ...(provenance.txn ? [{ txn: { ...provenance.txn, lastUpdated: now } }] : []),
    ...(change.domains ?? []).map((domainMetadata) => ({ domainMetadata })),
    ...removes.map((remove) => ({ remove })),
    ...change.adds.map((add) => ({ add })),
    ...(change.changes ?? []).map((cdc) => ({ cdc })),
  ];
}

function removeOf(file: LiveFile, deletionTimestamp: number, dataChange: boolean): RemoveFile {
  return {
    path: file.path,
    deletionTimestamp,
    dataChange,
    extendedFileMetadata: true,
    partitionValues: file.partitionValues,
    size: file.size,
    ...(file.deletionVector ? { deletionVector: file.deletionVector } : {}),
    ...rowIdsOf(file),
  };
}
