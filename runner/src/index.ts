/**
 * The public interface of tsdbt: what a project's TypeScript models import, and its commands as functions. Modules that work is done with are
 * loaded when a function is called: models that import this file load nothing of them.
 */
export { build, compile, deps, ls, parse, retry, run, seed, show, snapshot, test } from './api/index.js';
export type {
  CompileOptions,
  DepsOptions,
  ProjectOptions,
  RunOptions,
  SelectOptions,
  ShowOptions,
} from './api/options.js';
export type {
  CompiledNode,
  InstalledPackageInfo,
  ListedNode,
  NodeRun,
  ParsedProject,
  RunReport,
  ShownTable,
} from './api/results.js';
export type { CommandContext, CommandFunction } from './cli/commands/project-command.js';
export { TsdbtError, TsdbtErrors } from './errors/tsdbt-error.js';
export type { NodeOutcome, NodeStatus, NodeSummary, TimedEvent as RunEvent } from './events/events.js';
export type {
  CellValue,
  ColumnDefinition,
  Columns,
  InputRelation,
  ModelConfig,
  ModelContext,
  ModelDefinition,
  ModelLogger,
  ModelResult,
  Relations,
  Row,
  RowOf,
  SourceRelations,
  SourceRowOf,
} from './project/define-model.js';
export { defineModel, SqlResult, sql } from './project/define-model.js';
