import type { Snapshot } from '../log/snapshot.js';
import { noTable } from '../table.js';
import type { OpenTarget } from './target.js';

/** Throws StorageError TSD6001 when the table does not exist. */
export function requireTable(target: OpenTarget): OpenTarget & { readonly base: Snapshot } {
  const { base } = target;
  if (base === undefined) throw noTable(target.store.location);
  return { ...target, base };
}
