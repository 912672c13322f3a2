import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Longer than any run writes nothing to its temporary files. */
const DAYS = 2;

/** Removes what processes that were killed have left in a folder: entries of the given names that nobody has changed for days. */
export function sweep(folder: string, name: RegExp): void {
  const before = Date.now() - DAYS * 24 * 60 * 60 * 1000;
  let entries: string[];
  try {
    entries = readdirSync(folder);
  } catch {
    return;
  }
  for (const entry of entries.filter((candidate) => name.test(candidate))) {
    const path = join(folder, entry);
    try {
      if (statSync(path).mtimeMs < before) rmSync(path, { recursive: true, force: true });
    } catch {
      // another run sweeps as well, or it is not ours to remove
    }
  }
}
