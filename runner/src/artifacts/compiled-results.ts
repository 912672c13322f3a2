import type { CompiledEntry } from '../manifest/entries/entry-context.js';
import { relationName } from '../manifest/entries/sql-nodes.js';
import type { Manifest } from '../manifest/manifest.js';
import type { AnalysisNode, ManifestNode, SqlNode } from '../manifest/nodes.js';
import { keepLastRun } from './last-run.js';
import { writeManifest } from './manifest-json.js';
import { timingOf, writeResults } from './run-results.js';

/** A node whose SQL a command made, and perhaps read rows with. */
export interface CompiledResult {
  readonly uniqueId: string;
  /** undefined for what is no SQL */
  readonly sql: string | undefined;
  /** of a function: the SQL of its overloads */
  readonly overloads?: readonly string[] | undefined;
  /** why there is none */
  readonly error?: string | undefined;
  /** project-relative path of the compiled file */
  readonly path?: string | undefined;
  /** when its SQL was ready */
  readonly compiledAt?: Date | undefined;
  readonly startedAt?: Date | undefined;
  readonly completedAt?: Date | undefined;
}

/** The command that made it. */
export interface CompilingCommand {
  readonly invocationId: string;
  readonly startedAt: Date;
  readonly completedAt: Date;
  /** flags by dbt's names */
  readonly args: Readonly<Record<string, unknown>>;
  /** whether ephemeral models have results: as in dbt, where something was selected */
  readonly reportsEphemeral: boolean;
}

/** The id of SQL that was given with `--inline`. */
export function inlineId({ project }: Manifest): string {
  return `sql_operation.${project.name}.inline_query`;
}

/**
 * Writes `target/manifest.json` with the SQL of what was compiled, and in a dbt project `target/run_results.json`, too. Elsewhere that file
 * stays with the last run, which `retry` takes up.
 */
export function writeCompiledResults(
  manifest: Manifest,
  results: readonly CompiledResult[],
  { completedAt, reportsEphemeral, ...command }: CompilingCommand,
): void {
  writeManifest(manifest, command, compiledEntries(results));
  if (!manifest.project.isDbt) return;
  keepLastRun(manifest.project);
  const isReported = ({ uniqueId }: CompiledResult): boolean => {
    const node = manifest.get(uniqueId);
    return reportsEphemeral || node?.resourceType !== 'model' || node.config.materialized !== 'ephemeral';
  };
  writeResults(manifest.project, {
    ...command,
    elapsed: secondsBetween(command.startedAt, completedAt),
    results: results.filter(isReported).map((result) => entryOf(result, manifest)),
  });
}

/** The SQL as a manifest takes it. */
function compiledEntries(results: readonly CompiledResult[]): Map<string, CompiledEntry> {
  const entries = new Map<string, CompiledEntry>();
  for (const { uniqueId, sql, path, overloads } of results)
    if (sql !== undefined) entries.set(uniqueId, { sql, path, runPath: undefined, overloads });
  return entries;
}

function entryOf(result: CompiledResult, manifest: Manifest): Record<string, unknown> {
  const { uniqueId, sql, error, startedAt, compiledAt, completedAt } = result;
  const node = manifest.get(uniqueId);
  const isSeed = node?.resourceType === 'seed';
  return {
    status: error === undefined ? 'success' : 'error',
    timing: timingOf({ startedAt, compiledAt: compiledAt ?? completedAt, completedAt }),
    thread_id: 'main',
    execution_time: startedAt === undefined ? 0 : secondsBetween(startedAt, completedAt ?? startedAt),
    adapter_response: {},
    message: error ?? null,
    failures: null,
    unique_id: uniqueId,
    compiled: isSeed ? null : sql !== undefined,
    compiled_code: sql ?? null,
    relation_name: isSqlNode(node) ? relationName(node, manifest) : null,
    batch_results: null,
    overload_results: null,
  };
}

function isSqlNode(node: ManifestNode | undefined): node is SqlNode | AnalysisNode {
  return node !== undefined && ['model', 'snapshot', 'test', 'analysis', 'function'].includes(node.resourceType);
}

function secondsBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1000;
}
