import { type FileHandle, open } from 'node:fs/promises';
import {
  decodeStruct,
  encodeStruct,
  I64,
  type ThriftList,
  type ThriftStruct,
  type ThriftValue,
} from './thrift-compact.js';

/**
 * Copies row groups of a Parquet file into a new one as they are: no value is read or written anew. The footer is that of the old file
 * without the other row groups, with every place in it put right (parquet.thrift of Apache Parquet, whose field numbers are given here).
 */

/** FileMetaData */
const NUM_ROWS = 3;
const ROW_GROUPS = 4;
const ENCRYPTION_ALGORITHM = 8;
/** RowGroup */
const COLUMNS = 1;
const GROUP_ROWS = 3;
const GROUP_OFFSET = 5;
const ORDINAL = 7;
/** ColumnChunk */
const FILE_PATH = 1;
const CHUNK_OFFSET = 2;
const META_DATA = 3;
const PAGE_INDEX = [4, 5, 6, 7];
const CRYPTO = [8, 9];
/** ColumnMetaData */
const PATH_IN_SCHEMA = 3;
const TOTAL_COMPRESSED_SIZE = 7;
/** of data, index and dictionary pages */
const PAGE_OFFSETS = [9, 10, 11];
const BLOOM_FILTER_OFFSET = 14;
const BLOOM_FILTER_LENGTH = 15;

const MAGIC = Buffer.from('PAR1');
/** So many bytes are copied at once. */
const COPIED_TOGETHER = 4 * 1024 * 1024;

export interface CopiedRowGroups {
  readonly rows: number;
  /** bytes */
  readonly size: number;
  /** paths of the columns that hold values, as the file numbers them */
  readonly columns: readonly (readonly string[])[];
}

/**
 * @param from absolute path of a Parquet file
 * @param to absolute path of a file that does not exist yet
 * @param groups numbers of row groups, ascending
 * @returns undefined, and no file is written, where the file is encrypted, refers to others, or is not understood
 */
export async function copyRowGroups(
  from: string,
  to: string,
  groups: readonly number[],
): Promise<CopiedRowGroups | undefined> {
  const source = await open(from, 'r');
  try {
    const footer = await readFooter(source);
    if (footer === undefined) return undefined;
    const plan = planCopy(footer, groups);
    return plan === undefined ? undefined : await carryOut(plan, source, to);
  } finally {
    await source.close();
  }
}

export interface CutFile extends CopiedRowGroups {
  /** absolute path */
  readonly path: string;
}

/**
 * Cuts a file between row groups into files of nearly the same size, one behind the other, without decoding it.
 *
 * @param from absolute path of a Parquet file; it stays
 * @param bytes size to come near to: the files have between three quarters of it and one and a half, give or take half a row group
 * @param pathOf absolute path of the file with a number from 0, which does not exist yet
 * @returns none, and nothing is written, where the file is too small for two, or {@link copyRowGroups} would not copy from it
 */
export async function cutBetweenRowGroups(
  from: string,
  bytes: number,
  pathOf: (number: number) => Promise<string>,
): Promise<CutFile[]> {
  const source = await open(from, 'r');
  try {
    const footer = await readFooter(source);
    if (footer === undefined) return [];
    const parts = evenParts(sizesOf(footer), bytes);
    const plans = parts.length < 2 ? [] : parts.map((groups) => planCopy(footer, groups));
    if (plans.includes(undefined)) return [];
    const files: CutFile[] = [];
    for (const [i, plan] of plans.entries()) {
      const path = await pathOf(i);
      files.push({ path, ...(await carryOut(plan!, source, path)) });
    }
    return files;
  } finally {
    await source.close();
  }
}

/** Bytes of each row group. */
function sizesOf(footer: ThriftStruct): number[] {
  return ((listOf(footer, ROW_GROUPS)?.items ?? []) as ThriftStruct[]).map((group) =>
    ((listOf(group, COLUMNS)?.items ?? []) as ThriftStruct[]).reduce((sum, chunk) => {
      const meta = chunk.get(META_DATA)?.value;
      return sum + (meta instanceof Map ? numberOf(meta, TOTAL_COMPRESSED_SIZE) : 0);
    }, 0),
  );
}

/** Numbers of row groups, in parts of about so many bytes; a row group belongs where its middle lies. */
function evenParts(sizes: readonly number[], bytes: number): number[][] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const part = all / Math.max(1, Math.round(all / bytes));
  const parts = new Map<number, number[]>();
  let before = 0;
  for (const [group, size] of sizes.entries()) {
    const number = Math.floor((before + size / 2) / part);
    const groups = parts.get(number);
    if (groups === undefined) parts.set(number, [group]);
    else groups.push(group);
    before += size;
  }
  return [...parts.values()];
}

async function carryOut(plan: Plan, source: FileHandle, to: string): Promise<CopiedRowGroups> {
  const target = await open(to, 'wx');
  try {
    const size = await write(source, target, plan);
    return { rows: plan.rows, size, columns: plan.columns };
  } finally {
    await target.close();
  }
}

async function readFooter(file: FileHandle): Promise<ThriftStruct | undefined> {
  const { size } = await file.stat();
  const end = await read(file, Math.max(0, size - 8), 8);
  if (size < 12 || !end.subarray(4).equals(MAGIC)) return undefined;
  const length = end.readUInt32LE(0);
  if (length > size - 12) return undefined;
  const bytes = await read(file, size - 8 - length, length);
  try {
    return decodeStruct(bytes);
  } catch {
    return undefined;
  }
}

