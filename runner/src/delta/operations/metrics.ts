import type { AddFile } from '../protocol/actions.js';
import { parseStats } from '../protocol/stats.js';

/** Rows of files that were written here, by their statistics. */
export function countRows(files: readonly AddFile[]): number {
  return files.reduce((sum, file) => sum + (parseStats(file.stats)?.numRecords ?? 0), 0);
}

export function sumBytes(files: readonly AddFile[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}
