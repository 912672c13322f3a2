import { StorageError } from '../../errors/tsdbt-error.js';
import type { Metadata, Protocol } from './actions.js';
import { mappingMode } from './column-mapping.js';
import { containsType, parseSchema, type StructType } from './data-types.js';

/**
 * Reader features that are honoured (PROTOCOL.md, "Table Features" and "Valid Feature Names in Table Features"). What is not among them is refused by its
 * name (PROTOCOL.md, "Catalog-managed tables", "Variant Data Type" and "Variant Shredding").
 */
const READS: ReadonlySet<string> = new Set([
  'timestampNtz',
  'typeWidening',
  'typeWidening-preview',
  'vacuumProtocolCheck',
  'deletionVectors',
  'columnMapping',
  'v2Checkpoint',
]);

/** Writer features that are honoured, beside those above. Some only while not active (PROTOCOL.md, "Supported Features" and "Active Features"): see {@link requireWritable}. */
const WRITES: ReadonlySet<string> = new Set([
  ...READS,
  'appendOnly',
  'invariants',
  'checkConstraints',
  'changeDataFeed',
  'generatedColumns',
  'identityColumns',
  'allowColumnDefaults',
  'domainMetadata',
  'clustering',
  'inCommitTimestamp',
  'rowTracking',
]);

/** Features that ask for nothing while no column is of their types. deltalake names `variantType` in every table with deletion vectors. */
const OF_TYPES: Readonly<Record<string, RegExp>> = {
  variantType: /^variant$/,
  'variantType-preview': /^variant$/,
  geospatial: /^geo(metry|graphy)\b/,
};

function isIdle(feature: string, schema: () => StructType): boolean {
  const types = OF_TYPES[feature];
  return types !== undefined && !containsType(schema(), (type) => typeof type === 'string' && types.test(type));
}

/** Keys of a column's metadata that hold SQL of its values (PROTOCOL.md, "Column Metadata"). */
export const GENERATION_EXPRESSION = 'delta.generationExpression';
export const COLUMN_DEFAULT = 'CURRENT_DEFAULT';

/** Throws StorageError TSD6012 naming the table feature when the table cannot be read rightly (PROTOCOL.md, "Reader Version Requirements"). */
export function requireReadable(location: string, protocol: Protocol, metadata: Metadata): void {
  const { minReaderVersion: version, readerFeatures = [] } = protocol;
  if (version > 3) throw unsupported(location, 'read', `reader version ${version}`);
  if (version === 3)
    for (const name of readerFeatures ?? [])
      if (!READS.has(name) && !isIdle(name, () => parseSchema(metadata.schemaString, location)))
        throw unsupported(location, 'read', name);
  mappingMode(location, metadata.configuration);
  if (metadata.format.provider !== 'parquet')
    throw unsupported(location, 'read', `data files of format ${metadata.format.provider}`);
}

/** Whether the protocol has column mapping; without it the property of that name means nothing to readers, whatever names a writer has noted. */
export function mapsColumns({ minReaderVersion, readerFeatures }: Protocol): boolean {
  return minReaderVersion === 2 || (readerFeatures ?? []).includes('columnMapping');
}

/** What a commit does to rows; some features forbid one and allow another. */
export interface WriteIntent {
  /** rows of existing files are changed or taken away */
  readonly removesRows: boolean;
  /** rows are taken over or changed by rewriting files (merge, delete), which change data feeds must record */
  readonly rewritesRows: boolean;
}

/** The intent of what leaves the table's rows as they are. */
export const CHANGES_NOTHING: WriteIntent = { removesRows: false, rewritesRows: false };

/** Throws StorageError TSD6012, or TSD6013 for an append-only table (PROTOCOL.md, "Append-only Tables"), when a commit would break a rule of the table. */
export function requireWritable(
  location: string,
  protocol: Protocol,
  metadata: Metadata,
  schema: StructType,
  intent: WriteIntent,
): void {
  const { minWriterVersion: version, writerFeatures = [] } = protocol;
  if (version > 7) throw unsupported(location, 'write', `writer version ${version}`);
  if (version === 7)
    for (const name of writerFeatures ?? [])
      if (!WRITES.has(name) && !isIdle(name, () => schema)) throw unsupported(location, 'write', name);
  if (mappingMode(location, metadata.configuration) !== 'none' && !mapsColumns(protocol))
    throw unsupported(location, 'write', 'columnMapping (by its property, which the protocol does not have)');
  const enabled = (key: string) => metadata.configuration[key]?.toLowerCase() === 'true';
  for (const field of schema.fields)
    for (const key of Object.keys(field.metadata)) {
      // PROTOCOL.md, "Identity Columns"
      if (key.startsWith('delta.identity.')) throw unsupported(location, 'write', `identityColumns (${field.name})`);
    }
  if (enabled('delta.appendOnly') && intent.removesRows)
    throw new StorageError(
      'TSD6013',
      `${location}: the table is append-only (delta.appendOnly), rows cannot be removed`,
      {
        hint: 'append instead, or set the table property delta.appendOnly to false',
      },
    );
}

