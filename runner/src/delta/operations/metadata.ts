import { randomUUID } from 'node:crypto';
import { StorageError } from '../../errors/tsdbt-error.js';
import type { Snapshot } from '../log/snapshot.js';
import type { Metadata, Protocol } from '../protocol/actions.js';
import { clusteringColumns } from '../protocol/clustering.js';
import { assignMapping, MAX_COLUMN_ID, mappingMode, physicalName } from '../protocol/column-mapping.js';
import { type StructType, serializeSchema } from '../protocol/data-types.js';
import { protocolFor, requireReadable, requireWritable, type WriteIntent } from '../protocol/features.js';
import { requireStatsColumns, STATS_COLUMNS } from '../protocol/stats-columns.js';
import { checkProperties } from '../protocol/table-properties.js';
import { withOwnConstraints } from './own-constraints.js';
import type { OpenTarget } from './target.js';

/** What a write may say about the table beside its rows. */
export interface TableSettings {
  /** column → description; when given, columns that are not in it have none */
  readonly comments?: Readonly<Record<string, string>> | undefined;
  /** table properties to set; others stay */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** the table's description */
  readonly description?: string | undefined;
}

/** A table as an operation leaves it, which is what its files are written for and its commit says. */
export interface TableChange extends OpenTarget {
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  /** actions of the commit; undefined where nothing changes */
  readonly metadata: Metadata | undefined;
  readonly protocol: Protocol | undefined;
  /** partition columns in which the rows that are written have empty strings; filled while they are */
  readonly emptyPartitions?: Set<string> | undefined;
}

/**
 * Works out the `metaData` and `protocol` actions of a write.
 *
 * @throws StorageError TSD6012, TSD6013 when the table's features forbid the write, TSD6034 for a property that Delta does not know,
 *   TSD6035 for a partition column that is not in the schema or cannot partition, TSD6043 for a column whose name is taken
 */
export function changeTable(
  { store, engine, base }: OpenTarget,
  schema: StructType,
  partitionColumns: readonly string[],
  options: TableSettings & { readonly unset?: readonly string[] | undefined },
  intent: WriteIntent,
): TableChange {
  const { location } = store;
  if (base !== undefined) requireWritable(location, base.protocol, base.metadata, base.schema, intent);
  const set = checkProperties(location, options.properties ?? {});
  requirePartitions(location, schema, partitionColumns);
  if (base !== undefined) requireClustering(base, schema, partitionColumns);
  const indexed = set.configuration[STATS_COLUMNS];
  if (indexed !== undefined) requireStatsColumns(location, indexed, schema, partitionColumns);
  const { unset = [] } = options;
  const stays = Object.entries(base?.properties ?? {}).filter(([key]) => !unset.includes(key));
  const { schema: commented, properties } = withMapping(
    location,
    base,
    withComments(schema, options.comments),
    withOwnConstraints({ ...Object.fromEntries(stays), ...set.configuration }, set.configuration),
  );
  requireNamesForFeed(location, commented, properties);
  const schemaString = serializeSchema(commented);
  const before = base?.metadata;
  const next: Metadata = {
    id: before?.id ?? randomUUID(),
    ...(before?.name === undefined ? {} : { name: before.name }),
    ...((options.description ?? before?.description) === undefined
      ? {}
      : { description: (options.description ?? before?.description)! }),
    format: before?.format ?? { provider: 'parquet', options: {} },
    schemaString,
    partitionColumns,
    createdTime: before?.createdTime ?? Date.now(),
    configuration: properties,
  };
  const protocol = protocolFor(base?.protocol, commented, properties, set.features);
  if (base === undefined) requireReadable(location, protocol, next);
  const unchanged =
    before !== undefined &&
    serializeSchema(base!.schema) === schemaString &&
    JSON.stringify([before.partitionColumns, before.configuration, before.description]) ===
      JSON.stringify([next.partitionColumns, next.configuration, next.description]);
  return {
    store,
    engine,
    base,
    schema: commented,
    partitionColumns,
    properties,
    metadata: unchanged ? undefined : next,
    protocol: base !== undefined && protocol === base.protocol ? undefined : protocol,
    emptyPartitions: new Set(),
  };
}

