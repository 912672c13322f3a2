import type { TsdbtError } from '../errors/tsdbt-error.js';
import type { NodeOutcome } from '../events/events.js';
import type { NodeResult } from '../run/run-types.js';

/** What one node did in a run: its outcome (status, seconds, rows, version, failures of a test, message), and what it is. */
export interface NodeRun extends Omit<NodeOutcome, 'errors'> {
  readonly uniqueId: string;
  readonly name: string;
  readonly resourceType: string;
  /** of the file, relative to the project */
  readonly path: string;
  readonly startedAt: Date | undefined;
  readonly completedAt: Date | undefined;
  /** as SQL writes it */
  readonly relation: string | undefined;
  readonly compiledCode: string | undefined;
  readonly errors: readonly TsdbtError[];
}

/** What a run did. It is given for failures as well: only what keeps a run from beginning is thrown. */
export interface RunReport {
  /** whether nothing failed; the command line's exit code is then 0 */
  readonly success: boolean;
  /** the signal was aborted */
  readonly interrupted: boolean;
  /** seconds */
  readonly elapsed: number;
  readonly startedAt: Date;
  readonly nodes: readonly NodeRun[];
  /** what went wrong around the nodes: hooks, registering with Trino */
  readonly errors: readonly TsdbtError[];
}

export function nodeRun({ node, outcome, ...result }: NodeResult): NodeRun {
  const { uniqueId, name, resourceType, path } = node;
  const { startedAt, completedAt, relationName: relation, compiledCode } = result;
  return {
    uniqueId,
    name,
    resourceType,
    path,
    ...outcome,
    startedAt,
    completedAt,
    relation,
    compiledCode,
    errors: outcome.errors ?? [],
  };
}

/** A node as `ls` gives it. */
export interface ListedNode {
  readonly uniqueId: string;
  readonly name: string;
  readonly resourceType: string;
  readonly packageName: string;
  /** of the file, relative to the project */
  readonly path: string;
  /** what `select` takes to mean this node */
  readonly selector: string;
  readonly schema: string | undefined;
  readonly alias: string | undefined;
  readonly description: string | undefined;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
  /** unique ids of what it reads */
  readonly dependsOn: readonly string[];
}

export interface ParsedProject {
  readonly project: string;
  readonly target: string;
  /** absolute */
  readonly projectDir: string;
  readonly nodes: readonly ListedNode[];
  readonly warnings: readonly TsdbtError[];
}

export interface CompiledNode {
  /** undefined for inline SQL */
  readonly uniqueId: string | undefined;
  readonly name: string;
  readonly sql: string;
  /** of the file it was written to, relative to the project */
  readonly path: string | undefined;
}

export interface ShownTable {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** whole 64-bit numbers are `bigint`, times with a zone `Date`, dates and decimals text */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** What a macro or SQL did. A statement that fails is data; a macro that is not there is thrown. */
export interface OperationReport {
  readonly success: boolean;
  /** what macros printed, a text for each call */
  readonly printed: readonly string[];
  readonly errors: readonly TsdbtError[];
}

/** How fresh one table of a source is. */
export interface FreshSource {
  readonly uniqueId: string;
  /** `source.table` */
  readonly name: string;
  readonly status: 'pass' | 'warn' | 'error' | 'runtime error';
  /** when the newest row came; undefined where it could not be looked at */
  readonly maxLoadedAt: Date | undefined;
  /** seconds */
  readonly age: number | undefined;
  readonly error: string | undefined;
}

export interface FreshnessReport {
  /** no source is older than `error_after` */
  readonly success: boolean;
  readonly interrupted: boolean;
  /** seconds */
  readonly elapsed: number;
  readonly sources: readonly FreshSource[];
}

export interface DocsReport {
  /** absolute; `index.html` is in it */
  readonly folder: string;
  readonly nodes: number;
  /** tables and views that exist */
  readonly tables: number;
}

export interface InstalledPackageInfo {
  readonly name: string;
  readonly how: 'linked' | 'installed' | 'locked';
  /** version, commit or folder */
  readonly at: string;
  /** a newer version that the hub has */
  readonly newer: string | undefined;
}
