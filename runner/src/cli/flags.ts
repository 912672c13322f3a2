import { Option } from 'commander';
import type { SnapshotAt } from '../delta/log/load.js';
import { PACKAGE_SOURCES, type PackageSource } from '../deps/package-sources.js';
import type { LogLevel } from '../events/events.js';
import { resourceTypes } from '../manifest/nodes.js';
import { dbtFlags } from './dbt-flags.js';
import { collected, duration, oneOf, pointInTime, size, someOf, time, wholeNumber } from './flag-values.js';
import { type NamedReporter, readReporter } from './reporter-flag.js';

/** Flags that every command takes. Names and meaning are dbt's. */
export interface GlobalOptions {
  readonly projectDir?: string;
  readonly versionCheck?: boolean;
  readonly profilesDir?: string;
  readonly target?: string;
  /** YAML or JSON, as given */
  readonly vars?: string;
  readonly quiet?: boolean;
  readonly logFormat?: 'text' | 'json';
  readonly logLevel?: LogLevel;
  readonly debug?: boolean;
  /** true with --color, false with --no-color */
  readonly color?: boolean;
  readonly profile?: string;
  readonly targetPath?: string;
  readonly logPath?: string;
  /** false with --no-partial-parse: what an earlier parse kept does not count */
  readonly partialParse?: boolean;
  readonly warnError?: boolean;
  /** which warnings are errors, and which are not told: YAML or JSON, as given */
  readonly warnErrorOptions?: string;
  /** false with --no-print: what templates print() is not printed */
  readonly print?: boolean;
  readonly reporter?: readonly NamedReporter[];
  /** folder of an earlier run's artifacts */
  readonly state?: string;
  readonly defer?: boolean;
  /** folder of the manifest that --defer reads; default: that of --state */
  readonly deferState?: string;
  readonly favorState?: boolean;
  /** false with --no-write-json */
  readonly writeJson?: boolean;
  /** set by commands whose standard output is for data: no log is written there */
  readonly printsData?: boolean;
}

export type IndirectSelection = 'eager' | 'cautious' | 'buildable' | 'empty';

export interface SelectionOptions extends GlobalOptions {
  readonly select?: readonly string[];
  readonly models?: readonly string[];
  readonly exclude?: readonly string[];
  readonly selector?: string;
  readonly indirectSelection?: IndirectSelection;
  readonly resourceType?: readonly string[];
  readonly excludeResourceType?: readonly string[];
}

export interface RunOptions extends SelectionOptions {
  readonly threads?: number;
  readonly fullRefresh?: boolean;
  readonly failFast?: boolean;
  readonly storeFailures?: boolean;
  readonly eventTimeStart?: Date;
  readonly eventTimeEnd?: Date;
  readonly empty?: boolean;
  readonly watch?: boolean;
  /** as given */
  readonly sample?: string;
}

export interface ShowingOptions extends RunOptions {
  /** print rows of the seeds that were loaded */
  readonly show?: boolean;
}

export interface ListOptions extends SelectionOptions {
  readonly output?: 'json' | 'name' | 'path' | 'selector' | 'text';
  readonly outputKeys?: readonly string[];
}

export interface ShowOptions extends SelectionOptions {
  /** SQL that is sent as it is */
  readonly inlineDirect?: string;
  readonly fullRefresh?: boolean;
  readonly inline?: string;
  readonly limit?: number;
  readonly output?: 'json' | 'text' | 'csv';
  readonly asOf?: SnapshotAt;
}

export interface SourceOptions extends SelectionOptions {
  /** file to write to */
  readonly output?: string;
}

export interface HistoryOptions extends SelectionOptions {
  readonly limit?: number;
  readonly output?: 'json' | 'text';
}

export interface OptimizeOptions extends SelectionOptions {
  /** bytes */
  readonly targetSize?: number;
  readonly sort?: boolean;
}

export interface RestoreOptions extends SelectionOptions {
  readonly to?: SnapshotAt;
}

export interface VacuumOptions extends SelectionOptions {
  /** milliseconds */
  readonly retention?: number;
  readonly allowShortRetention?: boolean;
  readonly yes?: boolean;
}

export interface CompileOptions extends SelectionOptions {
  readonly inline?: string;
  /** bind only: write and print nothing */
  readonly check?: boolean;
  readonly fullRefresh?: boolean;
  readonly empty?: boolean;
  readonly output?: 'json' | 'text';
}

