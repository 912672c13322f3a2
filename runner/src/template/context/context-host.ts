import type { Column, QueryResult } from '../../engines/engine.js';
import type { Relation } from '../../engines/relation.js';
import type { Scope } from '../frame.js';
import type { LibraryMacro, MacroLibrary } from '../macros.js';
import type { CallSite, MaybePromise, TemplateFunction, Undefined } from '../values.js';

/** `ref('package', 'name', version=2)` as it was called. */
export interface RefRequest {
  readonly package: string | undefined;
  readonly name: string;
  readonly version: string | number | undefined;
  readonly site: CallSite;
}

/** `source('name', 'table')` as it was called. */
export interface SourceRequest {
  readonly source: string;
  readonly table: string;
  readonly site: CallSite;
}

/** `function('name')` as it was called. */
export interface FunctionRequest {
  readonly package: string | undefined;
  readonly name: string;
  readonly site: CallSite;
}

/** What templates ask the engine for; absent while a project is parsed. */
export interface AdapterHost {
  /** runs a statement and reads its result whole */
  query(sql: string, site: CallSite): MaybePromise<QueryResult>;
  /** the relation if it exists */
  getRelation(database: string | undefined, schema: string, identifier: string): MaybePromise<Relation | undefined>;
  getColumns(relation: Relation): MaybePromise<readonly Column[]>;
  listRelations(schema: string, database?: string): MaybePromise<readonly Relation[]>;
  schemaExists(schema: string, database?: string): MaybePromise<boolean>;
  /** makes the statements that follow one transaction; absent where each stands alone */
  begin?(): MaybePromise<void>;
  /** ends the transaction, if one is open */
  commit?(): MaybePromise<void>;
}

/** What `ref.config` tells beside the command's arguments and the target. */
export interface RuntimeConfig extends Readonly<Record<string, unknown>> {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly cliVars: Readonly<Record<string, unknown>>;
  /** packages by name, the project among them */
  readonly dependencies: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * What a template's context needs from outside. While a project is parsed the callbacks record what is asked for
 * (`execute` is false); while a node is compiled they resolve it. Values are plain JavaScript unless said otherwise;
 * `undefined` always means: there is none.
 */
export interface ContextHost {
  /** package of the file that is rendered: its own macros come first */
  readonly packageName: string;
  readonly library: MacroLibrary;
  /** the engine's type and those it descends from, e.g. `['duckdb']`: what `adapter.dispatch` looks for */
  readonly adapterTypes: readonly string[];
  readonly execute: boolean;
  readonly projectName: string;
  /** `target.*`: name, schema, database, type, threads, … */
  readonly target: Readonly<Record<string, unknown>>;
  readonly flags: Readonly<Record<string, unknown>>;
  readonly invocationId: string;
  readonly runStartedAt: Date;
  /** the engine's own version (`tsdbt_version`), and the version of dbt whose behaviour it has (`dbt_version`) */
  readonly version: string;
  readonly dbtVersion: string;

  /** the relation of a model, or what else `{{ ref(…) }}` should give */
  ref?(request: RefRequest): MaybePromise<unknown>;
  source?(request: SourceRequest): MaybePromise<unknown>;
  /** the name of a function of the project */
  function?(request: FunctionRequest): MaybePromise<unknown>;
  /** `config(…)`: its keyword arguments */
  setConfig?(values: Readonly<Record<string, unknown>>, site: CallSite): void;
  /** `config.get(name)` */
  getConfig?(name: string): unknown;
  getVar(name: string, site: CallSite): unknown;
  varNames?(): Iterable<string>;
  /** a variable that is not set and has no default is none, as while dbt parses: the node that needs it fails when it is compiled */
  readonly missingVarsAreNone?: boolean;
  getEnv(name: string, site: CallSite): string | undefined;
  envNames?(): Iterable<string>;
  /** variables `DBT_ENV_SECRET_…` are refused, as by dbt outside of profiles and packages */
  readonly keepsSecrets?: boolean;
  /** `this`, where a node is rendered */
  readonly thisRelation?: Relation | undefined;
  /** `model`, where a node is rendered; made when it is first asked for */
  model?(): Readonly<Record<string, unknown>> | undefined;
  isIncremental?(): MaybePromise<boolean>;
  runtimeConfig?(): RuntimeConfig;
  /** `graph`, made when it is first asked for */
  graph?(): Readonly<Record<string, unknown>>;
  readonly adapter?: AdapterHost | undefined;
  /** `print`; a message where it is undefined */
  print?(text: string): void;
  /** `log`, `print` and `exceptions.warn` */
  message?(level: 'debug' | 'info' | 'warn', text: string, site: CallSite): void;
  /** a name of a template can only be a mistake; it throws where that is an error */
  unknownName?(value: Undefined, site: CallSite): void;
  /** names that `target` may have besides those that it has here, and what asking for any other is */
  readonly targetNames?: readonly string[];
  readonly unknownIsMistake?: 'always' | 'alike';
  /** a macro was found by a name in the template */
  usesMacro?(macro: LibraryMacro): void;
  /** how deep a call stands that `callsMacro` hears of; 0 where it is undefined: the template's own */
  readonly callDepth?: number | undefined;
  /** the template itself, and no macro, calls a macro (`depends_on.macros`) */
  callsMacro?(macro: Pick<LibraryMacro, 'uniqueId'>): void;
  /** the template that `import` and `include` name */
  loadTemplate?(name: string): import('../parse.js').TemplateProgram | undefined;
  /** `write(…)`: the statement that builds a node, as it was sent */
  write?(sql: string): void;
  /** `selected_resources`: unique ids */
  selectedResources?(): readonly string[];
  /** further names: `schemas`, `selected_resources`, `database`, `on_run_end`'s `results`, … */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/** Functions of a context by their names, made one by one: a template asks for few of them. */
export type FunctionMakers = Readonly<Record<string, (host: ContextHost, scope: Scope) => TemplateFunction>>;
