import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { IngestError } from './ingest-error.js';

const CHUNK_BYTES = 256 * 1024;

/**
 * The bytes of a file in chunks; a name that ends in `.gz` is unpacked on the way.
 *
 * @param path where the file is
 * @param label how messages name it
 * @throws IngestError when the file cannot be read or its gzip stream is broken or ends early
 */
export async function* readBytes(path: string, label: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  let stream: Readable = file;
  if (path.endsWith('.gz')) {
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    pipeline(file, gunzip, () => {}); // errors arrive at the reader of gunzip
    stream = gunzip;
  }
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw readFailure(error, label);
  } finally {
    file.destroy();
  }
}

/** Puts a failure of the file system or of zlib into words. */
export function readFailure(error: unknown, label: string): unknown {
  if (error instanceof IngestError || !(error instanceof Error)) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'Z_BUF_ERROR') {
    return new IngestError(label, 'the compressed data ends early', {
      hint: 'the file is incomplete: copy or download it again',
      cause: error,
    });
  }
  if (code.startsWith('Z_')) {
    return new IngestError(label, `the compressed data is damaged (${error.message})`, {
      hint: 'copy or download the file again',
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new IngestError(label, 'no permission to read the file', { hint: 'check its owner and mode', cause: error });
  }
  if (code !== '') return new IngestError(label, `cannot be read (${error.message})`, { cause: error });
  return error;
}
