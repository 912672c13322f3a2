import type { SnapshotAt } from '../delta/log/load.js';
import type { TimedEvent } from '../events/events.js';

/** What every function takes. */
export interface ProjectOptions {
  /** folder of project.yml or dbt_project.yml; default: the working directory or the nearest folder above it that holds one */
  readonly projectDir?: string | undefined;
  /** folder of profiles.yml, in projects that have one */
  readonly profilesDir?: string | undefined;
  readonly target?: string | undefined;
  /** variables, as `--vars` gives them */
  readonly vars?: Readonly<Record<string, unknown>> | undefined;
  /** default: the process's own environment */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** aborting it cancels what runs, as Ctrl-C does; the result then says `interrupted` */
  readonly signal?: AbortSignal | undefined;
  /** hears everything that a terminal would show, as it happens */
  readonly onEvent?: ((event: TimedEvent) => void) | undefined;
  /** warnings are errors */
  readonly warnError?: boolean | undefined;
}

/** What chooses nodes, in the command line's grammar: `gold.diagnostic`, `+revenue`, `tag:daily`. */
export interface SelectOptions extends ProjectOptions {
  readonly select?: string | readonly string[] | undefined;
  readonly exclude?: string | readonly string[] | undefined;
  /** a selector of selectors.yml */
  readonly selector?: string | undefined;
  /** `model`, `seed`, `snapshot`, `test`, … */
  readonly resourceTypes?: readonly string[] | undefined;
  readonly indirectSelection?: 'eager' | 'cautious' | 'buildable' | 'empty' | undefined;
  /** folder of an earlier run's artifacts, relative to the project */
  readonly state?: string | undefined;
}

/** What runs nodes. */
export interface RunOptions extends SelectOptions {
  /** nodes that run at the same time */
  readonly threads?: number | undefined;
  readonly fullRefresh?: boolean | undefined;
  readonly failFast?: boolean | undefined;
  readonly empty?: boolean | undefined;
  readonly storeFailures?: boolean | undefined;
  /** read what is not built here where the manifest in `state` (or `deferState`) says that it was published */
  readonly defer?: boolean | undefined;
  readonly deferState?: string | undefined;
  /** with `defer`: also what is built here, unless it is selected */
  readonly favorState?: boolean | undefined;
  /** `'3 days'`: rows of that time alone, of what has an `event_time` */
  readonly sample?: string | undefined;
  /** both or none: the time whose batches microbatch models write */
  readonly eventTimeStart?: Date | undefined;
  readonly eventTimeEnd?: Date | undefined;
}

export interface CompileOptions extends SelectOptions {
  /** SQL with templates, instead of nodes */
  readonly inline?: string | undefined;
}

export interface ShowOptions extends CompileOptions {
  /** rows at most, 5 by default as on the command line; `Infinity` for all */
  readonly limit?: number | undefined;
  /** what the table held then */
  readonly asOf?: SnapshotAt | undefined;
}

/** Either a macro with its arguments, or SQL. */
export interface OperationOptions extends ProjectOptions {
  /** `macro`, or `package.macro` */
  readonly macro?: string | undefined;
  readonly args?: Readonly<Record<string, unknown>> | undefined;
  /** SQL with templates */
  readonly sql?: string | undefined;
}

export interface DocsOptions extends ProjectOptions {
  /** false: the SQL of the last run is shown, none is compiled */
  readonly compile?: boolean | undefined;
}

export interface DepsOptions extends ProjectOptions {
  readonly upgrade?: boolean | undefined;
  /** write package-lock.yml, install nothing */
  readonly lock?: boolean | undefined;
}
