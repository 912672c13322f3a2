import type { LiveFile } from '../protocol/actions.js';

/** A position tells a row of a table by one number: that of its file, times this, plus its place in the file, deleted rows counted. */
const ROWS_OF_FILE = 2 ** 40;

/** Numbers of files by their path. */
export type FileNumbers = ReadonlyMap<string, number>;

/** Numbers files in the order in which they are given. */
export function numberFiles(files: readonly LiveFile[]): FileNumbers {
  return new Map(files.map((file, i) => [file.path, i]));
}

/** SQL of the position of a row that is read from files. @param file expression of the file's number */
export function positionSql(file: string): string {
  return `CAST(${file} AS BIGINT) * ${ROWS_OF_FILE} + file_row_number`;
}

/** The position of a row by the number of its file and its place there. */
export function positionOf(file: number, place: number): bigint {
  return BigInt(file) * BigInt(ROWS_OF_FILE) + BigInt(place);
}

/** SQL of the number of the file in which a position is. */
export function fileNumberSql(position: string): string {
  return `(${position} // ${ROWS_OF_FILE})`;
}

/** SQL of the place of a position in its file. */
export function placeSql(position: string): string {
  return `(${position} % ${ROWS_OF_FILE})`;
}

/** SQL of the number of each file as `read_parquet` gives rows of a list of files. */
export function numberOfReadFileSql(files: readonly LiveFile[], numbers: FileNumbers): string {
  const all = files.map((file) => numbers.get(file.path)!);
  const [first] = all;
  if (files.length === 1) return String(first);
  const index = 'CAST(file_index AS BIGINT)';
  return all.every((number, i) => number === first! + i)
    ? `${index} + ${first}`
    : `CAST([${all.join(', ')}] AS BIGINT[])[${index} + 1]`;
}
