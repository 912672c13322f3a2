/**
 * The public interface of tsdbt: what a project's TypeScript models import, and its commands as functions. Modules that work is done with are
 * loaded when a function is called: models that import this file load nothing of them.
 */
export {
  build,
  clone,
  compile,
  deps,
  generateDocs,
  ls,
  parse,
  retry,
  run,
  runOperation,
  seed,
  show,
  snapshot,
  sourceFreshness,
  test,
} from './api/index.js';
export type {
  CompileOptions,
  DepsOptions,
  DocsOptions,
  OperationOptions,
  ProjectOptions,
  RunOptions,
  SelectOptions,
  ShowOptions,
} from './api/options.js';
export type {
  CompiledNode,
  DocsReport,
  FreshnessReport,
  FreshSource,
  InstalledPackageInfo,
  ListedNode,
  NodeRun,
  OperationReport,
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
