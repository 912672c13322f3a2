import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Gives absolute paths without symbolic links in them; of what is not there, as far as its folders are. */
export function realPaths(): (path: string) => string {
  const folders = new Map<string, string>();
  const folderOf = (path: string): string => {
    const known = folders.get(path);
    if (known !== undefined) return known;
    const real = resolved(path) ?? (dirname(path) === path ? path : join(folderOf(dirname(path)), basename(path)));
    folders.set(path, real);
    return real;
  };
  return (path) => resolved(path) ?? join(folderOf(dirname(path)), basename(path));
}

function resolved(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