/** Properties that switch on what this implementation does not do (PROTOCOL.md, "Iceberg Compatibility V1" and "Iceberg Compatibility V2"). */
const CANNOT_ENABLE: Readonly<Record<string, string>> = {
  'delta.enableRowTracking': 'rowTracking',
  'delta.enableIcebergCompatV1': 'icebergCompatV1',
  'delta.enableIcebergCompatV2': 'icebergCompatV2',
  'delta.enableVariantShredding': 'variantShredding',
};

/** Throws StorageError TSD6012 for properties, or names of features, that would switch on a feature which is not supported. */
export function requireEnabling(
  location: string,
  properties: Readonly<Record<string, string>>,
  features: readonly string[],
): void {
  for (const name of features)
    if (!WRITES.has(name) || name === 'rowTracking') throw unsupported(location, 'write', name);
  for (const [key, value] of Object.entries(properties)) {
    const feature = CANNOT_ENABLE[key];
    if (feature !== undefined && value.toLowerCase() === 'true') throw unsupported(location, 'write', feature);
  }
}

/** Features that readers must know too, and that need table features. */
const NEWER: ReadonlySet<string> = new Set([...READS].filter((name) => name !== 'columnMapping'));

/**
 * The least protocol that a table with this schema and these properties needs; never less than the one it has (PROTOCOL.md, "Table Features for New and Existing Tables").
 *
 * @param features names of further ones that are asked for
 */
export function protocolFor(
  current: Protocol | undefined,
  schema: StructType,
  configuration: Readonly<Record<string, string>>,
  features: readonly string[] = [],
): Protocol {
  const base = current ?? { minReaderVersion: 1, minWriterVersion: 2 };
  const on = (key: string) => configuration[key]?.toLowerCase() === 'true';
  const needed = [...features];
  // PROTOCOL.md, "Timestamp without timezone (TimestampNtz)"
  if (containsType(schema, (type) => type === 'timestamp_ntz')) needed.push('timestampNtz');
  if (on('delta.enableDeletionVectors')) needed.push('deletionVectors');
  if (on('delta.appendOnly')) needed.push('appendOnly');
  if (Object.keys(configuration).some((key) => key.startsWith('delta.constraints.'))) needed.push('checkConstraints');
  if (on('delta.enableChangeDataFeed')) needed.push('changeDataFeed');
  if ((configuration['delta.columnMapping.mode'] ?? 'none') !== 'none') needed.push('columnMapping');
  const previewed = writerFeaturesOf(base).includes('typeWidening-preview');
  if (on('delta.enableTypeWidening') && !previewed) needed.push('typeWidening');
  if (on('delta.enableInCommitTimestamps')) needed.push('inCommitTimestamp');
  if (configuration['delta.checkpointPolicy']?.toLowerCase() === 'v2') needed.push('v2Checkpoint');
  const writers = writerFeaturesOf(base);
  const readers = readerFeaturesOf(base);
  const missing = needed.filter((name) => !writers.includes(name) || (forReaders(name) && !readers.includes(name)));
  if (missing.length === 0) return base;
  if (base.minWriterVersion < 7 && missing.every((name) => versionOf(name) !== undefined)) {
    return {
      minReaderVersion: missing.includes('columnMapping') ? Math.max(base.minReaderVersion, 2) : base.minReaderVersion,
      minWriterVersion: Math.max(base.minWriterVersion, ...missing.map((name) => versionOf(name)!)),
    };
  }
  const forAll = missing.filter(forReaders);
  const writerFeatures = [...new Set([...writers, ...missing])];
  if (forAll.length === 0 && base.minReaderVersion < 3) return { ...base, minWriterVersion: 7, writerFeatures };
  return {
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: [...new Set([...readers, ...forAll])],
    writerFeatures,
  };
}

/** Readers must know the feature too. */
function forReaders(name: string): boolean {
  return NEWER.has(name) || name === 'columnMapping';
}

/** A legacy version stands for these features (PROTOCOL.md, "Writer Version Requirements"). */
const BY_WRITER_VERSION: readonly (readonly [number, string])[] = [
  [2, 'appendOnly'],
  [2, 'invariants'],
  [3, 'checkConstraints'],
  [4, 'changeDataFeed'],
  [4, 'generatedColumns'],
  [5, 'columnMapping'],
  [6, 'identityColumns'],
];

/** The writer version that stands for a feature; undefined for one that needs table features. */
function versionOf(name: string): number | undefined {
  return BY_WRITER_VERSION.find(([, feature]) => feature === name)?.[0];
}

function writerFeaturesOf(protocol: Protocol): string[] {
  if (protocol.minWriterVersion >= 7) return [...(protocol.writerFeatures ?? [])];
  return BY_WRITER_VERSION.filter(([version]) => version <= protocol.minWriterVersion).map(([, name]) => name);
}

function readerFeaturesOf(protocol: Protocol): string[] {
  if (protocol.minReaderVersion >= 3) return [...(protocol.readerFeatures ?? [])];
  return protocol.minReaderVersion === 2 ? ['columnMapping'] : [];
}

function unsupported(location: string, verb: 'read' | 'write', feature: string): StorageError {
  return new StorageError(
    'TSD6012',
    `${location}: the table uses the feature ${feature}, which is not supported to ${verb}`,
    {
      hint: `${verb} it with the program that made it, or have that program remove the feature`,
    },
  );
}