/** A piece of the old file, one behind the other. */
interface Piece {
  readonly from: number;
  readonly length: number;
}

interface Plan {
  readonly pieces: readonly Piece[];
  readonly footer: ThriftStruct;
  readonly rows: number;
  readonly columns: readonly (readonly string[])[];
}

/** Each row group can be planned for once: its places in the footer become those in the copy. */
function planCopy(whole: ThriftStruct, groups: readonly number[]): Plan | undefined {
  const footer: ThriftStruct = new Map(whole);
  const all = listOf(footer, ROW_GROUPS);
  const kept = groups.map((group) => all?.items[group] as ThriftStruct | undefined);
  if (all === undefined || footer.has(ENCRYPTION_ALGORITHM)) return undefined;
  const pieces: Piece[] = [];
  let at = MAGIC.length;
  const copied = (from: number, length: number): number => {
    const place = at;
    at += length;
    const last = pieces.at(-1);
    if (last !== undefined && last.from + last.length === from)
      pieces[pieces.length - 1] = { from: last.from, length: last.length + length };
    else pieces.push({ from, length });
    return place;
  };
  const filters: (() => void)[] = [];
  let rows = 0;
  for (const [ordinal, group] of kept.entries()) {
    const columns = group && listOf(group, COLUMNS);
    if (columns === undefined) return undefined;
    const begin = at;
    for (const chunk of columns.items as ThriftStruct[]) {
      const meta = chunk.get(META_DATA)?.value;
      if (!(meta instanceof Map) || [FILE_PATH, ...CRYPTO].some((field) => chunk.has(field))) return undefined;
      // a dictionary page at 0 is none: some writers say so
      const offsets = PAGE_OFFSETS.filter((field) => numberOf(meta, field) > 0);
      if (offsets.length === 0) return undefined;
      const first = Math.min(...offsets.map((field) => numberOf(meta, field)));
      const move = copied(first, numberOf(meta, TOTAL_COMPRESSED_SIZE)) - first;
      for (const field of offsets) setNumber(meta, field, numberOf(meta, field) + move);
      setNumber(chunk, CHUNK_OFFSET, 0);
      // they name places, and readers can do without
      for (const field of PAGE_INDEX) chunk.delete(field);
      filters.push(() => copyFilter(meta, copied));
    }
    if (group!.has(GROUP_OFFSET)) setNumber(group!, GROUP_OFFSET, begin);
    if (group!.has(ORDINAL)) setNumber(group!, ORDINAL, ordinal);
    rows += numberOf(group!, GROUP_ROWS);
  }
  // behind the data, as writers have them
  for (const copy of filters) copy();
  setNumber(footer, NUM_ROWS, rows);
  footer.set(ROW_GROUPS, { ...footer.get(ROW_GROUPS)!, value: { type: all.type, items: kept as ThriftValue[] } });
  return { pieces, footer, rows, columns: columnsOf(kept[0]) };
}

function copyFilter(meta: ThriftStruct, copied: (from: number, length: number) => number): void {
  const length = numberOf(meta, BLOOM_FILTER_LENGTH);
  if (length > 0) setNumber(meta, BLOOM_FILTER_OFFSET, copied(numberOf(meta, BLOOM_FILTER_OFFSET), length));
  else for (const field of [BLOOM_FILTER_OFFSET, BLOOM_FILTER_LENGTH]) meta.delete(field);
}

function columnsOf(group: ThriftStruct | undefined): string[][] {
  const columns = (group && listOf(group, COLUMNS)?.items) ?? [];
  return columns.map((chunk) => {
    const meta = (chunk as ThriftStruct).get(META_DATA)!.value as ThriftStruct;
    return (listOf(meta, PATH_IN_SCHEMA)?.items ?? []).map((name) => Buffer.from(name as Uint8Array).toString('utf8'));
  });
}

async function write(source: FileHandle, target: FileHandle, { pieces, footer }: Plan): Promise<number> {
  let at = MAGIC.length;
  await target.write(MAGIC, 0, MAGIC.length, 0);
  const buffer = Buffer.allocUnsafe(COPIED_TOGETHER);
  for (const { from, length } of pieces)
    for (let done = 0; done < length; ) {
      const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, length - done), from + done);
      if (bytesRead === 0) throw new RangeError('the Parquet file is shorter than its footer says');
      await writeAll(target, buffer.subarray(0, bytesRead), at);
      done += bytesRead;
      at += bytesRead;
    }
  const bytes = encodeStruct(footer);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  const end = Buffer.concat([bytes, length, MAGIC]);
  await writeAll(target, end, at);
  return at + end.length;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
}

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(buffer, done, length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer;
}

function listOf(struct: ThriftStruct, field: number): ThriftList | undefined {
  const value = struct.get(field)?.value;
  return typeof value === 'object' && 'items' in value ? value : undefined;
}

/** 0 for a field that is not there. */
function numberOf(struct: ThriftStruct, field: number): number {
  const value = struct.get(field)?.value;
  return typeof value === 'number' ? value : 0;
}

function setNumber(struct: ThriftStruct, field: number, value: number): void {
  struct.set(field, { type: struct.get(field)?.type ?? I64, value });
}
