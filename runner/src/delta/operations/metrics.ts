import type { LiveFile } from '../protocol/actions.js';
import { recordsOf } from '../protocol/stats.js';

/** Rows of files that were written here, by their statistics. */
export function countRows(files: readonly LiveFile[]): number {
  return files.reduce((sum, file) => sum + (recordsOf(file) ?? 0), 0);
}

export function sumBytes(files: readonly LiveFile[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}
