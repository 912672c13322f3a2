import { GraphError } from '../errors/tsdbt-error.js';
import { graphCodes } from '../manifest/codes.js';
import { timeOf } from '../materialize/microbatch.js';
import { readArtifact } from './read-artifact.js';

/** A window of time, as run results name a batch. */
export interface PreviousBatch {
  readonly start: Date;
  readonly end: Date;
}

/** What a run before this one did, and how it was called. */
export interface PreviousRun {
  /** `build`, `run`, `run-operation`, … */
  readonly command: string;
  /** flags by dbt's names: `full_refresh`, `select`, … */
  readonly args: Readonly<Record<string, unknown>>;
  readonly startedAt: Date;
  /** statuses by unique id: dbt's words */
  readonly statuses: ReadonlyMap<string, string>;
  /** batches of the microbatch models that have some of both */
  readonly batches: ReadonlyMap<
    string,
    { readonly successful: readonly PreviousBatch[]; readonly failed: readonly PreviousBatch[] }
  >;
}

interface RunResultsFile {
  readonly metadata?: { readonly invocation_started_at?: string | null; readonly generated_at?: string };
  readonly args?: Readonly<Record<string, unknown>>;
  readonly results: readonly {
    readonly unique_id: string;
    readonly status: string;
    readonly batch_results?: { readonly successful: readonly Times[]; readonly failed: readonly Times[] } | null;
  }[];
}
type Times = readonly [string, string];

/**
 * Reads `run_results.json`, tsdbt's or dbt's.
 *
 * @param folder absolute
 * @param named how messages name it
 * @throws {GraphError} TSD3025 when there is none, or it cannot be read
 */
export function readPreviousRun(folder: string, named: string): PreviousRun {
  const file = readArtifact<RunResultsFile>(folder, 'run_results.json');
  if (file === undefined) {
    const message = `Could not find previous run in '${named}' target directory: run_results.json is not there`;
    const hint = 'run something first, e.g. tsdbt build; --state names the folder of another run';
    throw new GraphError(graphCodes.unreadableState, message, { hint });
  }
  const { invocation_started_at: began, generated_at: written } = file.metadata ?? {};
  const startedAt = timeOf(began ?? written) ?? new Date();
  const batches = new Map<string, { successful: PreviousBatch[]; failed: PreviousBatch[] }>();
  for (const { unique_id: id, batch_results: found } of file.results) {
    if (!found || found.successful.length === 0 || found.failed.length === 0) continue;
    batches.set(id, { successful: found.successful.map(batchOf), failed: found.failed.map(batchOf) });
  }
  return {
    command: String(file.args?.which ?? ''),
    args: file.args ?? {},
    startedAt,
    statuses: new Map(file.results.map(({ unique_id: id, status }) => [id, status])),
    batches,
  };
}

function batchOf([start, end]: Times): PreviousBatch {
  return { start: timeOf(start)!, end: timeOf(end)! };
}
