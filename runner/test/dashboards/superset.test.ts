import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { bars, chart, WeatherProject } from './weather-project.js';

let project: WeatherProject | undefined;
afterEach(() => project?.remove());

type Yaml = Record<string, unknown>;

/** The files of the bundle of a dashboard, parsed, by path. Nothing was ever built: contracts say what models have. */
async function bundle(charts: string, head = 'title: Weather', ...flags: string[]): Promise<Map<string, Yaml>> {
  project?.remove();
  project = new WeatherProject({ 'dashboards/weather.yml': `${head}\ncharts:\n${charts}` });
  const { stderr, code } = await project.run('dashboard', 'superset', '--output', 'bundle', ...flags);
  expect(stderr).toMatch(/^Wrote bundle in /);
  expect(code).toBe(0);
  const folder = join(project.folder, 'bundle');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));
  return new Map(
    files.map((path) => [path.replaceAll('\\', '/'), parse(readFileSync(join(folder, path), 'utf8')) as Yaml]),
  );
}

async function form(lines: string): Promise<Yaml> {
  const files = await bundle(chart('degrees', lines));
  return files.get('charts/degrees.yaml')!.params as Yaml;
}

describe('tsdbt dashboard superset', () => {
  it('writes a database, datasets, charts and a dashboard', async () => {
    const files = await bundle(chart('degrees', bars));
    expect([...files.keys()].sort()).toEqual([
      'charts/degrees.yaml',
      'dashboards/weather.yaml',
      'databases/weather.yaml',
      'datasets/weather/chart_degrees.yaml',
      'datasets/weather/days.yaml',
      'metadata.yaml',
    ]);
    expect(files.get('metadata.yaml')).toMatchObject({ type: 'assets' });
    expect(files.get('databases/weather.yaml')!.sqlalchemy_uri).toBe(
      `duckdb:///${project!.folder}/warehouse/lake.duckdb?access_mode=read_only`,
    );
  });

  it('gives datasets the columns of the contract', async () => {
    const files = await bundle(
      chart('degrees', bars),
      'title: Weather',
      '--database',
      'trino://reader@trino:8080/delta',
    );
    const model = files.get('datasets/weather/days.yaml')!;
    expect(model).toMatchObject({ table_name: 'days', schema: 'gold', sql: null, main_dttm_col: 'day' });
    const types = (model.columns as Yaml[]).map(({ column_name: name, type, is_dttm: time }) => [name, type, time]);
    expect(types).toEqual([
      ['day', 'DATE', true],
      ['station', 'VARCHAR', false],
      ['degrees', 'DECIMAL(4,2)', false],
      ['is_guess', 'BOOLEAN', false],
    ]);
    expect(files.get('databases/weather.yaml')!.sqlalchemy_uri).toBe('trino://reader@trino:8080/delta');
  });

  it('makes a dataset of the query of a chart', async () => {
    const files = await bundle(chart('degrees', bars));
    const dataset = files.get('datasets/weather/chart_degrees.yaml')!;
    expect(dataset.sql).toBe('select station, degrees\nfrom "gold"."days"');
    expect(files.get('charts/degrees.yaml')!.dataset_uuid).toBe(dataset.uuid);
    expect(dataset.database_uuid).toBe(files.get('databases/weather.yaml')!.uuid);
  });

  it('asks for the same in the browser and through the API', async () => {
    const files = await bundle(chart('degrees', bars));
    const { params, query_context: context } = files.get('charts/degrees.yaml')! as {
      params: Yaml;
      query_context: string;
    };
    const { queries, form_data: inContext } = JSON.parse(context) as { queries: Yaml[]; form_data: Yaml };
    expect({ ...inContext, datasource: '0__table' }).toEqual(params);
    expect(queries[0]).toMatchObject({ columns: ['station'], metrics: params.metrics, filters: [] });
  });

  it('makes the same zip each time, which other programs open', async () => {
    project = new WeatherProject({ 'dashboards/weather.yml': `title: Weather\ncharts:\n${chart('degrees', bars)}` });
    await project.run('dashboard', 'superset');
    const path = join(project.folder, 'target', 'superset.zip');
    const first = readFileSync(path);
    await project.run('dashboard', 'superset');
    expect(readFileSync(path).equals(first)).toBe(true);
    const files = unzipSync(first);
    expect(Object.keys(files)[0]).toBe('bundle/metadata.yaml');
    expect(new TextDecoder().decode(files['bundle/charts/degrees.yaml'])).toContain('slice_name: Degrees');
  });

  it('keeps its ids over changes of titles and queries, so that an import updates', async () => {
    const ids = (files: Map<string, Yaml>) => [...files].map(([path, { uuid }]) => `${path} ${uuid}`).sort();
    const before = ids(await bundle(chart('degrees', bars)));
    const changed = chart(
      'degrees',
      `${bars}\nsql: select station, max(degrees) as degrees from {{ ref('days') }} group by 1`,
    );
    expect(ids(await bundle(changed.replace('title: Degrees', 'title: Warmth')))).toEqual(before);
  });

  it('refuses an address that is no database of its', async () => {
    project = new WeatherProject({ 'dashboards/weather.yml': `title: Weather\ncharts:\n${chart('degrees', bars)}` });
    const { stderr, code } = await project.run('dashboard', 'superset', '--database', 'postgresql://here/there');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^TSD1959 {2}"postgresql:\/\/here\/there" is no address/);
  });

  it('is not written where a chart names a column that its model lacks', async () => {
    const wrong = bars.replace('measure: degrees', 'measure: degree');
    project = new WeatherProject({ 'dashboards/weather.yml': `title: Weather\ncharts:\n${chart('degrees', wrong)}` });
    const { stderr, code } = await project.run('dashboard', 'superset');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^TSD1956 {2}ref\("days"\) has no column "degree"\n/);
    expect(readdirSync(project.folder)).not.toContain('target/superset.zip');
  });
});

