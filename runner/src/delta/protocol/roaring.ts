import { StorageError } from '../../errors/tsdbt-error.js';

/** First bytes of a serialized `RoaringBitmapArray` (PROTOCOL.md, "Deletion Vector Format"). */
const MAGIC = 1_681_511_377;
/** Cookies of RoaringFormatSpec: with run containers, and without. */
const WITH_RUNS = 12_347;
const WITHOUT_RUNS = 12_346;
/** Containers of 2^16 values hold an array up to this many values, beyond it a bitmap of 8 KiB. */
const LARGEST_ARRAY = 4096;
const BITMAP_BYTES = 8192;
const BLOCK = 65_536;
const BUCKET = 4_294_967_296;

/**
 * Row positions from a serialized `RoaringBitmapArray`, ascending. All three kinds of containers are read.
 *
 * @param where what is read, for messages
 * @throws StorageError TSD6017 for bytes of another format
 */
export function decodeRoaring(bytes: Uint8Array, where: string): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const positions: number[] = [];
  try {
    if (view.getUint32(0, true) !== MAGIC) throw new RangeError('the magic number differs');
    const buckets = Number(view.getBigUint64(4, true));
    let at = 12;
    for (let i = 0; i < buckets; i++) {
      const high = view.getUint32(at, true) * BUCKET;
      at = decodeBucket(view, at + 4, high, positions);
    }
  } catch (cause) {
    throw new StorageError('TSD6017', `${where}: this deletion vector is damaged: ${(cause as Error).message}`, {
      cause,
    });
  }
  return Float64Array.from(positions);
}

/** Reads one 32-bit bitmap and returns where it ends. */
function decodeBucket(view: DataView, start: number, high: number, positions: number[]): number {
  const cookie = view.getUint32(start, true);
  const runs = (cookie & 0xffff) === WITH_RUNS;
  if (!runs && cookie !== WITHOUT_RUNS) throw new RangeError(`the cookie ${cookie} is unknown`);
  const containers = runs ? (cookie >>> 16) + 1 : view.getUint32(start + 4, true);
  const flags = start + 4;
  let at = runs ? flags + Math.ceil(containers / 8) : start + 8;
  const header = at;
  at += containers * 4;
  // places of the containers; they follow each other anyway
  if (!runs || containers >= 4) at += containers * 4;
  for (let i = 0; i < containers; i++) {
    const base = high + view.getUint16(header + i * 4, true) * BLOCK;
    const count = view.getUint16(header + i * 4 + 2, true) + 1;
    if (runs && (view.getUint8(flags + (i >> 3)) >> (i & 7)) & 1) {
      const spans = view.getUint16(at, true);
      at += 2;
      for (let span = 0; span < spans; span++, at += 4) {
        const first = view.getUint16(at, true);
        const length = view.getUint16(at + 2, true);
        for (let value = first; value <= first + length; value++) positions.push(base + value);
      }
    } else if (count <= LARGEST_ARRAY) {
      for (let value = 0; value < count; value++, at += 2) positions.push(base + view.getUint16(at, true));
    } else {
      for (let byte = 0; byte < BITMAP_BYTES; byte++) {
        const bits = view.getUint8(at + byte);
        for (let bit = 0; bits >> bit !== 0; bit++) if ((bits >> bit) & 1) positions.push(base + byte * 8 + bit);
      }
      at += BITMAP_BYTES;
    }
  }
  return at;
}

/** Serializes row positions as a `RoaringBitmapArray`. @param positions ascending, without repetition */
export function encodeRoaring(positions: Float64Array): Uint8Array {
  const buckets = grouped(positions, BUCKET).map(([key, values]) => [key, encodeBucket(values)] as const);
  const size = buckets.reduce((sum, [, bytes]) => sum + 4 + bytes.length, 12);
  const result = new Uint8Array(size);
  const view = new DataView(result.buffer);
  view.setUint32(0, MAGIC, true);
  view.setBigUint64(4, BigInt(buckets.length), true);
  let at = 12;
  for (const [key, bytes] of buckets) {
    view.setUint32(at, key, true);
    result.set(bytes, at + 4);
    at += 4 + bytes.length;
  }
  return result;
}

function encodeBucket(values: Float64Array): Uint8Array {
  const containers = grouped(values, BLOCK);
  const sizes = containers.map(([, own]) => (own.length <= LARGEST_ARRAY ? own.length * 2 : BITMAP_BYTES));
  const head = 8 + containers.length * 8;
  const result = new Uint8Array(sizes.reduce((sum, size) => sum + size, head));
  const view = new DataView(result.buffer);
  view.setUint32(0, WITHOUT_RUNS, true);
  view.setUint32(4, containers.length, true);
  let at = head;
  for (const [i, [key, own]] of containers.entries()) {
    view.setUint16(8 + i * 4, key, true);
    view.setUint16(8 + i * 4 + 2, own.length - 1, true);
    view.setUint32(8 + containers.length * 4 + i * 4, at, true);
    if (own.length <= LARGEST_ARRAY) for (const [n, value] of own.entries()) view.setUint16(at + n * 2, value, true);
    else for (const value of own) result[at + (value >> 3)]! |= 1 << (value & 7);
    at += sizes[i]!;
  }
  return result;
}

/** Ascending values, cut where the quotient changes: the quotient and the remainders. */
function grouped(values: Float64Array, size: number): [number, Float64Array][] {
  const groups: [number, Float64Array][] = [];
  for (let from = 0; from < values.length; ) {
    const key = Math.floor(values[from]! / size);
    let to = from;
    while (to < values.length && Math.floor(values[to]! / size) === key) to++;
    groups.push([key, values.slice(from, to).map((value) => value - key * size)]);
    from = to;
  }
  return groups;
}