export interface OperationOptions extends GlobalOptions {
  /** the macro's arguments by name: YAML or JSON, as given */
  readonly args?: string;
  readonly sql?: string;
  /** set by retry: the macro that the run before called */
  readonly macro?: string;
}

export interface DebugOptions extends GlobalOptions {
  /** only what it takes to reach the target */
  readonly connection?: boolean;
  /** only where the profiles are */
  readonly configDir?: boolean;
}

export interface ExplainOptions extends GlobalOptions {
  readonly output?: 'json' | 'markdown' | 'text';
}

export interface ScheduleOptions extends GlobalOptions {
  readonly cron?: string;
  readonly timezone?: string;
  /** commands as given, in order */
  readonly run?: readonly string[];
  /** durations are milliseconds */
  readonly jitter?: number;
  readonly timeout?: number;
  readonly grace?: number;
  readonly maxFailures?: number;
  readonly healthFile?: string;
  readonly healthPort?: number;
  readonly once?: boolean;
}

export interface CodegenOptions extends SelectionOptions {
  readonly output?: string;
  readonly check?: boolean;
  readonly write?: boolean;
}

export interface DepsOptions extends GlobalOptions {
  readonly lock?: boolean;
  readonly upgrade?: boolean;
  readonly addPackage?: string;
  readonly source?: PackageSource;
}

/** Kinds of nodes that can be selected. */
export const SELECTED_TYPES = resourceTypes.filter((kind) => kind !== 'operation');

/** What `--resource-type` takes: the kinds, and words for several of them. */
const RESOURCE_TYPES: readonly string[] = [...SELECTED_TYPES, 'all', 'default'];

