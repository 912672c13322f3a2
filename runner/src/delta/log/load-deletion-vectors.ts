import { relative } from 'node:path';
import { crc32 } from 'node:zlib';
import { StorageError } from '../../errors/tsdbt-error.js';
import type { DeletionVector, LiveFile } from '../protocol/actions.js';
import { type DeletedRows, deletionVectorId, deletionVectorPath } from '../protocol/deletion-vectors.js';
import { resolvePath } from '../protocol/paths.js';
import { decodeRoaring } from '../protocol/roaring.js';
import { decodeZ85 } from '../protocol/z85.js';
import type { LogStore } from '../store.js';

/**
 * Reads the deletion vectors of files (PROTOCOL.md, "Deletion Vectors").
 *
 * @param known positions that have been read before
 * @throws StorageError TSD6017 for one that is missing or damaged
 */
export async function loadDeletionVectors(
  store: LogStore,
  files: Iterable<LiveFile>,
  known: DeletedRows,
): Promise<DeletedRows> {
  const found = new Map<string, Float64Array>();
  let path: string | undefined;
  let bytes: Uint8Array | undefined;
  for (const { deletionVector } of files) {
    if (!deletionVector) continue;
    const id = deletionVectorId(deletionVector);
    const before = known.get(id);
    if (before !== undefined) {
      found.set(id, before);
      continue;
    }
    const where = deletionVectorPath(deletionVector);
    // several vectors of one file usually follow each other
    if (where !== undefined && where !== path) {
      bytes = await readVectors(store, where);
      path = where;
    }
    found.set(id, decode(store.location, deletionVector, where, bytes));
  }
  return found;
}

async function readVectors(store: LogStore, path: string): Promise<Uint8Array> {
  const file = resolvePath(store.location, path);
  try {
    const bytes = await store.readBytes(relative(store.location, file).replaceAll('\\', '/'));
    if (bytes !== undefined) return bytes;
  } catch (cause) {
    throw new StorageError('TSD6017', `${file}: this deletion vector cannot be read`, { cause });
  }
  throw new StorageError('TSD6017', `${file}: this deletion vector is missing`, {
    hint: 'vacuum may have deleted it; read a later version',
  });
}

function decode(
  location: string,
  vector: DeletionVector,
  path: string | undefined,
  file: Uint8Array | undefined,
): Float64Array {
  const where = `${location}/${path ?? '_delta_log (inline)'}`;
  const damaged = (why: string) =>
    new StorageError('TSD6017', `${where}: this deletion vector is damaged: ${why}`, {
      hint: 'restore the file from a backup, or read another version',
    });
  let bytes: Uint8Array | undefined;
  if (path === undefined) bytes = decodeZ85(vector.pathOrInlineDv)?.subarray(0, vector.sizeInBytes);
  else {
    const offset = vector.offset ?? 0;
    const view = new DataView(file!.buffer, file!.byteOffset, file!.byteLength);
    if (offset + 8 + vector.sizeInBytes > file!.length) throw damaged('the file is too short');
    if (view.getUint32(offset) !== vector.sizeInBytes) throw damaged('its size differs from the one in the log');
    bytes = file!.subarray(offset + 4, offset + 4 + vector.sizeInBytes);
    if (crc32(bytes) !== view.getUint32(offset + 4 + vector.sizeInBytes)) throw damaged('the checksum differs');
  }
  if (bytes === undefined) throw damaged('it is no Base85 text');
  const positions = decodeRoaring(bytes, where);
  if (positions.length !== vector.cardinality)
    throw damaged(`it has ${positions.length} rows, the log says ${vector.cardinality}`);
  return positions;
}
