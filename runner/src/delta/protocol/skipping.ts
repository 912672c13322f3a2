import type { LiveFile } from './actions.js';
import { type ColumnMappingMode, physicalName } from './column-mapping.js';
import { type DataType, decimalOf, type StructField, type StructType } from './data-types.js';
import { toDuckDBType } from './duckdb-types.js';
import { DIGITS_OF_DOUBLE, statsOf } from './stats.js';
import { wasOnce } from './type-widening.js';

/** Least and greatest value of a column, as DuckDB prints them. */
export interface Range {
  readonly column: string;
  readonly min: string;
  readonly max: string;
}

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$/;

/**
 * Whether values of a type, told as text, compare with a column's as the engine compares the two: it makes numbers of text, and
 * shifts times to the session's zone.
 *
 * @param given as DuckDB spells it
 */
export function comparesAsText(given: string, column: DataType): boolean {
  const own = toDuckDBType(column);
  return given === own || (NUMBER.test(given) && NUMBER.test(own));
}

/** What the statistics of files are about. */
interface SkippingLayout {
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  readonly mapping: ColumnMappingMode;
}

/**
 * Whether a file might hold a row whose columns lie within all ranges, by partition values and statistics
 * (PROTOCOL.md, "Per-file Statistics"). What is unknown might be: only a sure no is a no.
 */
export function mayHold(
  file: LiveFile,
  { schema, partitionColumns, mapping }: SkippingLayout,
  ranges: readonly Range[],
): boolean {
  const stats = statsOf(file);
  for (const { column, min, max } of ranges) {
    const field = schema.fields.find((candidate) => candidate.name === column);
    if (field === undefined) continue;
    const { type } = field;
    const physical = physicalName(field, mapping);
    const partitioned = partitionColumns.includes(column);
    const value = file.partitionValues[physical];
    // a null partition holds no row that equals anything
    if (partitioned && (value === null || value === undefined || value === '')) return false;
    const low = partitioned ? ordered(value, type, 'low') : proven(stats?.minValues[physical], field, 'low');
    const high = partitioned ? ordered(value, type, 'high') : proven(stats?.maxValues[physical], field, 'high');
    const from = ordered(min, type, 'low');
    const to = ordered(max, type, 'high');
    // a NaN is above all numbers, and may be in a file whose greatest value is said to be one
    const open = (type === 'float' || type === 'double') && to === undefined;
    if (high !== undefined && from !== undefined && !open && compare(high, from) < 0) return false;
    if (low !== undefined && to !== undefined && compare(low, to) > 0) return false;
    if (!partitioned && stats?.numRecords !== undefined && Number(stats.nullCount[physical]) === stats.numRecords)
      return false;
  }
  return true;
}

type Comparable = bigint | number | Buffer;
type Side = 'low' | 'high';

const UTF8_END = Buffer.from([0xff]);

/**
 * What a bound in a file's statistics proves: no value of the file is below it (`low`) or above it (`high`), a NaN aside. Writers
 * do not all write the least and greatest value: strings are cut to a prefix of any length, times to milliseconds (to whichever
 * side), FLOATs come as their shortest text, which as DOUBLE is another number, and decimals as doubles.
 */
function proven(value: unknown, field: StructField, side: Side): Comparable | undefined {
  const { type } = field;
  const bound = ordered(value, type, side);
  if (bound === undefined) return undefined;
  const down = side === 'low';
  if (Buffer.isBuffer(bound)) return down ? bound : Buffer.concat([bound, UTF8_END]);
  if (type === 'float' || (type === 'double' && wasOnce(field, 'float'))) return nextFloat(bound as number, down);
  if (type === 'double') return nextDouble(bound as number, down);
  if (type === 'timestamp' || type === 'timestamp_ntz') return down ? (bound as number) - 1 : bound;
  if (typeof bound !== 'bigint' || decimalOf(type) === undefined) return bound;
  const size = bound < 0n ? -bound : bound;
  if (size < 10n ** BigInt(DIGITS_OF_DOUBLE)) return bound;
  // a double has 53 bits, of which arithmetic on the way may have spoilt the last ones
  const error = (size >> 50n) + 1n;
  return bound + (down ? -error : error);
}

/** A value in an order that can be compared; undefined for what has none here. What is finer than the order is rounded outwards. */
function ordered(value: unknown, type: DataType, side: Side): Comparable | undefined {
  if (value === null || value === undefined || typeof type !== 'string') return undefined;
  const text = String(value);
  if (type === 'string') return Buffer.from(text, 'utf8');
  if (type === 'float' || type === 'double') {
    const number = Number(text.replace(/^(-?)inf(inity)?$/i, '$1Infinity'));
    return Number.isNaN(number) ? undefined : type === 'float' ? Math.fround(number) : number;
  }
  if (/^(byte|short|integer|long)$/.test(type)) return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
  if (type === 'date') return /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : undefined;
  if (type === 'timestamp' || type === 'timestamp_ntz') return millis(text, side);
  const decimal = decimalOf(type);
  return decimal === undefined ? undefined : scaled(text, decimal.scale, side);
}

function millis(text: string, side: Side): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(text);
  if (match === null) return undefined;
  const [, date, time, fraction = '', zone = 'Z'] = match;
  const offset = zone === 'Z' ? 'Z' : zone.length === 3 ? `${zone}:00` : zone;
  const at = Date.parse(`${date}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${offset}`);
  // writers cut to milliseconds: the true greatest value may lie up to one above
  return Number.isNaN(at) ? undefined : side === 'high' ? at + 1 : at;
}

function scaled(text: string, scale: number, side: Side): bigint | undefined {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = ''] = match;
  const size = BigInt(`${whole}${fraction.padEnd(scale, '0').slice(0, scale)}` || '0');
  const cut = /[1-9]/.test(fraction.slice(scale));
  if (sign === '-') return -(cut && side === 'low' ? size + 1n : size);
  return cut && side === 'high' ? size + 1n : size;
}

/** The next DOUBLE below or above a number. */
function nextDouble(number: number, down: boolean): number {
  if (!Number.isFinite(number)) return number;
  if (number === 0) return down ? -Number.MIN_VALUE : Number.MIN_VALUE;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, number);
  bits.setBigInt64(0, bits.getBigInt64(0) + (number > 0 === down ? -1n : 1n));
  return bits.getFloat64(0);
}

/** A FLOAT below or above that which is nearest to a number, and so below or above the number. */
function nextFloat(number: number, down: boolean): number {
  const nearest = Math.fround(number);
  if (nearest === (down ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY)) return nearest;
  const bits = new DataView(new ArrayBuffer(4));
  if (nearest === 0) bits.setInt32(0, down ? -0x7fffffff : 1);
  else {
    bits.setFloat32(0, nearest);
    bits.setInt32(0, bits.getInt32(0) + (nearest > 0 === down ? -1 : 1));
  }
  return bits.getFloat32(0);
}

function compare(a: Comparable, b: Comparable): number {
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return Buffer.compare(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}
