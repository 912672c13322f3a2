import type { SourcePlace } from '../errors/source-text.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import { readDependency } from './dependency-call.js';
import type { ColumnProperties, ConstraintProperties, RefCall, SourceCall } from './nodes.js';

/** What a model's foreign keys refer to: it has to be there before the model is built. */
export interface ForeignKeyReads {
  readonly refs: readonly RefCall[];
  readonly sources: readonly SourceCall[];
  /** TSD1005 for a `to` that is neither a ref nor a source */
  readonly errors: readonly ProjectError[];
}

/**
 * Reads `to: ref('customers')` of the foreign keys of a model and its columns.
 * @param name the model's: a key into itself asks for nothing
 */
export function foreignKeyReads(
  name: string,
  columns: Iterable<ColumnProperties>,
  constraints: readonly ConstraintProperties[],
  place: SourcePlace,
): ForeignKeyReads {
  const refs: RefCall[] = [];
  const sources: SourceCall[] = [];
  const errors: ProjectError[] = [];
  for (const constraint of [...[...columns].flatMap((column) => column.constraints), ...constraints]) {
    if (constraint.type !== 'foreign_key' || constraint.to === undefined) continue;
    const call = readDependency(constraint.to, place);
    if (call === undefined || call.kind === 'metric')
      errors.push(
        new ProjectError(projectCodes.wrongValue, `"${constraint.to}" is neither a ref nor a source`, {
          place,
          hint: "write to: ref('customers'), or to: source('crm', 'customers')",
        }),
      );
    else if (call.kind === 'source') sources.push(call);
    else if (call.name !== name) refs.push(call);
  }
  return { refs, sources, errors };
}
