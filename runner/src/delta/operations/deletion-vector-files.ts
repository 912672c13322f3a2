import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { AddFile, DeletionVector } from '../protocol/actions.js';
import { type DeletedRows, deletionVectorId } from '../protocol/deletion-vectors.js';
import { encodeRoaring } from '../protocol/roaring.js';
import { parseStats } from '../protocol/stats.js';
import { encodeZ85 } from '../protocol/z85.js';
import type { LogStore } from '../store.js';

/** Version of the format of deletion vector files (PROTOCOL.md, "Deletion Vector File Storage Format"). */
const FORMAT_VERSION = 1;

export interface MarkedFiles {
  /** the files, each with its new deletion vector */
  readonly files: readonly AddFile[];
  readonly deletedRows: DeletedRows;
  /** where the vectors are, relative to the table */
  readonly path: string;
}

/**
 * Writes the deletion vectors of files into one file beside them, durable (PROTOCOL.md, "Deletion Vector Files" and "Writer Requirement for Deletion Vectors").
 *
 * @param positions of each file, ascending
 * @param records rows in each file, deleted ones included
 */
export async function writeDeletionVectors(
  store: LogStore,
  files: readonly AddFile[],
  positions: ReadonlyMap<AddFile, Float64Array>,
  records: ReadonlyMap<AddFile, number>,
): Promise<MarkedFiles> {
  const id = randomUUID();
  const pathOrInlineDv = encodeZ85(Buffer.from(id.replaceAll('-', ''), 'hex'));
  const parts: Buffer[] = [Buffer.from([FORMAT_VERSION])];
  let offset = 1;
  const deletedRows = new Map<string, Float64Array>();
  const marked: AddFile[] = [];
  for (const file of files) {
    const rows = positions.get(file)!;
    const bytes = encodeRoaring(rows);
    const frame = Buffer.alloc(bytes.length + 8);
    frame.writeUInt32BE(bytes.length, 0);
    frame.set(bytes, 4);
    frame.writeUInt32BE(crc32(bytes), bytes.length + 4);
    parts.push(frame);
    const deletionVector: DeletionVector = {
      storageType: 'u',
      pathOrInlineDv,
      offset,
      sizeInBytes: bytes.length,
      cardinality: rows.length,
    };
    deletedRows.set(deletionVectorId(deletionVector), rows);
    marked.push({ ...file, dataChange: true, stats: looseStats(file.stats, records.get(file)!), deletionVector });
    offset += frame.length;
  }
  const path = `deletion_vector_${id}.bin`;
  await store.put(path, Buffer.concat(parts));
  return { files: marked, deletedRows, path };
}

/** Bounds still hold, but the rows that met them may be gone (`tightBounds`). How many rows the file has must be said. */
function looseStats(stats: string | null | undefined, records: number): string {
  if (parseStats(stats)?.numRecords === undefined) return `{"numRecords":${records},"tightBounds":false}`;
  return stats!
    .replace(/,?\s*"tightBounds"\s*:\s*(true|false)/, '')
    .replace(/^\{\s*,/, '{')
    .replace(/\}\s*$/, ',"tightBounds":false}');
}
