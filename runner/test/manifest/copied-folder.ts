import { cpSync } from 'node:fs';
import { temporaryFolder, writeFiles } from '../cli/recording-effects.js';

/** A copy of a folder with more files in it, to be removed in the end. */
export function copiedFolder(from: string, files: Readonly<Record<string, string>>) {
  const { folder, remove } = temporaryFolder();
  cpSync(from, folder, { recursive: true });
  writeFiles(folder, files);
  return { path: folder, remove };
}
