import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { IngestError } from '../input/ingest-error.js';
import { readFailure } from '../input/read-bytes.js';

/** A file inside a zip archive. */
export interface ZipEntry {
  readonly name: string;
  readonly size: number;
  readonly compressedSize: number;
  readonly method: number;
  readonly crc: number;
  readonly headerOffset: number;
}

const END_RECORD = 0x06054b50;
const DIRECTORY_RECORD = 0x02014b50;
const LOCAL_RECORD = 0x04034b50;
const INCOMPLETE = { hint: 'the .zip is incomplete: download it again from Spotify' };

/**
 * Lists a zip archive from the directory at its end (PKWARE APPNOTE 4.3), so that nothing is unpacked for it.
 *
 * @throws IngestError for what is no zip archive, is incomplete, encrypted, or larger than 4 GiB
 */
export async function readZipDirectory(path: string, label: string): Promise<ZipEntry[]> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const tail = await readAt(handle, Math.max(0, size - 65_557), Math.min(size, 65_557));
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== END_RECORD) end--;
    if (end < 0) throw new IngestError(label, 'no zip archive, or its end is missing', INCOMPLETE);
    const directorySize = tail.readUInt32LE(end + 12);
    const directoryOffset = tail.readUInt32LE(end + 16);
    if (directoryOffset === 0xffffffff || directorySize === 0xffffffff) throw tooLarge(label);
    if (directoryOffset + directorySize > size) throw new IngestError(label, 'the zip archive is damaged', INCOMPLETE);
    const directory = await readAt(handle, directoryOffset, directorySize);
    return parseDirectory(directory, label);
  } finally {
    await handle.close();
  }
}

function parseDirectory(directory: Buffer, label: string): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at + 46 <= directory.length && directory.readUInt32LE(at) === DIRECTORY_RECORD) {
    const nameLength = directory.readUInt16LE(at + 28);
    const entry = {
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      compressedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      headerOffset: directory.readUInt32LE(at + 42),
    };
    if (entry.size === 0xffffffff || entry.headerOffset === 0xffffffff) throw tooLarge(label);
    if ((directory.readUInt16LE(at + 8) & 1) === 1) {
      throw new IngestError(label, `"${entry.name}" is encrypted`, { hint: 'unpack the archive with its password' });
    }
    if (!entry.name.endsWith('/')) entries.push(entry);
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * The unpacked bytes of an entry, in chunks.
 *
 * @throws IngestError when the entry is damaged (its CRC-32 does not match) or packed in a way that is not deflate
 */
export async function* readZipEntry(path: string, entry: ZipEntry, label: string): AsyncGenerator<Buffer> {
  if (entry.method !== 0 && entry.method !== 8) {
    throw new IngestError(label, `is packed by an unknown method (${entry.method})`, { hint: 'unpack the archive' });
  }
  const start = await dataOffset(path, entry, label);
  if (entry.compressedSize === 0) return;
  const file = createReadStream(path, { start, end: start + entry.compressedSize - 1, highWaterMark: 256 * 1024 });
  let stream: NodeJS.ReadableStream = file;
  if (entry.method === 8) {
    const inflate = createInflateRaw({ chunkSize: 256 * 1024 });
    pipeline(file, inflate, () => {}); // errors arrive at the reader of inflate
    stream = inflate;
  }
  let crc = 0;
  try {
    for await (const chunk of stream) {
      crc = crc32(chunk as Buffer, crc);
      yield chunk as Buffer;
    }
  } catch (error) {
    throw readFailure(error, label);
  } finally {
    file.destroy();
  }
  if (crc !== entry.crc) throw new IngestError(label, 'is damaged inside the zip archive (CRC-32 differs)', INCOMPLETE);
}

async function dataOffset(path: string, entry: ZipEntry, label: string): Promise<number> {
  const handle = await open(path);
  try {
    const header = await readAt(handle, entry.headerOffset, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== LOCAL_RECORD) {
      throw new IngestError(label, 'is not where the zip archive says', INCOMPLETE);
    }
    return entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function tooLarge(label: string): IngestError {
  return new IngestError(label, 'is a zip64 archive (larger than 4 GiB)', { hint: 'unpack it into this folder' });
}
