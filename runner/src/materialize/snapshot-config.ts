import { didYouMean } from '../errors/suggest.js';
import { QualityError } from '../errors/tsdbt-error.js';
import { builtInSnapshotStrategies } from '../manifest/config-values.js';
import { snapshotProblem } from '../manifest/kind-config.js';
import type { ModelNode } from '../manifest/nodes.js';

const STRATEGIES = builtInSnapshotStrategies;

/** Names of the columns that a snapshot adds; a config may give others. */
export interface SnapshotColumns {
  readonly dbt_valid_from: string;
  readonly dbt_valid_to: string;
  readonly dbt_scd_id: string;
  readonly dbt_updated_at: string;
  readonly dbt_is_deleted: string;
}

/** How a snapshot tells rows and changes apart. */
export interface SnapshotConfig {
  /** columns, or SQL expressions over the source's columns, that identify a row */
  readonly uniqueKey: readonly string[];
  readonly strategy: (typeof STRATEGIES)[number];
  /** SQL expression: when a row was last changed; undefined for `check` without one: the time of the run */
  readonly updatedAt: string | undefined;
  /** `check`: a row has changed when one of these has */
  readonly checkColumns: 'all' | readonly string[];
  /** what becomes of rows that the source no longer has */
  readonly hardDeletes: 'ignore' | 'invalidate' | 'new_record';
  /** SQL: what `dbt_valid_to` holds in current rows; undefined: null */
  readonly validToCurrent: string | undefined;
  readonly columns: SnapshotColumns;
}

/**
 * A snapshot's config.
 * @throws {QualityError} TSD4014 where something is missing or not known
 */
export function snapshotConfig(node: ModelNode): SnapshotConfig {
  const { extra, unique_key: key } = node.config;
  const problem = snapshotProblem(node.config);
  const fail = (message: string, hint?: string): never => {
    const place = node.propertiesPlace ?? node.source.place(0);
    throw new QualityError('TSD4014', `snapshot ${node.name}: ${message}`, { place, hint });
  };
  if (problem !== undefined) fail(problem.message, problem.hint);
  const uniqueKey = key === undefined ? [] : typeof key === 'string' ? [key] : key;
  const strategy = STRATEGIES.find((name) => name === extra.strategy);
  if (strategy === undefined) {
    const given = String(extra.strategy);
    return fail(
      `there is no strategy "${given}"`,
      didYouMean(given, STRATEGIES) ?? 'timestamp (with updated_at), or check (with check_cols)',
    );
  }
  const updatedAt = textOf(extra.updated_at);
  const checked = extra.check_cols;
  const names = (extra.snapshot_meta_column_names ?? {}) as Partial<Record<keyof SnapshotColumns, string>>;
  const named = (name: keyof SnapshotColumns): string => names[name] ?? name;
  return {
    uniqueKey,
    strategy,
    updatedAt,
    checkColumns: Array.isArray(checked) ? checked.map(String) : 'all',
    hardDeletes: hardDeletesOf(extra),
    validToCurrent: textOf(extra.dbt_valid_to_current),
    columns: {
      dbt_valid_from: named('dbt_valid_from'),
      dbt_valid_to: named('dbt_valid_to'),
      dbt_scd_id: named('dbt_scd_id'),
      dbt_updated_at: named('dbt_updated_at'),
      dbt_is_deleted: named('dbt_is_deleted'),
    },
  };
}

/**
 * Holds the columns of a snapshot's table against its config.
 * @throws {QualityError} TSD4014 for columns that the config names and the table lacks
 */
export function checkSnapshotColumns(node: ModelNode, config: SnapshotConfig, table: readonly string[]): void {
  const { dbt_is_deleted, ...always } = config.columns;
  const wanted = [...Object.values(always), ...(config.hardDeletes === 'new_record' ? [dbt_is_deleted] : [])];
  const there = new Set(table.map((name) => name.toLowerCase()));
  const missing = wanted.filter((name) => !there.has(name.toLowerCase()));
  if (missing.length === 0) return;
  // dbt's words, which tools look for
  throw new QualityError('TSD4014', `Snapshot target is missing configured columns: ${missing.join(', ')}`, {
    place: node.propertiesPlace ?? node.source.place(0),
    hint: 'the table was made with another config: give it the columns, or the config the names that it has',
  });
}

/** `invalidate_hard_deletes: true` is the older name of `hard_deletes: invalidate`. */
function hardDeletesOf(extra: Readonly<Record<string, unknown>>): SnapshotConfig['hardDeletes'] {
  const given = extra.hard_deletes;
  if (given === 'invalidate' || given === 'new_record' || given === 'ignore') return given;
  return extra.invalidate_hard_deletes === true ? 'invalidate' : 'ignore';
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}
