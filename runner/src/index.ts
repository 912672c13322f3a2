/** The public interface of tsdbt: what a project's TypeScript models import. */
export type { CommandContext, CommandFunction } from './cli/commands/project-command.js';
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
  Row,
} from './project/define-model.js';
export { defineModel, SqlResult, sql } from './project/define-model.js';
