import { IngestError } from './ingest-error.js';

const HINT = 'save it as UTF-8 and try again';

/**
 * Looks at the first bytes of a text file and returns how many of them are a UTF-8 byte order mark (0 or 3).
 *
 * @throws IngestError for UTF-16 and UTF-32, with or without a byte order mark
 */
export function checkTextStart(head: Uint8Array, file: string): number {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 3;
  if (head[0] === 0xff && head[1] === 0xfe)
    throw new IngestError(file, 'is UTF-16, not UTF-8', { line: 1, hint: HINT });
  if (head[0] === 0xfe && head[1] === 0xff)
    throw new IngestError(file, 'is UTF-16, not UTF-8', { line: 1, hint: HINT });
  const sample = head.subarray(0, 512);
  if (sample.includes(0)) {
    throw new IngestError(file, 'holds zero bytes: it is UTF-16 without a mark, or no text at all', {
      line: 1,
      hint: HINT,
    });
  }
  return 0;
}
