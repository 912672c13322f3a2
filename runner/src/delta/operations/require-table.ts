import type { Snapshot } from '../log/snapshot.js';
import type { LiveFile } from '../protocol/actions.js';
import { noTable } from '../table.js';
import type { OpenTarget } from './target.js';

/** Throws StorageError TSD6001 when the table does not exist. */
export function requireTable<File extends LiveFile>(
  target: OpenTarget<File>,
): OpenTarget<File> & { readonly base: Snapshot<File> } {
  const { base } = target;
  if (base === undefined) throw noTable(target.store.location);
  return { ...target, base };
}
