import { readdir, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { IngestError } from '../input/ingest-error.js';
import { readBytes, readFailure } from '../input/read-bytes.js';
import { readZipDirectory, readZipEntry } from './zip-directory.js';

/** A file of an export: in a folder, gzipped, or inside the .zip. */
export interface ExportFile {
  /** how messages and tables name it; inside an archive: path of the archive, `!/`, path in it */
  readonly path: string;
  /** bytes on disk (inside an archive: unpacked) */
  readonly size: number;
  /** changes when the file does */
  readonly stamp: string;
  open(): AsyncGenerator<Buffer>;
}

/**
 * All files below a folder and inside the zip archives in it, sorted by path. Hidden files and what macOS adds to archives
 * are left out; links to files and folders are followed.
 *
 * @param folder absolute path; a folder that is not there has no files
 * @param label how messages name the folder, e.g. `data/spotify-export`
 * @throws IngestError for a link that leads nowhere, and for a folder or an archive that cannot be read
 */
export async function findExportFiles(folder: string, label: string): Promise<ExportFile[]> {
  const files: ExportFile[] = [];
  await walk(folder, label, new Set(), files);
  return files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** @param above the folders that this one lies in: a link back to one of them has nothing new */
async function walk(folder: string, label: string, above: ReadonlySet<string>, files: ExportFile[]): Promise<void> {
  const here = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw readFailure(error, label);
  });
  if (here === undefined) return;
  const id = `${here.dev}:${here.ino}`;
  if (above.has(id)) return;
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw readFailure(error, label);
  });
  for (const entry of entries) {
    if (isHidden(entry.name)) continue;
    const path = join(folder, entry.name);
    const name = posix.join(label, entry.name);
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      const lost = entry.isSymbolicLink() && ['ENOENT', 'ELOOP', 'ENOTDIR'].includes(error.code ?? '');
      throw lost
        ? new IngestError(name, 'is a link that leads nowhere', { hint: 'remove it' })
        : readFailure(error, name);
    });
    if (found.isDirectory()) await walk(path, name, new Set([...above, id]), files);
    else if (!found.isFile()) continue;
    else if (/\.zip$/i.test(entry.name)) await addArchive(path, name, found.mtimeMs, files);
    else {
      files.push({
        path: name,
        size: found.size,
        stamp: `${name}:${found.size}:${found.mtimeMs}`,
        open: () => readBytes(path, name),
      });
    }
  }
}

async function addArchive(path: string, label: string, modified: number, files: ExportFile[]): Promise<void> {
  for (const entry of await readZipDirectory(path, label)) {
    if (entry.name.split('/').some(isHidden)) continue;
    const name = `${label}!/${entry.name}`;
    files.push({
      path: name,
      size: entry.size,
      stamp: `${name}:${entry.size}:${entry.crc}:${modified}`,
      open: () => readZipEntry(path, entry, name),
    });
  }
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}