/** New options for each command: commander keeps state in them. */
export const flags = {
  global: (): Option[] => [
    new Option('--project-dir <folder>', 'folder of project.yml (default: the working directory or one above it)'),
    new Option('--profiles-dir <folder>', 'folder of profiles.yml, in projects that have one'),
    new Option('-t, --target <name>', 'target to run on'),
    new Option('--vars <mapping>', 'variables as YAML or JSON, e.g. \'{"timezone": "Europe/Berlin"}\''),
    new Option('-q, --quiet', 'print errors and data only'),
    new Option('--log-format <format>', 'text, or json: an object per line').argParser(
      oneOf('--log-format', ['text', 'json']),
    ),
    new Option('--log-level <level>', 'debug, info, warn or error').argParser(
      oneOf('--log-level', ['debug', 'info', 'warn', 'error']),
    ),
    new Option('-d, --debug', 'the same as --log-level debug'),
    ...dbtFlags(),
    new Option(
      '--reporter <name>',
      'report elsewhere too: junit[=file] (target/junit.xml), json[=file], github[=file]; may be given several times',
    ).argParser(readReporter),
    new Option('--no-color', 'no colours and no live region'),
    new Option('--warn-error', 'warnings are errors'),
    new Option('--no-warn-error', 'warnings are no errors').hideHelp(),
    new Option(
      '--warn-error-options <mapping>',
      'which warnings are errors (error), stay warnings (warn) or are not told (silence): "all", or lists of codes and of dbt\'s names',
    ),
    new Option('--print', 'print what templates print()').hideHelp(),
    new Option('--no-print', 'do not print what templates print()'),
    new Option(
      '--state <folder>',
      'artifacts of an earlier run: what state: and result: compare with, what --defer reads, what retry takes up',
    ),
    new Option('--defer', 'read what is not built here where the state says that it was published'),
    new Option('--no-defer', 'read nothing elsewhere'),
    new Option('--defer-state <folder>', 'manifest that --defer reads (default: that of --state)'),
    new Option('--favor-state', 'with --defer: also what is built here, unless it is selected'),
    new Option('--no-favor-state', 'with --defer: only what is not built here'),
  ],
  selection: (): Option[] => [
    new Option('-s, --select <selector...>', 'nodes to take, e.g. gold.diagnostic, +gold.predictive, tag:daily'),
    new Option('-m, --models <selector...>', 'the same as --select, for models'),
    new Option('--exclude <selector...>', 'nodes to leave out'),
    new Option('--selector <name>', 'a selector of selectors.yml'),
    new Option('--indirect-selection <mode>', 'which tests come along: eager, cautious, buildable or empty').argParser(
      oneOf('--indirect-selection', ['eager', 'cautious', 'buildable', 'empty']),
    ),
  ],
  operation: (): Option[] => [
    new Option('--args <mapping>', 'arguments of the macro by name, as YAML or JSON, e.g. \'{"days": 3}\''),
    new Option('--sql <sql>', 'SQL with templates to run instead of a macro'),
  ],
  resourceTypes: (): Option[] => [
    new Option('--resource-type <type...>', 'only nodes of these types').argParser(
      someOf('--resource-type', RESOURCE_TYPES),
    ),
    new Option('--exclude-resource-type <type...>', 'no nodes of these types').argParser(
      someOf('--exclude-resource-type', RESOURCE_TYPES),
    ),
  ],
  threads: (): Option =>
    new Option('--threads <n>', 'nodes that run at the same time').argParser(wholeNumber('--threads', 1)),
  fullRefresh: (): Option => new Option('-f, --full-refresh', 'build incremental tables and seeds anew'),
  failFast: (): Option => new Option('-x, --fail-fast', 'stop at the first failure'),
  eventTimes: (): Option[] => [
    new Option('--event-time-start <time>', 'microbatch models: write the batches from this time on (UTC)').argParser(
      time('--event-time-start'),
    ),
    new Option('--event-time-end <time>', 'microbatch models: write the batches before this time (UTC)').argParser(
      time('--event-time-end'),
    ),
  ],
  watch: (): Option => new Option('-w, --watch', 'wait for changes of files, and run again what they concern'),
  empty: (): Option => new Option('--empty', 'read no rows of refs and sources: build tables without rows'),
  sample: (): Option =>
    new Option(
      '--sample <window>',
      'read the rows of a time only: "3 days", or "{start: 2024-01-01, end: 2024-02-01}"',
    ),
  show: (): Option[] => [new Option('--show', 'print the first rows of each seed'), new Option('--no-show').hideHelp()],
  storeFailures: (): Option => new Option('--store-failures', 'keep the rows that fail a test as tables'),
  check: (): Option =>
    new Option('--check', "bind the SQL in the target's engine instead of writing it, and run nothing"),
  inlineDirect: (): Option => new Option('--inline-direct <sql>', 'SQL to run as it is, without templates'),
  inline: (what: string): Option => new Option('--inline <sql>', what),
  asOf: (): Option =>
    new Option(
      '--as-of <version or time>',
      'what the table held then: a version, or a time such as "2026-11-22 14:00" (UTC)',
    ).argParser(pointInTime('--as-of')),
  historyLimit: (): Option =>
    new Option('--limit <versions>', 'versions of each table; -1 for all (default: 20)').argParser(
      wholeNumber('--limit', -1),
    ),
  restoreTo: (): Option =>
    new Option('--to <version or time>', 'a version, or a time such as "2026-11-22 14:00" (UTC)').argParser(
      pointInTime('--to'),
    ),
  optimize: (): Option[] => [
    new Option(
      '--target-size <bytes>',
      'size that files grow to, e.g. 128MB (default: delta.targetFileSize, or 256 MiB)',
    ).argParser(size('--target-size')),
    new Option('--sort', "put all rows into the order of the model's cluster_by; writes every file anew"),
  ],
  vacuum: (): Option[] => [
    new Option(
      '--retention <duration>',
      "files that no version of this time needs go, e.g. 14d (default: the table's setting, or 7d)",
    ).argParser(duration('--retention')),
    new Option(
      '--allow-short-retention',
      'let the retention be shorter than 7 days: readers of old versions lose them',
    ),
    new Option('-y, --yes', 'delete; without it the files are only listed'),
  ],
  limit: (): Option =>
    new Option('--limit <rows>', 'rows to show; -1 for all (default: 5)').argParser(wholeNumber('--limit', -1)),
  listOutput: (): Option =>
    new Option('--output <form>', 'selector, name, path, json or text (default: selector)').argParser(
      oneOf('--output', ['selector', 'name', 'path', 'json', 'text']),
    ),
  outputKeys: (): Option =>
    new Option('--output-keys <key...>', 'keys of --output json').argParser((value: string, before?: string[]) =>
      value
        .split(/[\s,]+/)
        .filter(Boolean)
        .reduce<string[]>((keys, key) => collected(key, keys), before ?? []),
    ),
  sourcesFile: (): Option => new Option('-o, --output <file>', 'file to write to (default: target/sources.json)'),
  outputFolder: (otherwise: string): Option =>
    new Option('--output <folder>', `folder to write to (default: ${otherwise} of the project)`),
  supersetDatabase: (): Option =>
    new Option(
      '--database <uri>',
      'superset: the database that it asks, e.g. trino://user@trino:8080/delta (default: lake.duckdb of the warehouse)',
    ),
  docs: (): Option[] => [
    new Option('--compile', 'compile SQL anew').hideHelp(),
    new Option('--no-compile', 'show the SQL of the last run instead of compiling it anew'),
    new Option('--empty-catalog', 'ask the warehouse for nothing: a catalog.json without tables'),
    new Option('--static', 'write the pages as one file, too: target/static_index.html'),
  ],
  port: (): Option =>
    new Option('--port <n>', 'port of 127.0.0.1 to serve at (default: the first free one from 8080 on)').argParser(
      wholeNumber('--port', 0),
    ),
  rowsOutput: (): Option =>
    new Option('--output <form>', 'text, json or csv (default: text)').argParser(
      oneOf('--output', ['text', 'json', 'csv']),
    ),
  showOutput: (): Option =>
    new Option('--output <form>', 'text or json (default: text)').argParser(oneOf('--output', ['text', 'json'])),
  codegen: (): Option[] => [
    new Option('--output <file>', 'types: file to write to (default: tsdbt-types.d.ts of the project)'),
    new Option('--check', 'write nothing; end with 1 where something is not up to date'),
    new Option('--write', 'yaml: write the files instead of printing them'),
  ],
  deps: (): Option[] => [
    new Option('--lock', 'write package-lock.yml, install nothing'),
    new Option('--upgrade', 'choose the newest versions that packages.yml allows, whatever package-lock.yml says'),
    new Option('--add-package <name@version>', 'add a package to packages.yml, or change its version, then install'),
    new Option(
      '--source <source>',
      'where --add-package takes it from: hub, git, local, tarball or npm (default: hub)',
    ).argParser(oneOf('--source', PACKAGE_SOURCES)),
  ],
  debug: (): Option[] => [
    new Option('--connection', 'check only that the target can be reached: neither the machine nor the models'),
    new Option('--config-dir', 'print the folder of profiles.yml, and check nothing'),
  ],
  /** dbt's, which ask for nothing here: no question is asked */
  init: (): Option[] => [
    new Option('--dbt', 'a dbt project (dbt_project.yml, profiles.yml) with tables in a DuckDB file'),
    ...['-s, --skip-profile-setup', '--skip-debug'].map((flag) => new Option(flag).hideHelp()),
  ],
  explainOutput: (): Option =>
    new Option('--output <form>', 'text, json or markdown (default: text)').argParser(
      oneOf('--output', ['text', 'json', 'markdown']),
    ),
  schedule: (): Option[] => [
    new Option(
      '--cron <expression>',
      'when to run: five cron fields, or six with seconds first (default: "0 */6 * * *")',
    ),
    new Option('--timezone <name>', 'IANA name of the zone that --cron is read in (default: UTC)'),
    new Option('--run <command>', 'what to run, with its flags; several run in order (default: build)').argParser(
      collected,
    ),
    new Option('--jitter <duration>', 'begin each run up to so much later, at random (default: 0)').argParser(
      duration('--jitter'),
    ),
    new Option('--timeout <duration>', 'cancel a run that takes longer (default: never)').argParser(
      duration('--timeout'),
    ),
    new Option('--grace <duration>', 'time that a cancelled run has to end (default: 20s)').argParser(
      duration('--grace'),
    ),
    new Option('--max-failures <n>', 'end with 1 after so many failures in a row (default: never)').argParser(
      wholeNumber('--max-failures', 1),
    ),
    new Option('--health-file <path>', 'keep a JSON file that says how the scheduler is'),
    new Option('--health-port <n>', 'answer the same at http://127.0.0.1:<n>/health').argParser(
      wholeNumber('--health-port', 0, 65_535),
    ),
    new Option('--once', 'run once, now, and end with the exit code of the run'),
  ],
};
