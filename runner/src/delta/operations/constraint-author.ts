import { tryReadCommit } from '../log/load.js';
import type { Action } from '../protocol/actions.js';
import type { LogStore } from '../store.js';

const DELTA_RS = /^delta-rs\b/i;

/**
 * Whether delta-rs has added a CHECK constraint, by the commit that did: its SQL is DataFusion's, in which double quotes are about names, not about texts as
 * in Spark's. False where the log does not go back so far.
 *
 * @param version of the table, which has the constraint
 * @param key of the table property, `delta.constraints.<name>`
 */
export async function isOfDeltaRs(store: LogStore, version: number, key: string, expression: string): Promise<boolean> {
  let setBy: readonly Action[] | undefined;
  for (let at = version; at >= 0; at--) {
    const commit = await tryReadCommit(store, at);
    if (commit === undefined) return false;
    const metadata = commit.find((action) => action.metaData)?.metaData;
    if (metadata === undefined) continue;
    if (metadata.configuration[key] !== expression) break;
    setBy = commit;
  }
  const info = setBy?.find((action) => action.commitInfo)?.commitInfo;
  const by = [info?.engineInfo, info?.clientVersion].some((name) => DELTA_RS.test(String(name ?? '')));
  // what it restores or copies another may have written
  return by && info?.operation === 'ADD CONSTRAINT';
}
