import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';

const BLOCK = 512;
/** An archive that unpacks to more is none of SQL and YAML. */
const LARGEST = 512 * 1024 ** 2;

/** What is wrong with an archive; the caller knows whose it is. */
export class ArchiveError extends Error {}

interface Entry {
  readonly path: string;
  readonly type: string;
  readonly link: string;
  readonly mode: number;
  readonly data: Buffer;
}

/**
 * Unpacks a `.tar.gz` or `.tar` (POSIX ustar and pax, GNU long names) into a folder. Links are made last, so that nothing is
 * written through one.
 *
 * @throws ArchiveError for what is no archive, is cut off, or leads out of the folder
 */
export function unpack(archive: Buffer, folder: string): void {
  const links: Entry[] = [];
  for (const entry of entriesOf(inflated(archive))) {
    const path = within(folder, entry.path);
    if (entry.type === 'directory') mkdirSync(path, { recursive: true });
    else if (entry.type === 'file') {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, entry.data);
      if ((entry.mode & 0o111) !== 0) chmodSync(path, 0o755);
    } else links.push(entry);
  }
  for (const { path, link } of links) {
    const from = within(folder, path);
    within(folder, resolve(dirname(from), link));
    mkdirSync(dirname(from), { recursive: true });
    symlinkSync(link, from);
  }
}

function inflated(archive: Buffer): Buffer {
  if (archive[0] !== 0x1f || archive[1] !== 0x8b) return archive;
  try {
    return gunzipSync(archive, { maxOutputLength: LARGEST });
  } catch (cause) {
    throw new ArchiveError(`it cannot be inflated (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}

function within(folder: string, path: string): string {
  const full = resolve(folder, path);
  if (full === folder || full.startsWith(folder + sep)) return full;
  throw new ArchiveError(`${path} leads out of it`);
}

function* entriesOf(tar: Buffer): Generator<Entry> {
  let extended: Readonly<Record<string, string>> = {};
  let at = 0;
  if (tar.length < BLOCK) throw new ArchiveError('it is no tar archive');
  while (at + BLOCK <= tar.length) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    if (!checksumHolds(header)) throw new ArchiveError('it is no tar archive');
    const size = Number(extended.size ?? number(header, 124, 12));
    const data = tar.subarray(at + BLOCK, at + BLOCK + size);
    if (data.length < size) throw new ArchiveError('it is cut off');
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const flag = String.fromCharCode(header[156]!);
    if (flag === 'x') extended = { ...extended, ...paxRecords(data) };
    else if (flag === 'L') extended = { ...extended, path: string(data) };
    else if (flag === 'K') extended = { ...extended, linkpath: string(data) };
    else {
      const type = flag === '5' ? 'directory' : flag === '2' ? 'link' : '0\0'.includes(flag) ? 'file' : undefined;
      const prefix = string(header.subarray(257, 262)) === 'ustar' ? string(header.subarray(345, 500)) : '';
      const name = string(header.subarray(0, 100));
      const path = extended.path ?? (prefix === '' ? name : `${prefix}/${name}`);
      const link = extended.linkpath ?? string(header.subarray(157, 257));
      // devices, pipes, hard links and comments of pax are nothing that a project has
      if (type !== undefined) yield { path, type, link, mode: number(header, 100, 8), data };
      extended = {};
    }
  }
}

/** Sum of the header's bytes, its own field counted as blanks. */
function checksumHolds(header: Buffer): boolean {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!;
  return sum === number(header, 148, 8);
}

/** Octal text, or base 256 where the first bit is set (GNU, for large files). */
function number(header: Buffer, at: number, length: number): number {
  if ((header[at]! & 0x80) !== 0) return Number(header.readBigUInt64BE(at + length - 8));
  const text = string(header.subarray(at, at + length)).trim();
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function string(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end === -1 ? undefined : end).toString('utf8');
}

/** `length key=value\n`, the length that of the whole record in bytes. */
function paxRecords(data: Buffer): Record<string, string> {
  const records: Record<string, string> = {};
  for (let at = 0; at < data.length; ) {
    const blank = data.indexOf(0x20, at);
    const length = Number(data.subarray(at, blank).toString());
    if (blank === -1 || !(length > 0)) throw new ArchiveError('a header of it cannot be read');
    const [key, ...value] = data
      .subarray(blank + 1, at + length - 1)
      .toString('utf8')
      .split('=');
    records[key!] = value.join('=');
    at += length;
  }
  return records;
}
