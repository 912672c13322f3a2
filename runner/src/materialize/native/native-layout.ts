import { ProjectError } from '../../errors/tsdbt-error.js';
import type { NativeRequest } from './native-request.js';

/** Configs that lay out a table, by dbt-duckdb's name for both spellings: DuckLake has it, a database file has not. */
const LAYOUTS = [
  ['partitioned_by/partition_by', ['partitioned_by', 'partition_by']],
  ['sorted_by/sort_by', ['sorted_by', 'sort_by']],
] as const;

/**
 * Says that the layout which a table asks for is not kept. As in dbt-duckdb, what names no columns is an error all the same.
 * @throws {ProjectError} TSD1005 where it is not a text or a list of texts
 */
export function tellLayout({ node, relation, warn }: Pick<NativeRequest, 'node' | 'relation' | 'warn'>): void {
  const { extra } = node.config;
  for (const [label, keys] of LAYOUTS) {
    const key = keys.find((one) => isGiven(extra[one]));
    if (key === undefined) continue;
    const given = extra[key];
    const columns = Array.isArray(given) ? given : [given];
    if (columns.length === 0 || !columns.every((one) => typeof one === 'string'))
      throw new ProjectError('TSD1005', `${node.name}: ${label} must be a list of strings or a string`, {
        place: node.source.place(0),
        hint: `${key} names columns: ['ordered_on', 'region']`,
      });
    warn(`${label} is only kept in DuckLake; ignored for ${relation}`);
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
