import type { SourcePlace } from '../errors/source-text.js';
import { ProjectError, QualityError, type TsdbtError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { ModelNode, NodeConfig, TestNode } from './nodes.js';

/** What is missing or wrong in a config, and what to do about it. */
export interface ConfigProblem {
  readonly message: string;
  readonly hint: string;
}

/**
 * What a seed, a snapshot or a test cannot be by its config, as dbt refuses it when a project is read: another materialization (TSD1005), a
 * snapshot that does not say how it tells rows and changes apart (TSD4014).
 */
export function kindConfigErrors(
  { resourceType, name, config }: Pick<ModelNode | TestNode, 'resourceType' | 'name' | 'config'>,
  place: SourcePlace,
): TsdbtError[] {
  if (resourceType === 'model' || !config.enabled) return [];
  const errors: TsdbtError[] = [];
  const problem = resourceType === 'snapshot' ? snapshotProblem(config) : undefined;
  if (problem !== undefined) {
    const { message, hint } = problem;
    errors.push(new QualityError('TSD4014', `snapshot ${name}: ${message}`, { place, hint }));
  }
  if (config.materialized !== resourceType)
    // dbt's words
    errors.push(
      new ProjectError(
        projectCodes.wrongValue,
        `A ${resourceType} must have a materialized value of '${resourceType}'`,
        {
          place,
          hint: `leave materialized: ${config.materialized} out for ${name}`,
        },
      ),
    );
  return errors;
}

/** What is missing in a snapshot's config, or contradicts itself; strategies of one's own want what they want. */
export function snapshotProblem({ extra, unique_key: key }: NodeConfig): ConfigProblem | undefined {
  const { strategy, updated_at: updatedAt, check_cols: columns } = extra;
  if (isEmpty(key))
    return { message: 'it needs a unique_key', hint: 'the column, or columns, that identify a row of the source' };
  if (isEmpty(strategy))
    return { message: 'it needs a strategy', hint: 'timestamp (with updated_at), or check (with check_cols)' };
  if (strategy === 'timestamp') {
    if (isEmpty(updatedAt))
      return {
        message: 'the strategy timestamp needs updated_at',
        hint: 'the column that says when a row was last changed',
      };
    if (!isEmpty(columns))
      return {
        message: 'the strategy timestamp takes no check_cols',
        hint: 'leave it out, or take the strategy check',
      };
  }
  if (strategy === 'check') {
    if (isEmpty(columns)) return { message: 'the strategy check needs check_cols', hint: 'a list of columns, or all' };
    if (typeof columns === 'string' && columns !== 'all')
      return { message: `check_cols is "${columns}"`, hint: `a list of columns, e.g. [${columns}], or all` };
  }
  return undefined;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
