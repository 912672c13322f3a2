import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';

/**
 * Writes a small text file, unless it holds the text already. An old file is removed, not emptied: file systems bring the text of a
 * file that was emptied to the disk at once, which takes a hundred times longer. Handing it to the thread pool would cost more than it saves.
 */
export function writeChanged(path: string, text: string): void {
  const bytes = Buffer.from(text);
  const there = statSync(path, { throwIfNoEntry: false });
  if (there !== undefined) {
    if (there.size === bytes.length && readFileSync(path).equals(bytes)) return;
    rmSync(path);
  }
  writeFileSync(path, bytes);
}
