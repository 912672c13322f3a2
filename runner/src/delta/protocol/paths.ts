import { isAbsolute, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the table as a path relative to it, with forward slashes → `add.path` (RFC 2396, percent-encoded). */
export function encodePath(relative: string): string {
  return relative
    .split('/')
    .map((part) => encodeURIComponent(part).replaceAll('%3D', '='))
    .join('/');
}

/** `add.path` → where the file lies. Malformed escapes are taken as they stand, as other readers do. */
export function resolvePath(location: string, path: string): string {
  if (/^file:\/\//i.test(path)) return fileURLToPath(path);
  let decoded = path;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    // a bare percent sign: the writer did not encode
  }
  return isAbsolute(decoded) ? decoded : resolve(location, decoded.split('/').join(sep));
}

/** Characters that hive-style folder names escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be escaped
const UNSAFE = /[\x00-\x1f\x7f"#%'*/:=?\\{}[\]^<>| ]/g;

/**
 * Folder of a partition, e.g. `country=AT/city=St.%20P%C3%B6lten`. A convention only: readers take values from the log.
 * Values too long for a file name are cut.
 */
export function partitionFolder(columns: readonly string[], values: Readonly<Record<string, string | null>>): string {
  const escaped = (text: string) =>
    text.replace(UNSAFE, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
  return columns
    .map((column) => {
      const value = values[column] ?? null;
      const text = value === null || value === '' ? '__HIVE_DEFAULT_PARTITION__' : escaped(value);
      return `${[...escaped(column)].slice(0, 20).join('')}=${[...text].slice(0, 40).join('')}`;
    })
    .join('/');
}
