import { isAbsolute, join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { StorageError } from '../../errors/tsdbt-error.js';

/** A table in an object store has a mirror on the local disk: `<mirror>/.tsdbt-objects/<bucket>/<key>`. */
export const OBJECTS = '.tsdbt-objects';

/** A file of the table as a path relative to it, with forward slashes → `add.path`, percent-encoded after RFC 2396 (PROTOCOL.md, "Add File and Remove File"). */
export function encodePath(relative: string): string {
  return relative
    .split('/')
    .map((part) => encodeURIComponent(part).replaceAll('%3D', '='))
    .join('/');
}

/**
 * `add.path` → where the file lies, or has its mirror. Malformed escapes are taken as they stand, as other readers do.
 *
 * @throws StorageError TSD6003 for an address that the table's store cannot reach
 */
export function resolvePath(location: string, path: string): string {
  if (/^file:\//i.test(path)) return fileURLToPath(path);
  let decoded = path;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    // a bare percent sign: the writer did not encode
  }
  const [, scheme, bucket, key] = /^([a-z][a-z\d+.-]+):\/\/([^/]+)\/(.+)$/i.exec(decoded) ?? [];
  if (scheme !== undefined) return mirrorOf(location, path, scheme, bucket!, key!);
  return isAbsolute(decoded) ? decoded : resolve(location, decoded.split('/').join(sep));
}

function mirrorOf(location: string, path: string, scheme: string, bucket: string, key: string): string {
  const mirror = location.indexOf(`${sep}${OBJECTS}${sep}`);
  if (mirror !== -1 && /^s3[an]?$/i.test(scheme))
    return join(location.slice(0, mirror), OBJECTS, bucket, ...key.split('/'));
  throw new StorageError('TSD6003', `${location}: the log names a file that cannot be reached from here: ${path}`, {
    hint: 'read the table with a store for that address, such as s3Table of tsdbt/delta/s3',
  });
}

/** What {@link resolvePath} gives → an address that holds from anywhere. */
export function absoluteAddress(file: string): string {
  const mark = `${sep}${OBJECTS}${sep}`;
  const mirror = file.indexOf(mark);
  if (mirror === -1) return pathToFileURL(file).href;
  return `s3://${encodePath(
    file
      .slice(mirror + mark.length)
      .split(sep)
      .join('/'),
  )}`;
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
