import { stringify } from 'yaml';
import type { Column } from '../../engines/engine.js';
import { cellType } from '../data.js';
import type { Chart, Dashboard, Definitions } from '../definitions.js';
import { ChartContext, type Form } from './chart-context.js';
import { chartFile } from './chart-file.js';
import { dashboardFile, type FilteredChart, slugOf } from './dashboard-file.js';
import { databaseFile, type SupersetDatabase } from './database.js';
import { type Dataset, datasetFile } from './dataset.js';
import { type Cell, layout } from './layout.js';
import { picturesOf } from './pictures.js';
import { plainNote } from './plain-note.js';
import { type BundleNotice, stampsColumns, stampsSql, stampsTable, stampsTitle } from './stamps-table.js';
import { uuid5 } from './uuid.js';
import type { Viz } from './viz.js';

/** A chart's query as the database runs it, and the columns that it gives. */
export interface BundleQuery {
  readonly sql: string;
  readonly columns: readonly Column[];
  /** names of the models that it reads, that of the definition first */
  readonly reads: readonly string[];
}

/** A model with its contract. */
export interface BundleModel {
  readonly name: string;
  readonly schema: string;
  readonly identifier: string;
  readonly description: string;
  readonly columns: readonly (Column & { readonly description: string })[];
}

export interface BundleInput {
  readonly project: string;
  readonly database: SupersetDatabase;
  readonly definitions: Definitions;
  /** by the chart's name */
  readonly queries: ReadonlyMap<string, BundleQuery>;
  /** those of page.yml, with their queries as the database runs them */
  readonly notices: readonly BundleNotice[];
  /** every model that a chart reads */
  readonly models: readonly BundleModel[];
}

/** Written into every bundle: what was made at what time is no part of it. */
const TIMESTAMP = '2024-01-01T00:00:00+00:00';

/**
 * Superset's assets of the definitions: a database, a dataset of each model and each query, charts, dashboards. The same input
 * gives the same bytes.
 *
 * @returns texts by path, `metadata.yaml` first, the others by name
 */
export function supersetBundle(input: BundleInput): ReadonlyMap<string, string> {
  const { project, database } = input;
  const files = new Map<string, Form>();
  files.set(`databases/${project}.yaml`, databaseFile(project, database));
  for (const model of input.models) {
    files.set(`datasets/${project}/${model.name}.yaml`, datasetFile(project, database, datasetOfModel(project, model)));
  }
  for (const dashboard of input.definitions.dashboards) addDashboard(input, dashboard, files);
  const paths = [...files.keys()].sort();
  const metadata = { version: '1.0.0', type: 'assets', timestamp: TIMESTAMP };
  return new Map([
    ['metadata.yaml', write(metadata)],
    ...paths.map((path): [string, string] => [path, write(files.get(path)!)]),
  ]);
}

