import { nearest } from '../../errors/suggest.js';
import { StorageError } from '../../errors/tsdbt-error.js';
import { MAPPING_MODE, MAX_COLUMN_ID } from './column-mapping.js';
import { requireEnabling } from './features.js';

/** What a value must look like, and how to say so. */
type Form = readonly [RegExp, string];

const BOOLEAN: Form = [/^(true|false)$/i, 'true or false'];
const COUNT: Form = [/^[1-9]\d*$/, 'a whole number from 1'];
const INTERVAL: Form = [
  /^\s*(interval\s+)?(\d+\s+(millisecond|second|minute|hour|day|week)s?\s*)+$/i,
  'an interval, e.g. interval 7 days',
];
const TEXT: Form = [/^/, 'a text'];

/** Properties that begin with `delta.` and that a writer of Delta tables may meet, honoured here or left to those who do (PROTOCOL.md, "Table Properties"). */
const KNOWN: Readonly<Record<string, Form>> = {
  'delta.appendOnly': BOOLEAN,
  'delta.autoOptimize.autoCompact': [/^(true|false|auto)$/i, 'true, false or auto'],
  'delta.autoOptimize.optimizeWrite': BOOLEAN,
  'delta.checkpoint.writeStatsAsJson': BOOLEAN,
  'delta.checkpoint.writeStatsAsStruct': BOOLEAN,
  'delta.checkpointInterval': COUNT,
  'delta.checkpointPolicy': [/^(classic|v2)$/i, 'classic or v2'],
  [MAPPING_MODE]: [/^(none|name|id)$/i, 'none, name or id'],
  [MAX_COLUMN_ID]: [/^\d+$/, 'a whole number'],
  'delta.dataSkippingNumIndexedCols': [/^(-1|\d+)$/, 'a number of columns, or -1 for all'],
  'delta.dataSkippingStatsColumns': TEXT,
  'delta.deletedFileRetentionDuration': INTERVAL,
  'delta.enableChangeDataFeed': BOOLEAN,
  'delta.enableDeletionVectors': BOOLEAN,
  'delta.enableExpiredLogCleanup': BOOLEAN,
  'delta.enableIcebergCompatV1': BOOLEAN,
  'delta.enableIcebergCompatV2': BOOLEAN,
  'delta.enableInCommitTimestamps': BOOLEAN,
  'delta.enableRowTracking': BOOLEAN,
  'delta.enableTypeWidening': BOOLEAN,
  'delta.enableVariantShredding': BOOLEAN,
  'delta.isolationLevel': [/^(Write)?Serializable$/i, 'Serializable or WriteSerializable'],
  'delta.logRetentionDuration': INTERVAL,
  'delta.parquet.compression.codec': [
    /^(uncompressed|none|snappy|gzip|lz4_raw|zstd|brotli)$/i,
    'zstd, snappy, gzip, lz4_raw, brotli or uncompressed',
  ],
  'delta.parquet.format.version': [/^1\.0\.0$/, '1.0.0, the version of data pages that is written here'],
  'delta.randomizeFilePrefixes': BOOLEAN,
  'delta.randomPrefixLength': COUNT,
  'delta.setTransactionRetentionDuration': INTERVAL,
  'delta.targetFileSize': [/^\s*\d+(\.\d+)?\s*[kmg]?b?\s*$/i, 'a number of bytes, or e.g. 128mb'],
  'delta.tuneFileSizesForRewrites': BOOLEAN,
};

/** What the properties that a write sets come down to. */
export interface SetProperties {
  /** as they go into the table's configuration */
  readonly configuration: Readonly<Record<string, string>>;
  /** features that `delta.feature.<name>` asks for; they are in the protocol, and not among the properties */
  readonly features: readonly string[];
}

/**
 * Looks at properties that are to be set. Those that do not begin with `delta.` are the user's own.
 *
 * @throws StorageError TSD6034 for one that Delta does not know, or whose value it cannot have; TSD6012 for one that would switch on
 *   a feature which is not supported
 */
export function checkProperties(location: string, properties: Readonly<Record<string, string>>): SetProperties {
  const configuration: Record<string, string> = {};
  const features: string[] = [];
  for (const [key, value] of Object.entries(properties)) {
    const feature = /^delta\.feature\.(.+)$/.exec(key)?.[1];
    if (feature === undefined) {
      if (key.startsWith('delta.') && !key.startsWith('delta.constraints.')) checkProperty(location, key, value);
      configuration[key] = value;
    } else if (/^(supported|enabled)$/i.test(value)) features.push(feature);
    else throw wrongValue(location, key, value, 'supported');
  }
  requireEnabling(location, configuration, features);
  return { configuration, features };
}

function checkProperty(location: string, key: string, value: string): void {
  const form = KNOWN[key];
  if (form === undefined) {
    const meant = nearest(key, Object.keys(KNOWN));
    throw new StorageError('TSD6034', `${location}: there is no table property ${key}`, {
      hint:
        meant === undefined
          ? 'names that begin with delta. are for what Delta knows; choose another for a property of your own'
          : `did you mean ${meant}?`,
    });
  }
  if (!form[0].test(value)) throw wrongValue(location, key, value, form[1]);
}

function wrongValue(location: string, key: string, value: string, form: string): StorageError {
  return new StorageError('TSD6034', `${location}: the table property ${key} is "${value}"`, {
    hint: `it may be ${form}`,
  });
}