describe('a kind of chart in Superset', () => {
  const model = `model: ref('days')\nfinding: "{{ rows | length }} rows"`;

  it.each([
    ['bar', 'dimension: station\nmeasure: degrees', 'echarts_timeseries_bar'],
    ['stacked_bar', 'dimension: day\nseries: station\nmeasure: degrees', 'echarts_timeseries_bar'],
    ['line', 'dimension: day\nmeasure: degrees', 'echarts_timeseries_line'],
    ['dot', 'dimension: station\nmeasure: degrees', 'echarts_timeseries_scatter'],
    ['heatmap', 'dimension: day\nrow_dimension: station\nmeasure: degrees', 'heatmap_v2'],
    ['matrix', 'dimension: day\nrow_dimension: station\nmeasure: degrees', 'heatmap_v2'],
    ['scatter', 'dimension: degrees\nmeasure: degrees', 'echarts_timeseries_scatter'],
    ['histogram', 'dimension: degrees', 'histogram_v2'],
    ['table', 'columns: [day, station]', 'table'],
  ])('%s', async (kind, lines, vizType) => {
    expect(await form(`kind: ${kind}\n${lines}\n${model}`)).toMatchObject({ viz_type: vizType });
  });

  it('big_number becomes a picture of each figure', async () => {
    const lines = `kind: big_number\nmeasure: degrees\ncolumns: [{ column: day, label: Day }]\n${model}`;
    const files = await bundle(chart('now', lines));
    const charts = [...files]
      .filter(([path]) => path.startsWith('charts/'))
      .map(([path, file]) => [path, file.slice_name]);
    expect(charts.sort()).toEqual([
      ['charts/now_day.yaml', 'Day'],
      ['charts/now_degrees.yaml', 'degrees'],
    ]);
  });

  it('big_number with a text among its figures becomes a table of one row', async () => {
    const lines = `kind: big_number\nmeasure: degrees\ncolumns: [{ column: station, label: Station }]\n${model}`;
    expect(await form(lines)).toMatchObject({ viz_type: 'table', all_columns: ['degrees', 'station'] });
  });

  it('bars stand as the query orders them, names from above', async () => {
    const sql = `sql: select station, avg(degrees) as degrees from {{ ref('days') }} group by station order by degrees desc`;
    expect(await form(`${bars}\n${sql}`)).toMatchObject({
      orientation: 'horizontal',
      x_axis_sort: 'degrees',
      x_axis_sort_asc: false,
      echart_options: '{"yAxis":{"inverse":true}}',
    });
  });

  it('rows of a table come as the query orders them', async () => {
    const lines = `kind: table\ncolumns: [day, station]\n${model}\nsql: select day, station from {{ ref('days') }} order by 2, day desc limit 5`;
    expect(await form(lines)).toMatchObject({ order_by_cols: ['["station",true]', '["day",false]'] });
  });

  it('intervals are bars between their ends', async () => {
    const sql = `sql: select station, degrees, degrees - 1 as low, degrees + 1 as high from {{ ref('days') }}`;
    const lines = `kind: dot\ndimension: station\nmeasure: degrees\ninterval: { low: low, high: high }\n${model}\n${sql}`;
    const files = await bundle(chart('degrees', lines));
    expect(files.get('charts/degrees.yaml')!.params).toMatchObject({ x_axis: 'interval_label', stack: 'Stack' });
    expect(files.get('datasets/weather/chart_degrees.yaml')!.sql).toContain('row_number() over (order by');
  });
});

