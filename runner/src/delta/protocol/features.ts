import { StorageError } from '../../errors/tsdbt-error.js';
import type { AddFile, Metadata, Protocol } from './actions.js';
import { containsType, type StructType } from './data-types.js';

/** Reader features that are honoured (PROTOCOL.md, "Valid Feature Names in Table Features"). */
const READS: ReadonlySet<string> = new Set([
  'timestampNtz',
  'typeWidening',
  'typeWidening-preview',
  'vacuumProtocolCheck',
  // supported as long as no file of the snapshot has one: see requireNoDeletionVectors
  'deletionVectors',
  // supported as long as the mode is none
  'columnMapping',
]);

/** Writer features that are honoured, beside those above. Some only while not active: see {@link requireWritable}. */
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
  'inCommitTimestamp',
  'rowTracking',
]);

/** Throws StorageError TSD6012 naming the table feature when the table cannot be read rightly. */
export function requireReadable(location: string, protocol: Protocol, metadata: Metadata): void {
  const { minReaderVersion: version, readerFeatures = [] } = protocol;
  if (version > 3) throw unsupported(location, 'read', `reader version ${version}`);
  if (version === 3)
    for (const name of readerFeatures ?? []) if (!READS.has(name)) throw unsupported(location, 'read', name);
  const mapping = metadata.configuration['delta.columnMapping.mode'];
  if (version >= 2 && mapping !== undefined && mapping !== 'none')
    throw unsupported(location, 'read', `columnMapping (mode ${mapping})`);
  if (metadata.format.provider !== 'parquet')
    throw unsupported(location, 'read', `data files of format ${metadata.format.provider}`);
}

/** Throws StorageError TSD6012 when a file has a deletion vector: its deleted rows would come back. */
export function requireNoDeletionVectors(location: string, files: Iterable<AddFile>): void {
  for (const file of files)
    if (file.deletionVector !== null && file.deletionVector !== undefined)
      throw unsupported(location, 'read', `deletionVectors (file ${file.path})`);
}

/** What a commit does to rows; some features forbid one and allow another. */
export interface WriteIntent {
  /** rows of existing files are changed or taken away */
  readonly removesRows: boolean;
  /** rows are taken over or changed by rewriting files (merge, delete), which change data feeds must record */
  readonly rewritesRows: boolean;
}

/** Throws StorageError TSD6012, or TSD6013 for an append-only table, when a commit would break a rule of the table. */
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
    for (const name of writerFeatures ?? []) if (!WRITES.has(name)) throw unsupported(location, 'write', name);
  const enabled = (key: string) => metadata.configuration[key]?.toLowerCase() === 'true';
  if (enabled('delta.enableRowTracking')) throw unsupported(location, 'write', 'rowTracking');
  if (enabled('delta.enableChangeDataFeed') && intent.rewritesRows)
    throw unsupported(location, 'write', 'changeDataFeed (for operations that rewrite rows)');
  for (const field of schema.fields)
    for (const key of Object.keys(field.metadata)) {
      if (key === 'delta.generationExpression')
        throw unsupported(location, 'write', `generatedColumns (${field.name})`);
      if (key.startsWith('delta.identity.')) throw unsupported(location, 'write', `identityColumns (${field.name})`);
      if (key === 'CURRENT_DEFAULT') throw unsupported(location, 'write', `allowColumnDefaults (${field.name})`);
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

/** Properties that switch on what this implementation does not do. */
const CANNOT_ENABLE: Readonly<Record<string, string>> = {
  'delta.enableChangeDataFeed': 'changeDataFeed',
  'delta.enableDeletionVectors': 'deletionVectors',
  'delta.enableRowTracking': 'rowTracking',
  'delta.enableTypeWidening': 'typeWidening',
  'delta.enableInCommitTimestamps': 'inCommitTimestamp',
  'delta.enableIcebergCompatV1': 'icebergCompatV1',
  'delta.enableIcebergCompatV2': 'icebergCompatV2',
};

/** Throws StorageError TSD6012 for a property that would switch on a feature which is not supported. */
export function requireKnownProperties(location: string, properties: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(properties)) {
    const feature = CANNOT_ENABLE[key];
    if (feature !== undefined && value.toLowerCase() === 'true') throw unsupported(location, 'write', feature);
    if (key === 'delta.columnMapping.mode' && value !== 'none') throw unsupported(location, 'write', 'columnMapping');
  }
}

/** The least protocol that a table with this schema and these properties needs; never less than the one it has. */
export function protocolFor(
  current: Protocol | undefined,
  schema: StructType,
  configuration: Readonly<Record<string, string>>,
): Protocol {
  const base = current ?? { minReaderVersion: 1, minWriterVersion: 2 };
  const naive = containsType(schema, (type) => type === 'timestamp_ntz');
  const writers: string[] = [];
  if (configuration['delta.appendOnly'] === 'true') writers.push('appendOnly');
  if (Object.keys(configuration).some((key) => key.startsWith('delta.constraints.'))) writers.push('checkConstraints');
  const readers = naive && !readerFeaturesOf(base).includes('timestampNtz') ? ['timestampNtz'] : [];
  const missing = [...readers, ...writers.filter((name) => !writerFeaturesOf(base).includes(name))];
  if (missing.length === 0) return base;
  if (readers.length > 0)
    return {
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: [...readerFeaturesOf(base), ...readers],
      writerFeatures: [...new Set([...writerFeaturesOf(base), ...missing])],
    };
  if (base.minWriterVersion >= 7) return { ...base, writerFeatures: [...writerFeaturesOf(base), ...missing] };
  return { ...base, minWriterVersion: Math.max(base.minWriterVersion, 3) };
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
