import type { SourcePlace, SourceText } from '../errors/source-text.js';
import type { ModelDefinition } from '../project/define-model.js';
import type { TimeSpineEntry } from '../project/semantic-schema.js';
import type { FunctionNode } from './function-nodes.js';
import type { MetricNode, SavedQueryNode, SemanticModelNode } from './semantic/semantic-nodes.js';

/** Kinds of nodes. */
export const resourceTypes = [
  'model',
  'seed',
  'snapshot',
  'test',
  'unit_test',
  'source',
  'exposure',
  'analysis',
  'function',
  'metric',
  'semantic_model',
  'saved_query',
  'operation',
] as const;
export type ResourceType = (typeof resourceTypes)[number];
export type Materialization = 'table' | 'view' | 'incremental' | 'ephemeral' | 'seed' | 'snapshot' | 'test';
export type Severity = 'error' | 'warn';

/** A column as the YAML properties (or a TypeScript model) declare it. */
export interface ColumnProperties {
  readonly name: string;
  readonly description: string;
  /** an empty description is written: none is inherited */
  readonly isLeftUndescribed?: boolean | undefined;
  /** unique id of the node whose column has given this one its description */
  readonly descriptionFrom?: string | undefined;
  /** as written, e.g. `double`, `decimal(10,2)`; required for contracts */
  readonly dataType: string | undefined;
  readonly constraints: readonly ConstraintProperties[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly quote: boolean | undefined;
  /** unit of a time spine's column */
  readonly granularity?: string | undefined;
  /** its part in the semantic layer, in dbt's form */
  readonly dimension?: unknown;
  readonly entity?: unknown;
  /** unique ids of the doc blocks that its description names */
  readonly docBlocks?: readonly string[] | undefined;
  readonly place: SourcePlace | undefined;
  /** a dbt project's keys that dbt does not know: packages read them from `model.columns` */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

export interface ConstraintProperties {
  readonly type: 'not_null' | 'unique' | 'primary_key' | 'foreign_key' | 'check' | 'custom';
  readonly expression: string | undefined;
  readonly columns: readonly string[];
  readonly name: string | undefined;
  /** a foreign key's other side, as written */
  readonly to?: string | undefined;
  readonly toColumns?: readonly string[] | undefined;
  /** false: no warning where the engine does not hold it */
  readonly warnUnenforced?: boolean | undefined;
  readonly warnUnsupported?: boolean | undefined;
}

/** A ref or source as it stands in a file. */
export interface RefCall {
  readonly kind: 'ref';
  readonly package: string | undefined;
  readonly name: string;
  readonly version: string | number | undefined;
  readonly place: SourcePlace | undefined;
}
export interface SourceCall {
  readonly kind: 'source';
  readonly source: string;
  readonly table: string;
  readonly place: SourcePlace | undefined;
}

/** A call of a function of the project (`function('cents')`), as it stands in a file. */
export interface FunctionCall {
  readonly kind: 'function';
  readonly package: string | undefined;
  readonly name: string;
  readonly place: SourcePlace | undefined;
}

export interface MetricCall {
  readonly kind: 'metric';
  readonly package: string | undefined;
  readonly name: string;
  readonly place: SourcePlace | undefined;
}

/**
 * dbt's config keys, resolved from project.yml, YAML properties and the file (nearest wins; tags and meta add up). Nodes share it
 * where they have the same.
 */
export interface NodeConfig {
  readonly enabled: boolean;
  readonly materialized: string;
  readonly schema: string | undefined;
  readonly alias: string | undefined;
  readonly database: string | undefined;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly group: string | undefined;
  readonly access: string | undefined;
  readonly full_refresh: boolean | undefined;
  /** incremental */
  readonly incremental_strategy: string | undefined;
  readonly unique_key: string | readonly string[] | undefined;
  readonly on_schema_change: 'ignore' | 'fail' | 'append_new_columns' | 'sync_all_columns';
  readonly merge_update_columns: readonly string[] | undefined;
  readonly merge_exclude_columns: readonly string[] | undefined;
  readonly incremental_predicates: readonly string[] | undefined;
  /** Delta */
  readonly partition_by: readonly string[];
  /** sort order of written rows; helps file skipping */
  readonly cluster_by: readonly string[];
  readonly table_properties: Readonly<Record<string, string>>;
  readonly contract: { readonly enforced: boolean };
  readonly persist_docs: { readonly relation?: boolean; readonly columns?: boolean };
  readonly pre_hook: readonly string[];
  readonly post_hook: readonly string[];
  /** seeds */
  readonly column_types: Readonly<Record<string, string>>;
  readonly delimiter: string;
  readonly quote_columns: boolean | undefined;
  /** tests */
  readonly severity: Severity;
  readonly warn_if: string;
  readonly error_if: string;
  readonly fail_calc: string;
  readonly where: string | undefined;
  readonly limit: number | undefined;
  readonly store_failures: boolean | undefined;
  readonly store_failures_as: 'table' | 'view' | 'ephemeral' | undefined;
  /** every key as given, `config.get('x')` reads here */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Config of a YAML entry before it is joined with anything. */
export interface WrittenConfig {
  /** with the keys that stand beside `config:`; templates are rendered */
  readonly given: Readonly<Record<string, unknown>>;
  /** what stands under `config:`, as it is written */
  readonly raw: Readonly<Record<string, unknown>>;
}

export interface NodeBase {
  /** `model.shop.top_customers` */
  readonly uniqueId: string;
  readonly resourceType: ResourceType;
  readonly packageName: string;
  readonly name: string;
  /** `[package, ...folders below the resource path, name]` */
  readonly fqn: readonly string[];
  /** project-relative path of the defining file */
  readonly path: string;
  readonly source: SourceText;
  readonly description: string;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  /** unique ids of the doc blocks that its description names */
  readonly docBlocks?: readonly string[] | undefined;
  /** place of the YAML entry, if there is one */
  readonly propertiesPlace: SourcePlace | undefined;
}

/** What is materialized: a SQL model, a TypeScript model, a seed (later: a snapshot). */
export interface ModelNode extends NodeBase {
  readonly resourceType: 'model' | 'seed' | 'snapshot';
  readonly language: 'sql' | 'typescript' | 'python' | 'csv';
  readonly config: NodeConfig;
  /** as it is written to: schema and identifier of the relation */
  readonly schema: string;
  readonly alias: string;
  /** with the descriptions that they inherit */
  columns: ReadonlyMap<string, ColumnProperties>;
  readonly constraints: readonly ConstraintProperties[];
  readonly refs: readonly RefCall[];
  readonly sources: readonly SourceCall[];
  readonly functions: readonly FunctionCall[];
  /** uniqueIds of what it reads, resolved; in order of appearance, without duplicates */
  dependsOn: string[];
  /** uniqueIds of macros it calls, directly or not */
  dependsOnMacros: string[];
  /** those that its template calls itself, in order: by the parse, then by what was compiled since */
  directMacros?: readonly string[] | undefined;
  /** its `config(…)` as it is written */
  readonly configCall?: Readonly<Record<string, unknown>> | undefined;
  /** sha256 of the raw file */
  readonly checksum: string;
  /** absolute path of the file */
  readonly absolutePath: string;
  /** of a model with versions */
  readonly version?: string | number | undefined;
  readonly latestVersion?: string | number | undefined;
  /** of the latest version: the view beside it that shows its rows under a name without a version */
  readonly latestPointer?: string | undefined;
  /** config of its YAML entry; undefined where it has none */
  readonly writtenConfig?: WrittenConfig | undefined;
  /** where its entry names its group */
  readonly groupPlace?: SourcePlace | undefined;
  /** ISO 8601: from then on nothing should read it */
  readonly deprecationDate?: string | undefined;
  /** the model has one row for each step of time */
  readonly timeSpine?: TimeSpineEntry | undefined;
  /** `language: 'typescript'` only: the default export, loaded at parse */
  readonly definition: ModelDefinition | undefined;
}

export interface FreshnessThreshold {
  readonly count: number;
  readonly period: 'minute' | 'hour' | 'day';
}

export interface Freshness {
  readonly warnAfter: FreshnessThreshold | undefined;
  readonly errorAfter: FreshnessThreshold | undefined;
  /** SQL condition: only these rows are looked at */
  readonly filter: string | undefined;
}

export interface SourceNode extends NodeBase {
  readonly resourceType: 'source';
  readonly sourceName: string;
  readonly identifier: string;
  readonly schema: string;
  readonly database: string | undefined;
  /** a Delta table, Parquet or CSV outside the warehouse: an expression or path, see docs */
  readonly location: string | undefined;
  readonly columns: ReadonlyMap<string, ColumnProperties>;
  readonly loader: string | undefined;
  readonly loadedAtField: string | undefined;
  /** a query that gives when the newest row came, instead of the newest `loadedAtField` */
  readonly loadedAtQuery: string | undefined;
  /** how old its rows may be; undefined where nothing says so */
  readonly freshness: Freshness | undefined;
  /** YAML says that nothing is asked of it */
  readonly isFreshnessOff?: boolean | undefined;
  readonly config: NodeConfig;
  /** what the source says of all its tables */
  readonly about: {
    readonly description: string;
    readonly meta: Readonly<Record<string, unknown>>;
    /** as written, with templates */
    readonly database: string | undefined;
    readonly schema: string | undefined;
  };
  readonly quoting: Readonly<Record<string, boolean>>;
  readonly external: unknown;
  readonly writtenConfig: WrittenConfig;
  readonly dependsOn: string[];
}

export interface TestNode extends NodeBase {
  readonly resourceType: 'test';
  readonly config: NodeConfig;
  readonly schema: string;
  readonly alias: string;
  /** what `source` renders as: a generic test's call, or the singular test's file */
  readonly rawCode: string;
  readonly generic:
    | {
        readonly name: string;
        readonly package: string | undefined;
        readonly kwargs: Readonly<Record<string, unknown>>;
        /** what its file is called below `target/`, without the ending */
        readonly fileName: string;
      }
    | undefined;
  /** column it stands under, if any */
  readonly columnName: string | undefined;
  readonly writtenConfig?: WrittenConfig | undefined;
  directMacros?: readonly string[] | undefined;
  readonly configCall?: Readonly<Record<string, unknown>> | undefined;
  /** sha256 of a singular test's file */
  readonly checksum?: string | undefined;
  /** uniqueId of the node it is attached to (generic), else undefined */
  attachedNode: string | undefined;
  readonly refs: readonly RefCall[];
  readonly sources: readonly SourceCall[];
  readonly functions: readonly FunctionCall[];
  dependsOn: string[];
  dependsOnMacros: string[];
}

/** A row of a unit test: values by column, as they are written. */
export type FixtureRow = Readonly<Record<string, unknown>>;

/** Rows that a unit test gives or expects. */
export type UnitTestRows =
  | {
      readonly format: 'dict' | 'csv';
      /** the file that holds them */
      readonly fixture?: string | undefined;
      readonly rows: readonly FixtureRow[];
      /** where a value stands, or the row where no column is named */
      place(row: number, column?: string): SourcePlace;
    }
  | {
      readonly format: 'sql';
      readonly fixture?: string | undefined;
      readonly sql: string;
      place(): SourcePlace;
    };

export interface UnitTestInput {
  /** as written: `ref('orders')`, `source('shop', 'orders')`, `this` */
  readonly input: string;
  readonly call: RefCall | SourceCall | 'this';
  readonly place: SourcePlace;
  /** undefined: the rows of the seed that is named */
  readonly rows: UnitTestRows | undefined;
  /** unique id of what it stands for, the tested model's for `this`; resolved */
  node: string;
}

/** Rows that a model must make of rows that are given. */
export interface UnitTestNode extends NodeBase {
  readonly resourceType: 'unit_test';
  /** as it is written; `name` has the version of its model behind it */
  readonly writtenName: string;
  readonly config: NodeConfig;
  /** name of the model that is tested */
  readonly model: string;
  readonly version: string | number | undefined;
  /** versions of the model that it was written for */
  readonly versions: Readonly<Record<'include' | 'exclude', readonly (string | number)[] | null>> | undefined;
  readonly given: readonly UnitTestInput[];
  readonly expect: UnitTestRows;
  readonly overrides: {
    readonly macros: Readonly<Record<string, unknown>>;
    readonly vars: Readonly<Record<string, unknown>>;
    readonly envVars: Readonly<Record<string, unknown>>;
  };
  /** unique id of the model that is tested */
  dependsOn: string[];
}

export interface ExposureNode extends NodeBase {
  readonly resourceType: 'exposure';
  readonly exposureType: string;
  readonly owner: Readonly<Record<string, unknown>>;
  readonly url: string | undefined;
  readonly maturity: string | undefined;
  readonly label: string | undefined;
  readonly refs: readonly RefCall[];
  readonly sources: readonly SourceCall[];
  readonly metrics: readonly MetricCall[];
  readonly config: NodeConfig;
  readonly writtenConfig: WrittenConfig;
  dependsOn: string[];
}

/** A SELECT that is compiled and never run. */
export interface AnalysisNode extends Omit<ModelNode, 'resourceType'> {
  readonly resourceType: 'analysis';
}

/** What has a template that gives SQL and can be run. */
export type SqlNode = ModelNode | TestNode | FunctionNode;

export type ManifestNode =
  | ModelNode
  | FunctionNode
  | SourceNode
  | TestNode
  | UnitTestNode
  | ExposureNode
  | AnalysisNode
  | SemanticModelNode
  | MetricNode
  | SavedQueryNode;
