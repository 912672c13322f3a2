import type { Column } from '../../engines/engine.js';
import { cellType } from '../data.js';
import type { Form } from './chart-context.js';
import { databaseUuid, type SupersetDatabase } from './database.js';
import type { CalculatedColumn } from './shown-column.js';

/** What Superset selects from: a table, or a query. */
export interface Dataset {
  readonly uuid: string;
  readonly name: string;
  readonly description: string | undefined;
  /** of a table */
  readonly schema: string | undefined;
  /** of a query */
  readonly sql: string | undefined;
  readonly columns: readonly DatasetColumn[];
  readonly calculated: readonly CalculatedColumn[];
  /** column of time by which the dashboard's filters of time go; by default the first */
  readonly time: string | undefined;
}

export interface DatasetColumn extends Column {
  readonly description: string | undefined;
  readonly label: string | undefined;
}

/** `datasets/…/<name>.yaml`: Superset asks no database for columns when it imports, so all of them stand here. */
export function datasetFile(project: string, database: SupersetDatabase, dataset: Dataset): Form {
  const isTime = ({ type }: Column): boolean => cellType(type) === 'time';
  return {
    table_name: dataset.name,
    main_dttm_col: dataset.time ?? dataset.columns.find(isTime)?.name ?? null,
    description: dataset.description ?? null,
    default_endpoint: null,
    offset: 0,
    cache_timeout: null,
    schema: dataset.schema ?? null,
    sql: dataset.sql ?? null,
    params: null,
    template_params: null,
    filter_select_enabled: true,
    fetch_values_predicate: null,
    extra: null,
    uuid: dataset.uuid,
    metrics: [{ metric_name: 'count', verbose_name: 'rows', metric_type: 'count', expression: 'COUNT(*)' }],
    columns: [
      ...dataset.columns.map((column) => ({
        column_name: column.name,
        verbose_name: column.label ?? null,
        description: column.description ?? null,
        type: typeIn(database, column.type),
        is_dttm: isTime(column),
        is_active: true,
        groupby: true,
        filterable: true,
        expression: null,
        python_date_format: null,
      })),
      ...dataset.calculated.map((column) => ({
        column_name: column.name,
        verbose_name: column.label ?? null,
        description: 'as readers see it, in the order of the dashboard',
        type: column.type,
        is_dttm: false,
        is_active: true,
        groupby: true,
        filterable: true,
        expression: column.expression,
        python_date_format: null,
      })),
    ],
    version: '1.0.0',
    database_uuid: databaseUuid(project),
  };
}

/** A type of DuckDB as the database calls it. */
function typeIn({ engine }: SupersetDatabase, type: string): string {
  const upper = type.toUpperCase();
  if (engine === 'duckdb') return upper;
  if (/^TIMESTAMP WITH TIME ZONE|^TIMESTAMPTZ/.test(upper)) return 'TIMESTAMP(3) WITH TIME ZONE';
  if (/^TIMESTAMP/.test(upper)) return 'TIMESTAMP(6)';
  if (/^(FLOAT|REAL)/.test(upper)) return 'REAL';
  return upper;
}
