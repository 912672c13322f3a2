import { StorageError } from '../../errors/tsdbt-error.js';
import type { Snapshot } from '../log/snapshot.js';
import type { OpenTarget } from './target.js';

/** Throws StorageError TSD6001 when the table does not exist. */
export function requireTable(target: OpenTarget): OpenTarget & { readonly base: Snapshot } {
  const { base } = target;
  if (base === undefined)
    throw new StorageError('TSD6001', `${target.store.location}: there is no Delta table here`, {
      hint: 'check the path; a table has a folder _delta_log',
    });
  return { ...target, base };
}