function write(file: Form): string {
  // Superset reads YAML 1.1, where more texts need quotes
  return stringify(file, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

function datasetOfModel(project: string, model: BundleModel): Dataset {
  return {
    uuid: uuid5(project, 'dataset', model.name),
    name: model.identifier,
    description: model.description === '' ? undefined : model.description,
    schema: model.schema,
    sql: undefined,
    columns: model.columns.map((column) => ({
      ...column,
      description: column.description || undefined,
      label: undefined,
    })),
    calculated: [],
    time: undefined,
  };
}

function addDashboard(input: BundleInput, dashboard: Dashboard, files: Map<string, Form>): void {
  const { project } = input;
  const charts: FilteredChart[] = [];
  const labelColors: Record<string, string> = {};
  const cells = dashboard.charts.map((chart): Cell => {
    const { context, dataset, pictures } = pictured(input, chart);
    files.set(`datasets/${project}/${dataset.name}.yaml`, datasetFile(project, input.database, dataset));
    Object.assign(labelColors, context.labelColors);
    const columns = new Map(context.columns.map((column) => [column.name, cellType(column.type)]));
    const placed = pictures.map((viz): FilteredChart => {
      const name = viz.part === undefined ? chart.entry.name : `${chart.entry.name}_${viz.part}`;
      const uuid = uuid5(project, 'chart', name);
      const title = viz.title ?? chart.entry.title;
      const description = chart.entry.question;
      files.set(`charts/${name}.yaml`, chartFile({ uuid, datasetUuid: dataset.uuid, title, description, viz }));
      const one = { uuid, id: charts.length + 1, title, datasetUuid: dataset.uuid, columns };
      charts.push(one);
      return one;
    });
    const { entry } = chart;
    return {
      name: entry.name,
      width: entry.width ?? 'half',
      charts: placed,
      height: heightOf(pictures[0]!, chart),
      text: [`**${entry.question}**`, legendOf(chart), plainNote(entry.note)].filter((text) => text !== '').join(' '),
    };
  });
  const rest = addStamps(input, dashboard, files, charts.length + 1);
  if (rest !== undefined) {
    cells.push(rest.cell);
    charts.push(rest.chart);
  }
  files.set(
    `dashboards/${dashboard.name}.yaml`,
    dashboardFile({
      project,
      name: dashboard.name,
      entry: dashboard.entry,
      position: layout(dashboard.entry.title, headOf(input, dashboard), cells),
      charts,
      labelColors,
    }),
  );
}

/** The table of what the charts rest on; undefined where nothing can be stamped. */
function addStamps(
  { project, database, definitions, notices, queries }: BundleInput,
  dashboard: Dashboard,
  files: Map<string, Form>,
  id: number,
): { cell: Cell; chart: FilteredChart } | undefined {
  const sql = stampsSql(dashboard, definitions.page.entry, notices, queries);
  if (sql === undefined) return undefined;
  const name = `stamps_of_${dashboard.name}`;
  const dataset: Dataset = {
    uuid: uuid5(project, 'dataset', 'stamps', dashboard.name),
    name,
    description: stampsTitle,
    schema: undefined,
    sql,
    columns: stampsColumns,
    calculated: [],
    time: undefined,
  };
  files.set(`datasets/${project}/${name}.yaml`, datasetFile(project, database, dataset));
  const uuid = uuid5(project, 'chart', 'stamps', dashboard.name);
  const title = stampsTitle;
  const file = chartFile({ uuid, datasetUuid: dataset.uuid, title, description: '', viz: stampsTable });
  files.set(`charts/${name}.yaml`, file);
  const chart = { uuid, id, title, datasetUuid: dataset.uuid, columns: new Map() };
  const text = 'Asked of the data each time. A chart that is not named rests on none of this.';
  return { cell: { name, width: 'full', charts: [chart], height: 40, text }, chart };
}

/** A definition's query as a dataset, and the pictures on it. */
function pictured(
  { project, queries, models, definitions }: BundleInput,
  chart: Chart,
): { context: ChartContext; dataset: Dataset; pictures: Viz[] } {
  const query = queries.get(chart.entry.name)!;
  const { labels = {}, colors = {} } = definitions.page.entry;
  const context = new ChartContext(chart.entry, query.sql, query.columns, { labels, colors });
  const pictures = picturesOf(context);
  const read = query.reads.flatMap((name) => models.find((model) => model.name === name) ?? []);
  const describe = (column: string): string | undefined => {
    for (const model of read) {
      const found = model.columns.find(({ name }) => name.toLowerCase() === column.toLowerCase());
      if (found !== undefined && found.description !== '') return found.description;
    }
    return undefined;
  };
  const dimension = chart.entry.dimension;
  const axis = typeof dimension === 'string' ? dimension : dimension?.column;
  const dataset: Dataset = {
    uuid: uuid5(project, 'dataset', 'chart', chart.entry.name),
    name: `chart_${chart.entry.name}`,
    description: chart.entry.question,
    schema: undefined,
    sql: context.sql,
    columns: [...context.columns, ...context.added].map((column) => ({
      ...column,
      description: describe(column.name),
      label: context.verboseName(column.name),
    })),
    calculated: [...context.calculated.values()],
    time: axis !== undefined && context.typeOf(axis) === 'time' ? axis : undefined,
  };
  return { context, dataset, pictures };
}

/** What colours of interval bars mean; their parts have no legend. */
function legendOf({ entry }: Chart): string {
  if (entry.kind !== 'dot' || entry.interval === undefined) return '';
  return `Bars are the ${entry.interval.label ?? 'interval'}, light below the estimate and dark above.`;
}

/** In steps of 8 pixels; every row of what has intervals in series is a bar with a name. */
function heightOf({ form }: Viz, { entry }: Chart): number {
  if (form.viz_type === 'big_number_total') return 16;
  if (form.viz_type === 'table') return 56;
  return form.x_axis === 'interval_label' && entry.series !== undefined ? 64 : 48;
}

/** The dashboard's question and what to keep in mind, with the way to the other questions. */
function headOf({ project, definitions }: BundleInput, own: Dashboard): string {
  const ways = definitions.dashboards.map(({ name, entry }) => {
    const text = entry.question === undefined ? entry.title : `${entry.title}: ${entry.question}`;
    return name === own.name ? `**${text}**` : `[${text}](/superset/dashboard/${slugOf(project, name)}/)`;
  });
  const { question, description } = own.entry;
  const rests = 'The table at the end says on what kind of data the charts rest.';
  const stamped = (definitions.page.entry.stamps ?? definitions.page.entry.notices) !== undefined;
  return [
    question === undefined ? '' : `### ${question}`,
    [description, stamped ? rests : undefined].filter(Boolean).join(' '),
    ways.join(' · '),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}
