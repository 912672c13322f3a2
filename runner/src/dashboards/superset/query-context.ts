import type { Form, Json } from './chart-context.js';
import type { Viz } from './viz.js';

/**
 * The queries of a picture, for Superset's API of chart data, which does not run the browser's code: made of the form that the
 * browser reads, so that both ask for the same.
 */
export function queryContextOf({ form }: Viz): Form {
  const queries = [queryOf(form, '')];
  if (form.viz_type === 'mixed_timeseries') queries.push(queryOf(form, '_b'));
  return {
    datasource: { id: 0, type: 'table' },
    force: false,
    form_data: form,
    queries,
    result_format: 'json',
    result_type: 'full',
  };
}

function queryOf(form: Form, suffix: '' | '_b'): Form {
  const groupby = listOf(form[`groupby${suffix}`]);
  const columns = [form.x_axis, ...groupby, ...listOf(form.columns), ...listOf(form.all_columns), form.column];
  const metrics = [...listOf(form[`metrics${suffix}`]), ...listOf(form.metric)];
  const orderby = listOf(form.order_by_cols).map((one) => JSON.parse(one as string) as Json);
  const filters = listOf(form[`adhoc_filters${suffix}`]).map((one) => {
    const { subject, operator, comparator } = one as { subject: Json; operator: Json; comparator: Json };
    return { col: subject, op: operator, val: comparator };
  });
  return {
    annotation_layers: form.annotation_layers ?? [],
    applied_time_extras: {},
    columns: [...new Set(columns.filter((column) => column !== undefined && column !== null))],
    custom_form_data: {},
    custom_params: {},
    extras: { having: '', where: '' },
    filters,
    // without metrics rows come as they are, with an empty list they are grouped
    ...(metrics.length === 0 ? {} : { metrics }),
    order_desc: true,
    orderby,
    row_limit: form[`row_limit${suffix}`] ?? form.row_limit ?? 10000,
    series_columns: groupby,
    series_limit: 0,
    time_range: 'No filter',
    url_params: {},
    ...(form.viz_type === 'table' ? { is_timeseries: false } : {}),
  };
}

function listOf(value: Json | undefined): Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? [...(value as readonly Json[])] : [value];
}
