import { StorageError } from '../../errors/tsdbt-error.js';
import { quoteLiteral } from '../sql.js';
import type { DeletionVector, LiveFile } from './actions.js';
import { decodeZ85 } from './z85.js';

/** Rows that deletion vectors take away: positions in the file, ascending, by {@link deletionVectorId}. */
export type DeletedRows = ReadonlyMap<string, Float64Array>;

export const NO_DELETED_ROWS: DeletedRows = new Map();

/** `uniqueId` of a deletion vector (PROTOCOL.md, "Derived Fields"). */
export function deletionVectorId({ storageType, pathOrInlineDv, offset }: DeletionVector): string {
  const id = `${storageType}${pathOrInlineDv}`;
  return offset === undefined || offset === null ? id : `${id}@${offset}`;
}

/** Key of a logical file: its path, and its deletion vector where it has one. */
export function logicalFile(file: Pick<LiveFile, 'path' | 'deletionVector'>): string {
  return file.deletionVector ? `${file.path}\0${deletionVectorId(file.deletionVector)}` : file.path;
}

/** Where a deletion vector lies: a path as `add.path` has it, percent-encoded; undefined for one inside the log (PROTOCOL.md, "Deletion Vector Descriptor Schema"). */
export function deletionVectorPath({ storageType, pathOrInlineDv }: DeletionVector): string | undefined {
  if (storageType === 'p') return pathOrInlineDv;
  if (storageType !== 'u') return undefined;
  const bytes = decodeZ85(pathOrInlineDv.slice(-20));
  if (bytes?.length !== 16)
    throw new StorageError('TSD6017', `the deletion vector ${pathOrInlineDv} does not name a file`);
  const hex = Buffer.from(bytes).toString('hex');
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const prefix = pathOrInlineDv.slice(0, -20);
  return `${prefix === '' ? '' : `${encodeURIComponent(prefix)}/`}deletion_vector_${uuid}.bin`;
}

/** Positions of the deleted rows of a file; undefined where all its rows count. */
export function deletedRowsOf(file: LiveFile, deleted: DeletedRows): Float64Array | undefined {
  if (!file.deletionVector) return undefined;
  const positions = deleted.get(deletionVectorId(file.deletionVector));
  if (positions === undefined)
    throw new StorageError('TSD6017', `the deletion vector of ${file.path} has not been read`);
  return positions;
}

/** More positions than this are asked for as bits: the engine takes long for long lists. */
const LONGEST_LIST = 8;

/** SQL that is true for the rows that stay. @param row expression of the row's position in its file */
export function rowStaysSql(row: string, positions: Float64Array): string {
  if (positions.length === 0) return 'true';
  if (positions.length <= LONGEST_LIST) return `${row} NOT IN (${positions.join(', ')})`;
  const first = positions[0]!;
  const span = positions.at(-1)! - first + 1;
  const bits = new Uint8Array(Math.ceil(span / 8));
  for (const position of positions) {
    const bit = position - first;
    bits[Math.floor(bit / 8)]! |= 0x80 >> (bit % 8);
  }
  const literal = `CAST(from_base64(${quoteLiteral(Buffer.from(bits).toString('base64'))}) AS BIT)`;
  return `CASE WHEN ${row} BETWEEN ${first} AND ${first + span - 1} THEN get_bit(${literal}, CAST(${row} - ${first} AS INTEGER)) = 0 ELSE true END`;
}
