import type { Form } from './chart-context.js';

/** A picture of Superset: the form that its browser reads. Queries are made of the same form, see query-context.ts. */
export interface Viz {
  /** set where a definition becomes several pictures */
  readonly part?: string;
  /** by default the title of the definition */
  readonly title?: string;
  readonly form: Form & { readonly viz_type: string };
}

/** What every form has. */
export const common: Form = {
  adhoc_filters: [],
  color_scheme: 'supersetColors',
  extra_form_data: {},
  row_limit: 10000,
  time_range: 'No filter',
};

/** What the forms of charts with axes have. */
export const axes: Form = {
  ...common,
  annotation_layers: [],
  legendOrientation: 'top',
  legendType: 'scroll',
  minorSplitLine: false,
  only_total: true,
  order_desc: true,
  rich_tooltip: true,
  show_empty_columns: true,
  // by default Superset puts series with greater sums first
  sort_series_ascending: true,
  sort_series_type: 'name',
  time_grain_sqla: null,
  truncate_metric: true,
  x_axis_title_margin: 30,
  y_axis_title_margin: 50,
  y_axis_title_position: 'Left',
  zoomable: false,
};

/** A line over the whole chart: `value` is a number or a formula of x. */
export function formulaLine(name: string, value: string, color: string): Form {
  return {
    annotationType: 'FORMULA',
    color,
    hideLine: false,
    name,
    opacity: '',
    show: true,
    showLabel: false,
    showMarkers: false,
    sourceType: '',
    style: 'dashed',
    value,
    width: 1,
  };
}

/** Options that Superset 6.1 and later hands to its chart library; earlier ones leave them out. */
export function echartOptions(options: Readonly<Record<string, Form>>): string {
  const given = Object.entries(options).filter(([, one]) => Object.keys(one).length > 0);
  return given.length === 0 ? '' : JSON.stringify(Object.fromEntries(given));
}
