import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { readBytes } from './read-bytes.js';

/** What is recorded of an input file. All of it is of the content: a file and its `.gz` have the same fingerprint. */
export interface Fingerprint {
  /** sha256, hexadecimal */
  readonly sha256: string;
  /** bytes, unpacked */
  readonly bytes: number;
}

/** Hands bytes on and takes their fingerprint on the way; `done` hears it after the last byte. */
export async function* withFingerprint(
  bytes: AsyncIterable<Buffer>,
  done: (fingerprint: Fingerprint) => void,
): AsyncGenerator<Buffer> {
  const sha256 = createHash('sha256');
  let size = 0;
  for await (const chunk of bytes) {
    sha256.update(chunk);
    size += chunk.length;
    yield chunk;
  }
  done({ sha256: sha256.digest('hex'), bytes: size });
}

/**
 * Hands on the bytes of a file (unpacked when it is `.gz`) and takes the id on the way that git gives to its content
 * (`git hash-object`); `done` hears it after the last byte.
 */
export async function* withGitBlob(
  path: string,
  label: string,
  done: (gitBlob: string) => void,
): AsyncGenerator<Buffer> {
  const blob = createHash('sha1');
  const size = path.endsWith('.gz') ? await unpackedSize(path) : (await stat(path)).size;
  blob.update(`blob ${size}\0`);
  for await (const chunk of readBytes(path, label)) {
    blob.update(chunk);
    yield chunk;
  }
  done(blob.digest('hex'));
}

/** The size that a gzip file says its content has (RFC 1952, ISIZE: the last four bytes). */
async function unpackedSize(path: string): Promise<number> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    if (size < 18) return 0;
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, size - 4);
    return buffer.readUInt32LE(0);
  } finally {
    await handle.close();
  }
}
