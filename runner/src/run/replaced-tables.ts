import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Tables that gave way to a view of the same name are kept aside in the warehouse; those put there before `limit` go.
 * @returns their absolute folders
 */
export function removeReplacedTables(warehouse: string, limit: Date, dryRun: boolean): string[] {
  const folder = join(warehouse, '.replaced');
  let entries: string[];
  try {
    entries = readdirSync(folder);
  } catch {
    return [];
  }
  // the time of the move is that of the folder's own entry, not of what lies in it
  const old = entries.map((entry) => join(folder, entry)).filter((path) => statSync(path).ctime < limit);
  if (!dryRun) for (const path of old) rmSync(path, { recursive: true, force: true });
  return old;
}
