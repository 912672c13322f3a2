import { ProjectError } from '../../errors/tsdbt-error.js';
import { projectCodes } from '../../project/codes.js';
import type { ModelEntry } from '../../project/properties-schema.js';
import type { Located } from '../property-index.js';

/** The model that is a time spine by its name alone, with days in its column `date_day`. */
export const LEGACY_TIME_SPINE = 'metricflow_time_spine';

/**
 * What is wrong with a model's time spine: columns that the entry does not list, and a standard column without a granularity.
 * Nothing for a model without one.
 */
export function timeSpineErrors({ entry, document, at }: Located<ModelEntry>): ProjectError[] {
  const spine = entry.time_spine;
  if (spine === undefined || spine === null) return [];
  const columns = entry.columns ?? [];
  const errors: ProjectError[] = [];
  const standard = columns.find((column) => String(column.name) === spine.standard_granularity_column);
  const place = document.placeOf([...at, 'time_spine', 'standard_granularity_column']);
  if (standard === undefined) errors.push(missing(spine.standard_granularity_column, entry.name, place));
  else if (standard.granularity === undefined)
    errors.push(
      new ProjectError(projectCodes.missingKey, `the time spine's column "${standard.name}" has no granularity`, {
        place,
        hint: 'write granularity: day below the column',
      }),
    );
  for (const [i, { name, column_name }] of (spine.custom_granularities ?? []).entries()) {
    const column = column_name ?? name;
    if (columns.some((one) => String(one.name) === column)) continue;
    errors.push(missing(column, entry.name, document.placeOf([...at, 'time_spine', 'custom_granularities', i])));
  }
  return errors;
}

function missing(column: string, model: string, place: ProjectError['place']): ProjectError {
  return new ProjectError(
    projectCodes.wrongValue,
    `the time spine names a column "${column}" that ${model} does not list`,
    {
      place,
      hint: 'list it under columns:, with its granularity',
    },
  );
}