/** Ids and physical names for columns that have none, where the table maps its columns (PROTOCOL.md, "Writer Requirements for Column Mapping"). */
function withMapping(
  location: string,
  base: Snapshot | undefined,
  schema: StructType,
  properties: Readonly<Record<string, string>>,
): { schema: StructType; properties: Readonly<Record<string, string>> } {
  const mode = mappingMode(location, properties);
  if (base !== undefined && mode !== base.mapping && !(base.mapping === 'none' && mode === 'name'))
    throw new StorageError(
      'TSD6044',
      `${location}: the column mapping of a table cannot go from ${base.mapping} to ${mode}`,
      {
        hint: `only from none to name; overwrite the table at another place to have ${mode}`,
      },
    );
  if (mode === 'none') return { schema, properties };
  // files that are there have columns by their names; a column that comes gets a name which none before it had
  const byName = base === undefined || base.mapping === 'none';
  const { schema: mapped, maxColumnId } = assignMapping(schema, Number(properties[MAX_COLUMN_ID] ?? 0), (field) =>
    byName ? field.name : `col-${randomUUID()}`,
  );
  return { schema: mapped, properties: { ...properties, [MAX_COLUMN_ID]: String(maxColumnId) } };
}

function withComments(schema: StructType, comments: Readonly<Record<string, string>> | undefined): StructType {
  if (comments === undefined) return schema;
  const byName = new Map(Object.entries(comments).map(([name, text]) => [name.toLowerCase(), text]));
  return {
    type: 'struct',
    fields: schema.fields.map((field) => {
      const comment = byName.get(field.name.toLowerCase());
      const { comment: _, ...others } = field.metadata;
      return { ...field, metadata: comment === undefined ? others : { ...others, comment } };
    }),
  };
}

/** Columns that readers of the change data feed get beside the table's (PROTOCOL.md, "Reader Requirements for AddCDCFile"). */
const OF_FEED: readonly string[] = ['_change_type', '_commit_version', '_commit_timestamp'];

function requireNamesForFeed(location: string, schema: StructType, properties: Readonly<Record<string, string>>): void {
  const taken = schema.fields.find((field) => OF_FEED.includes(field.name.toLowerCase()));
  if (taken !== undefined && properties['delta.enableChangeDataFeed']?.toLowerCase() === 'true')
    throw new StorageError(
      'TSD6043',
      `${location}: the change data feed has a column "${taken.name}" of its own, so the table cannot have one`,
      { hint: 'give the column another name, or do without delta.enableChangeDataFeed' },
    );
}

/** What a table is clustered by stays, and no table is clustered and partitioned (PROTOCOL.md, "Writer Requirements for Clustered Table"). */
function requireClustering(base: Snapshot, schema: StructType, partitionColumns: readonly string[]): void {
  const columns = clusteringColumns(base.domains);
  if (columns.length === 0) return;
  const names = new Set(schema.fields.map((field) => physicalName(field, base.mapping)));
  const gone = columns.find(([name]) => !names.has(name!));
  const why =
    gone !== undefined
      ? `its column "${gone.join('.')}" cannot go`
      : partitionColumns.length > 0
        ? 'it cannot be partitioned'
        : undefined;
  if (why !== undefined)
    throw new StorageError('TSD6046', `${base.location}: the table is clustered, so ${why}`, {
      hint: 'change its clustering with the program that made it first',
    });
}

function requirePartitions(location: string, schema: StructType, partitionColumns: readonly string[]): void {
  for (const name of partitionColumns) {
    const field = schema.fields.find((candidate) => candidate.name === name);
    const why =
      field === undefined
        ? `is not among its columns (${schema.fields.map((candidate) => candidate.name).join(', ')})`
        : typeof field.type !== 'string' || field.type === 'binary' || field.type === 'void'
          ? 'has a type that cannot partition'
          : undefined;
    if (why !== undefined)
      throw new StorageError('TSD6035', `${location}: the table cannot be partitioned by "${name}", which ${why}`);
  }
  if (partitionColumns.length >= schema.fields.length)
    throw new StorageError('TSD6035', `${location}: a table needs a column that it is not partitioned by`);
}
