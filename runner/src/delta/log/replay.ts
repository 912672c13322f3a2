import type {
  Action,
  AddFile,
  CommitInfo,
  DomainMetadata,
  LiveFile,
  Metadata,
  Protocol,
  RemoveFile,
} from '../protocol/actions.js';
import { logicalFile } from '../protocol/deletion-vectors.js';
import { ChangedMap } from './changed-map.js';

/** A checkpoint in Parquet that has been read. */
export interface CheckpointRead {
  /** of its parts, relative to the table */
  readonly paths: readonly string[];
  /** that it names, by path */
  readonly files: ReadonlyMap<string, LiveFile>;
}

/** The state of a table, as replaying its log gives it (PROTOCOL.md, "Action Reconciliation"). */
export interface TableState<File extends LiveFile = LiveFile> {
  readonly protocol: Protocol | undefined;
  readonly metadata: Metadata | undefined;
  /** by path */
  readonly files: ReadonlyMap<string, File>;
  /** files removed and not yet expired, by path and deletion vector */
  readonly tombstones: ReadonlyMap<string, RemoveFile>;
  /** latest version of each application, by its id */
  readonly transactions: ReadonlyMap<string, { version: number; lastUpdated?: number | null }>;
  readonly domains: ReadonlyMap<string, DomainMetadata>;
  /** the Parquet checkpoint that replay started from, where the next one can be made from it */
  readonly checkpoint: CheckpointRead | undefined;
  /** of the last commit replayed, when it carried one */
  readonly commitInfo: CommitInfo | undefined;
}

export const EMPTY_STATE: TableState<AddFile> = {
  protocol: undefined,
  metadata: undefined,
  files: new Map(),
  tombstones: new Map(),
  transactions: new Map(),
  domains: new Map(),
  checkpoint: undefined,
  commitInfo: undefined,
};

/** Applies commits, each a list of actions, to a state; the state before stays as it is. */
export function replay<File extends LiveFile>(
  before: TableState<File>,
  commits: Iterable<readonly Action[]>,
): TableState<File | AddFile> {
  let { protocol, metadata, commitInfo } = before;
  const { checkpoint } = before;
  const files = new ChangedMap<string, File | AddFile>(before.files);
  const tombstones = new ChangedMap(before.tombstones);
  const transactions = new Map(before.transactions);
  const domains = new Map(before.domains);
  for (const actions of commits) {
    commitInfo = undefined;
    // removes first: within a commit order means nothing, and the same path may be removed and added with new metadata
    for (const { remove } of actions)
      if (remove) {
        files.delete(remove.path);
        tombstones.set(logicalFile(remove), remove);
      }
    for (const action of actions) {
      if (action.protocol) protocol = action.protocol;
      else if (action.metaData) metadata = action.metaData;
      else if (action.commitInfo) commitInfo = action.commitInfo;
      else if (action.txn) transactions.set(action.txn.appId, action.txn);
      else if (action.add) {
        files.set(action.add.path, action.add);
        tombstones.delete(logicalFile(action.add));
      } else if (action.domainMetadata) {
        if (action.domainMetadata.removed) domains.delete(action.domainMetadata.domain);
        else domains.set(action.domainMetadata.domain, action.domainMetadata);
      }
    }
  }
  return { protocol, metadata, files, tombstones, transactions, domains, checkpoint, commitInfo };
}
