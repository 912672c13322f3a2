import type { SourcePlace, SourceText } from '../errors/source-text.js';
import type { TsdbtError } from '../errors/tsdbt-error.js';
import type { ConfigTree } from './config-tree.js';
import type { Vars } from './vars.js';
import type { YamlDocument } from './yaml-document.js';

export type TargetType = 'duckdb' | 'trino';
export type Storage = 'delta' | 'native';

/** Where and how tables are registered with Trino. One of `metastore` and `server` is given. */
export interface RegisterTarget {
  /** absolute folder of Trino's file metastore, `hive.metastore.catalog.dir`: no server is asked */
  readonly metastore: string | undefined;
  /** the target, of type trino, whose running server is told */
  readonly server: Target | undefined;
  /** schema that holds every table; undefined for none */
  readonly defaultSchema: string | undefined;
  /** every table in a schema named like its own, too */
  readonly layers: boolean;
  /** the warehouse as Trino names it, e.g. `local:///` */
  readonly location: string;
}

/** Where a run writes to, and with what. */
export interface Target {
  readonly name: string;
  readonly profileName: string;
  readonly type: TargetType;
  /** schema of nodes that name none; `main` by default */
  readonly schema: string;
  readonly database: string | undefined;
  readonly threads: number;
  /** `delta`: tables are Delta tables in the warehouse; `native`: tables live in a database file */
  readonly storage: Storage;
  /** e.g. `2GB`; undefined leaves the engine's default */
  readonly memoryLimit: string | undefined;
  /** settings of the engine, set on every connection */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** `storage: native`: absolute path of the database file */
  readonly path: string | undefined;
  /** the same as it is written, which templates see */
  readonly writtenPath?: string | undefined;
  /** what a build keeps registered with Trino; undefined for nothing */
  readonly register: RegisterTarget | undefined;
  /** every other key, as given: host, port, user, catalog, … and dbt-duckdb's `extensions`, `attach` */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** A statement of on-run-start, on-run-end or a hook: the template's text and where it stands. */
export interface HookText {
  readonly sql: string;
  readonly source: SourceText;
  readonly place: SourcePlace | undefined;
}

/** A command that the project declares for itself. */
export interface ProjectCommand {
  readonly name: string;
  readonly description: string;
  /** absolute path of the module */
  readonly module: string;
  readonly place: SourcePlace;
}

export interface ProjectPaths {
  readonly models: readonly string[];
  readonly seeds: readonly string[];
  readonly tests: readonly string[];
  readonly macros: readonly string[];
  readonly snapshots: readonly string[];
  readonly analyses: readonly string[];
  readonly functions: readonly string[];
  readonly docs: readonly string[];
  readonly assets: readonly string[];
}

/** Config trees of project.yml, by what they apply to. */
export interface ProjectConfigTrees {
  readonly models: ConfigTree;
  readonly seeds: ConfigTree;
  readonly snapshots: ConfigTree;
  /** of a dbt project only where its flags say so: else analyses follow `models:` there */
  readonly analyses: ConfigTree;
  readonly functions: ConfigTree;
  readonly tests: ConfigTree;
  readonly sources: ConfigTree;
  readonly exposures: ConfigTree;
  readonly metrics: ConfigTree;
  readonly semantic_models: ConfigTree;
  readonly saved_queries: ConfigTree;
}

/** A project.yml that was read, rendered and checked. */
export interface Project {
  readonly name: string;
  readonly version: string | undefined;
  /** absolute */
  readonly projectDir: string;
  /** `project.yml`, or `dbt_project.yml` */
  readonly document: YamlDocument;
  readonly paths: ProjectPaths;
  /** false: manifest.json, run_results.json and sources.json are not written (`--no-write-json`) */
  readonly writesJson?: boolean | undefined;
  /** absolute path of the folder for compiled SQL and artifacts */
  readonly targetPath: string;
  /** absolute path of the folder that holds the Delta tables */
  readonly warehouse: string;
  /** absolute path of the folder for log files */
  readonly logPath: string;
  /** folders that `clean` removes, relative to the project */
  readonly cleanTargets: readonly string[];
  readonly target: Target;
  /** names of all targets */
  readonly targetNames: readonly string[];
  readonly vars: Vars;
  readonly config: ProjectConfigTrees;
  readonly onRunStart: readonly HookText[];
  readonly onRunEnd: readonly HookText[];
  readonly queryComment: unknown;
  readonly quoting: Readonly<Record<string, boolean>>;
  readonly dispatch: readonly { readonly macro_namespace: string; readonly search_order: readonly string[] }[];
  readonly flags: Readonly<Record<string, unknown>>;
  readonly commands: ReadonlyMap<string, ProjectCommand>;
  /** the environment: `.env` of the project below the process's own variables. Never logged. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** evaluates a template in a YAML value: the result is a native value, not text */
  readonly evaluate: EvaluateValue;
  /** written for dbt (`dbt_project.yml`): names, YAML and unknown keys are treated as dbt does */
  readonly isDbt: boolean;
  /** protected models are for this project only, `restrict-access: true` */
  readonly restrictAccess: boolean;
  /** a dbt project's unknown keys, as warnings; elsewhere they are errors and this is undefined */
  readonly unknownKeys: TsdbtError[] | undefined;
  /** the projects under dbt_packages, each with `root` */
  readonly packages: readonly Project[];
  /** the project that this package belongs to; undefined for that project itself */
  readonly root: Project | undefined;
  /** path of the project's folder below the root project, with a slash at its end; empty for the root project */
  readonly prefix: string;
}

/** What templates in YAML values can use. */
export interface ValueScope {
  var(name: string, fallback?: unknown): unknown;
  env_var(name: string, fallback?: unknown): string;
  /** what `doc(…)` gives, in descriptions */
  doc?(...names: string[]): string;
  readonly target: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** known once the project file is read */
  readonly projectName?: string | undefined;
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
}

/** Evaluates a text with `{{ … }}` to a native value (a number stays one). Given from outside: templates come after projects. */
export type EvaluateValue = (text: string, scope: ValueScope) => unknown;
