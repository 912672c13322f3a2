import type { LiveFile } from './actions.js';
import { type ColumnMappingMode, physicalName } from './column-mapping.js';
import { type DataType, decimalOf, type StructType } from './data-types.js';
import { statsOf } from './stats.js';

/** Least and greatest value of a column, as DuckDB prints them. */
export interface Range {
  readonly column: string;
  readonly min: string;
  readonly max: string;
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
    const low = comparable(partitioned ? value : stats?.minValues[physical], type, 'low');
    const high = comparable(partitioned ? value : stats?.maxValues[physical], type, 'high');
    const from = comparable(min, type, 'low');
    const to = comparable(max, type, 'high');
    if (high !== undefined && from !== undefined && compare(high, from) < 0) return false;
    if (low !== undefined && to !== undefined && compare(low, to) > 0) return false;
    if (!partitioned && stats?.numRecords !== undefined && Number(stats.nullCount[physical]) === stats.numRecords)
      return false;
  }
  return true;
}

type Comparable = bigint | number | Buffer;

/** A bound in an order that can be compared; undefined for what has none here. Times are milliseconds, rounded outwards. */
function comparable(value: unknown, type: DataType, side: 'low' | 'high'): Comparable | undefined {
  if (value === null || value === undefined || typeof type !== 'string') return undefined;
  const text = String(value);
  if (type === 'string') return Buffer.from(text, 'utf8');
  if (type === 'float' || type === 'double') {
    const number = Number(text);
    return Number.isNaN(number) ? undefined : number;
  }
  if (/^(byte|short|integer|long)$/.test(type)) return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
  if (type === 'date') return /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : undefined;
  if (type === 'timestamp' || type === 'timestamp_ntz') return millis(text, side);
  const decimal = decimalOf(type);
  return decimal === undefined ? undefined : scaled(text, decimal.scale);
}

function millis(text: string, side: 'low' | 'high'): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(text);
  if (match === null) return undefined;
  const [, date, time, fraction = '', zone = 'Z'] = match;
  const offset = zone === 'Z' ? 'Z' : zone.length === 3 ? `${zone}:00` : zone;
  const at = Date.parse(`${date}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${offset}`);
  // writers cut to milliseconds: the true greatest value may lie up to one above
  return Number.isNaN(at) ? undefined : side === 'high' ? at + 1 : at;
}

function scaled(text: string, scale: number): bigint | undefined {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = ''] = match;
  if (fraction.length > scale && /[1-9]/.test(fraction.slice(scale))) return undefined;
  return BigInt(`${sign}${whole}${fraction.padEnd(scale, '0').slice(0, scale)}` || '0');
}

function compare(a: Comparable, b: Comparable): number {
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return Buffer.compare(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}
