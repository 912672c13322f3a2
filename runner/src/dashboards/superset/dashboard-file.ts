import type { DashboardEntry } from '../definition-schema.js';
import type { Form, Json } from './chart-context.js';
import type { PlacedChart } from './layout.js';
import { uuid5 } from './uuid.js';

/** A picture with what filters need to know of it. */
export interface FilteredChart extends PlacedChart {
  readonly datasetUuid: string;
  /** kinds of the columns of its dataset, by name */
  readonly columns: ReadonlyMap<string, 'text' | 'number' | 'time' | 'boolean'>;
}

/** `dashboards/<name>.yaml` */
export function dashboardFile(dashboard: {
  readonly project: string;
  readonly name: string;
  readonly entry: DashboardEntry;
  readonly position: Form;
  readonly charts: readonly FilteredChart[];
  readonly labelColors: Readonly<Record<string, string>>;
}): Form {
  const { project, name, entry } = dashboard;
  return {
    dashboard_title: entry.title,
    description: entry.description ?? null,
    css: '',
    slug: slugOf(project, name),
    certified_by: null,
    certification_details: null,
    published: true,
    uuid: uuid5(project, 'dashboard', name),
    position: dashboard.position,
    metadata: {
      chart_configuration: {},
      color_scheme: 'supersetColors',
      color_scheme_domain: [],
      cross_filters_enabled: false,
      expanded_slices: {},
      filter_bar_orientation: 'HORIZONTAL',
      global_chart_configuration: {
        scope: { rootPath: ['ROOT_ID'], excluded: [] },
        chartsInScope: [],
      },
      label_colors: { ...dashboard.labelColors },
      map_label_colors: { ...dashboard.labelColors },
      native_filter_configuration: (entry.filters ?? []).map((filter) =>
        filterOf(project, name, filter, dashboard.charts),
      ),
      refresh_frequency: 0,
      shared_label_colors: [],
      timed_refresh_immune_slices: [],
    },
    version: '1.0.0',
  };
}

/** The last part of a dashboard's address: `/superset/dashboard/<slug>/`. */
export function slugOf(project: string, dashboard: string): string {
  return `${project}-${dashboard}`.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase();
}

type FilterEntry = NonNullable<DashboardEntry['filters']>[number];

/** Superset's kinds of filters, by what a column holds. */
const filterTypes = { text: 'filter_select', boolean: 'filter_select', number: 'filter_range', time: 'filter_time' };

/** A filter of the dashboard. Charts that lack its column are out of its scope. */
function filterOf(project: string, dashboard: string, filter: FilterEntry, charts: readonly FilteredChart[]): Json {
  const concerned = charts.filter(({ columns }) => columns.has(filter.column));
  const source = concerned[0]!;
  const type = source.columns.get(filter.column)!;
  const target = { datasetUuid: source.datasetUuid, column: { name: filter.column } };
  return {
    id: `NATIVE_FILTER-${uuid5(project, 'filter', dashboard, filter.column)}`,
    name: filter.label ?? filter.column.replaceAll('_', ' '),
    description: '',
    type: 'NATIVE_FILTER',
    filterType: filterTypes[type],
    targets: type === 'time' ? [{}] : [target],
    controlValues:
      type === 'text' || type === 'boolean'
        ? {
            defaultToFirstItem: false,
            enableEmptyFilter: false,
            inverseSelection: false,
            multiSelect: true,
            searchAllOptions: false,
          }
        : { enableEmptyFilter: false },
    defaultDataMask: { extraFormData: {}, filterState: {}, ownState: {} },
    cascadeParentIds: [],
    scope: {
      rootPath: ['ROOT_ID'],
      excluded: charts.filter((chart) => !concerned.includes(chart)).map(({ id }) => id),
    },
    chartsInScope: [],
    tabsInScope: [],
  };
}