describe('what readers see', () => {
  it('is called and coloured as on the page, in the order of the definition', async () => {
    project?.remove();
    const lines = bars.replace(
      'dimension: station',
      'dimension: { column: station, order: [south, north], color_by_value: true }',
    );
    project = new WeatherProject({
      'dashboards/weather.yml': `title: Weather\ncharts:\n${chart('degrees', lines)}`,
      'dashboards/page.yml': 'labels: { south: The South }\ncolors: { north: blue }\n',
    });
    await project.run('dashboard', 'superset', '--output', 'bundle');
    const read = (path: string) => parse(readFileSync(join(project!.folder, 'bundle', path), 'utf8')) as Yaml;
    const { columns } = read('datasets/weather/chart_degrees.yaml') as { columns: Yaml[] };
    expect(columns.find(({ column_name: name }) => name === 'station_shown')!.expression).toBe(
      `CASE "station" WHEN 'south' THEN 'The South' WHEN 'north' THEN '\u200bnorth' ELSE '\u200b\u200b' || "station" END`,
    );
    expect((read('dashboards/weather.yaml').metadata as Yaml).label_colors).toMatchObject({ '\u200bnorth': '#0072b2' });
  });

  it('has the question and what the note says whatever the data are', async () => {
    const note = `note: "n = {{ whole(rows | length) }} days; nights do not count. Measured at noon."`;
    const files = await bundle(chart('degrees', `${bars}\n${note}`));
    const position = files.get('dashboards/weather.yaml')!.position as Record<string, { meta?: { code?: string } }>;
    expect(position['MARKDOWN-degrees']!.meta!.code).toBe('**How warm is it?** Nights do not count. Measured at noon.');
  });

  it('says on what the charts rest, asked of the data', async () => {
    project?.remove();
    const guessed = `${bars}\nsql: select station, degrees, is_guess from {{ ref('days') }}`;
    project = new WeatherProject({
      'dashboards/weather.yml': `title: Weather\ncharts:\n${chart('degrees', guessed)}${chart('plain', bars)}`,
      'dashboards/page.yml': `stamps: [{ label: Guess, column: is_guess, value: true, text: somebody guessed }]
notices:
  - label: Warm
    sql: select max(degrees) as top from {{ ref('days') }} having max(degrees) > 40
    text: It was {{ num(row.top, 0) }} degrees.
  - label: Cold
    sql: select min(degrees) as low from {{ ref('days') }} having min(degrees) < 10
    text: It was cold; {{ num(row.low, 0) }} degrees. Heat the room.
  - label: Figure
    sql: select min(degrees) as low from {{ ref('days') }} having min(degrees) < 10
    text: It was {{ num(row.low, 0) }} degrees.
`,
    });
    expect((await project.run('dashboard', 'superset', '--output', 'bundle')).code).toBe(0);
    const path = join(project.folder, 'bundle', 'datasets', 'weather', 'stamps_of_weather.yaml');
    const { sql } = parse(readFileSync(path, 'utf8')) as { sql: string };
    expect((await project.run('run')).code).toBe(0);
    const shown = await project.run('show', '--output', 'json', '--inline', sql);
    const rows = (JSON.parse(shown.stdout) as { show: Yaml[] }).show;
    expect(rows).toEqual([
      { place: 1, chart: 'all charts', stamp: 'Cold', meaning: 'It was cold. Heat the room.', stamped_rows: null },
      { place: 2, chart: 'all charts', stamp: 'Figure', meaning: 'It was … degrees.', stamped_rows: null },
      { place: 3, chart: 'Degrees', stamp: 'Guess', meaning: 'somebody guessed', stamped_rows: 1 },
    ]);
  });

  it('has filters, for the charts that have the column', async () => {
    const two = chart('degrees', bars) + chart('days', `kind: table\ncolumns: [day]\nmodel: ref('days')\nfinding: x`);
    const files = await bundle(two, 'title: Weather\nfilters: [{ column: station, label: Station }, { column: day }]');
    const { native_filter_configuration: filters } = files.get('dashboards/weather.yaml')!.metadata as {
      native_filter_configuration: Yaml[];
    };
    expect(filters).toMatchObject([
      {
        name: 'Station',
        filterType: 'filter_select',
        scope: { excluded: [2] },
        targets: [{ column: { name: 'station' } }],
      },
      { name: 'day', filterType: 'filter_time', scope: { excluded: [1] } },
    ]);
  });

  it('has no filter by a column that no chart has', async () => {
    project?.remove();
    project = new WeatherProject({
      'dashboards/weather.yml': `title: Weather\nfilters: [{ column: statoin }]\ncharts:\n${chart('degrees', bars)}`,
    });
    const { stderr, code } = await project.run('dashboard', 'check');
    expect(code).toBe(2);
    expect(stderr).toBe(`TSD1956  no chart of the dashboard has the column "statoin"
  dashboards/weather.yml:2:21
   1 | title: Weather
 > 2 | filters: [{ column: statoin }]
     |                     ^^^^^^^
   3 | charts:
  did you mean "station"?
  (tsdbt explain TSD1956 says more)
`);
  });
});
