import type { AddFile } from '../protocol/actions.js';
import { physicalName, physicalSchema } from '../protocol/column-mapping.js';
import { type DataType, decimalOf, type StructType } from '../protocol/data-types.js';
import { toDuckDBType } from '../protocol/duckdb-types.js';
import { castable } from '../protocol/partition-values.js';
import { parseStats } from '../protocol/stats.js';
import { quoteIdentifier } from '../sql.js';
import type { Snapshot } from './snapshot.js';

/** How a table wants the statistics of its files in checkpoints (PROTOCOL.md, "Checkpoints"). */
export interface CheckpointStats {
  /** they are as commits have them: JSON text and nothing else */
  readonly asLogged: boolean;
  /** `stats VARCHAR` and the like: fields of `add` */
  readonly fields: readonly string[];
  /** the action as the checkpoint has it */
  of(file: AddFile): object;
}

/** Types that have a least and a greatest value. */
const ORDERED = /^(byte|short|integer|long|float|double|string|date|timestamp|timestamp_ntz)$/;

/** By `delta.checkpoint.writeStatsAsJson` (default true) and `delta.checkpoint.writeStatsAsStruct` (default false). */
export function checkpointStats(snapshot: Snapshot): CheckpointStats {
  const { properties, partitionColumns, schema, mapping } = snapshot;
  const asJson = properties['delta.checkpoint.writeStatsAsJson']?.toLowerCase() !== 'false';
  const asStruct = properties['delta.checkpoint.writeStatsAsStruct']?.toLowerCase() === 'true';
  const json = asJson ? ['stats VARCHAR'] : [];
  const withoutJson = ({ stats: _, ...file }: AddFile) => file;
  if (!asStruct) return { asLogged: asJson, fields: json, of: asJson ? (file) => file : withoutJson };
  const stored = { ...schema, fields: schema.fields.filter((field) => !partitionColumns.includes(field.name)) };
  const keys = schema.fields
    .filter((field) => partitionColumns.includes(field.name))
    .map((field) => ({ name: physicalName(field, mapping), type: field.type }));
  const parsed = statsType(physicalSchema(stored, mapping));
  const partitions = keys.map(({ name, type }) => `${quoteIdentifier(name)} ${toDuckDBType(type)}`).join(', ');
  return {
    asLogged: false,
    fields: [
      ...json,
      `stats_parsed ${parsed}`,
      ...(keys.length === 0 ? [] : [`"partitionValues_parsed" STRUCT(${partitions})`]),
    ],
    of: (file) => ({
      ...(asJson ? file : withoutJson(file)),
      stats_parsed: parsedStats(file.stats),
      partitionValues_parsed: Object.fromEntries(
        keys.map(({ name, type }) => [name, parsedValue(file.partitionValues[name], type)]),
      ),
    }),
  };
}

function parsedStats(text: string | null | undefined): object | null {
  const stats = parseStats(text);
  if (stats === undefined) return null;
  const { minValues, maxValues } = stats;
  const tightBounds = !/"tightBounds"\s*:\s*false/.test(text!);
  return { ...stats, minValues: signed(minValues), maxValues: signed(maxValues), tightBounds };
}

/** Bounds with `-0.0` as text: as a number of JSON it would lose its sign, and to some readers 0.0 is above it. */
function signed(bounds: unknown): unknown {
  if (Object.is(bounds, -0)) return '-0.0';
  if (typeof bounds !== 'object' || bounds === null) return bounds;
  return Object.fromEntries(Object.entries(bounds).map(([name, value]) => [name, signed(value)]));
}

function parsedValue(value: string | null | undefined, type: DataType): string | null {
  return value ? castable(value, type) : null;
}

function statsType(schema: StructType): string {
  const bounds = structType(schema, (type) =>
    typeof type === 'string' && (ORDERED.test(type) || decimalOf(type)) ? toDuckDBType(type) : undefined,
  );
  const nulls = structType(schema, () => 'BIGINT');
  const fields = [
    'numRecords BIGINT',
    'tightBounds BOOLEAN',
    ...(bounds === undefined ? [] : [`"minValues" ${bounds}`, `"maxValues" ${bounds}`]),
    ...(nulls === undefined ? [] : [`"nullCount" ${nulls}`]),
  ];
  return `STRUCT(${fields.join(', ')})`;
}

/** A struct like the schema, its leaves of other types; undefined where none is left. */
function structType(schema: StructType, leaf: (type: DataType) => string | undefined): string | undefined {
  const fields = schema.fields.flatMap(({ name, type }) => {
    const inner = typeof type !== 'string' && type.type === 'struct' ? structType(type, leaf) : leaf(type);
    return inner === undefined ? [] : [`${quoteIdentifier(name)} ${inner}`];
  });
  return fields.length === 0 ? undefined : `STRUCT(${fields.join(', ')})`;
}
