import { afterEach, describe, expect, it } from 'vitest';
import { bars, chart, WeatherProject } from './weather-project.js';

let project: WeatherProject | undefined;
afterEach(() => project?.remove());

/** What `tsdbt dashboard check` says of a file of charts; nothing was ever built. */
async function check(charts: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  project = new WeatherProject({ 'dashboards/weather.yml': `title: Weather\ncharts:\n${charts}`, ...more });
  const { stderr, code } = await project.run('dashboard', 'check');
  expect(code).toBe(stderr.startsWith('TSD') ? 2 : 0);
  return stderr;
}

describe('tsdbt dashboard check', () => {
  it('finds nothing wrong with a chart whose model has its columns', async () => {
    expect(await check(chart('degrees', bars))).toMatch(
      /^Checked 1 chart on 1 dashboard in \d+\.\d\ds: nothing is wrong\n$/,
    );
  });

  it('names a model that does not exist', async () => {
    expect(await check(chart('degrees', bars.replace('days', 'dayz')))).toBe(`TSD1955  there is no model "dayz"
  dashboards/weather.yml:7:12
   6 |     kind: bar
 > 7 |     model: ref('dayz')
     |            ^^^^^^^^^^^
   8 |     dimension: station
  did you mean "days"?
  (tsdbt explain TSD1955 says more)
`);
  });

  it('names a column that the model does not have any more', async () => {
    expect(
      await check(chart('degrees', bars.replace('degrees', '{ column: degree, unit: °C }'))),
    ).toBe(`TSD1956  ref("days") has no column "degree"
  dashboards/weather.yml:9:24
    8 |     dimension: station
 >  9 |     measure: { column: degree, unit: °C }
      |                        ^^^^^^
   10 |     finding: "{{ rows | length }} rows"
  did you mean "degrees"?
  (tsdbt explain TSD1956 says more)
`);
  });

  it('names a column that the query does not find, at its place in the query', async () => {
    const query = `
sql: |
  select station,
    avg(degreez) as degrees
  from {{ ref('days') }}
  group by station`;
    expect(await check(chart('degrees', bars + query))).toBe(`TSD5003  column "degreez" not found
  dashboards/weather.yml:13:13
   12 |       select station,
 > 13 |         avg(degreez) as degrees
      |             ^^^^^^^
   14 |       from {{ ref('days') }}
  did you mean "degrees"?
  (tsdbt explain TSD5003 says more)
`);
  });

  it('names a column that the query does not give to the chart', async () => {
    const query = `\nsql: select station, max(degrees) as highest from {{ ref('days') }} group by station`;
    expect(await check(chart('degrees', bars + query))).toContain('TSD1956  the query has no column "degrees"\n');
  });

  it('says that a query reads another model than the chart names', async () => {
    const query = '\nsql: select 1.5 as degrees, 1 as station';
    expect(await check(chart('degrees', bars + query))).toContain('TSD1957  the query does not read ref("days")\n');
  });

  it('refuses to draw text as if it were numbers', async () => {
    const wrong = bars.replace('measure: degrees', 'measure: station');
    expect(await check(chart('degrees', wrong))).toContain(
      'TSD1958  the measure "station" is VARCHAR, not a number\n  dashboards/weather.yml:9:14\n',
    );
  });

  it('names a column that a sentence does not find', async () => {
    const wrong = bars.replace('{{ rows | length }} rows', '{{ row.degreez }} degrees');
    expect(await check(chart('degrees', wrong))).toBe(`TSD2005  the query has no column "degreez"
  dashboards/weather.yml:10:18
    9 |     measure: degrees
 > 10 |     finding: "{{ row.degreez }} degrees"
      |                  ^^^^^^^^^^^
  did you mean "degrees"?
  (tsdbt explain TSD2005 says more)
`);
  });

  it('checks the queries and sentences of notices too', async () => {
    const page = `notices:
  - label: Guesses
    sql: select count(*) as n from {{ ref('days') }} where is_gues
    text: "{{ row.n }} days are guesses"
`;
    expect(await check(chart('degrees', bars), { 'dashboards/page.yml': page })).toContain(
      'TSD5003  column "is_gues" not found\n  dashboards/page.yml:3:60\n',
    );
  });

  it('says which models it knows no columns of: they have no contract and are not built', async () => {
    const files = {
      'models/gold/free.sql': "{{ config(contract={'enforced': false}) }} select 1 as station, 2 as degrees",
    };
    expect(await check(chart('degrees', bars.replace('days', 'free')), files)).toContain(
      'not type-checked, as they have no contract and are not built: free\n',
    );
  });
});

describe('the files of dashboards/', () => {
  it('know their keys', async () => {
    const wrong = bars.replace('measure:', 'mesure:');
    expect(await check(chart('degrees', wrong))).toContain(
      'TSD1951  unknown key "mesure"\n  dashboards/weather.yml:9:5\n',
    );
    expect(await check(chart('degrees', wrong))).toContain('  did you mean "measure"?\n');
  });

  it('know what each kind of chart needs and can use', async () => {
    const wrong = `${bars.replace('measure: degrees\n', '')}\nidentity_line: true`;
    const said = await check(chart('degrees', wrong));
    expect(said).toContain('TSD1953  a chart of kind bar needs the key "measure"\n  dashboards/weather.yml:6:11\n');
    expect(said).toContain(
      'TSD1954  a chart of kind bar cannot use the key "identity_line"\n  dashboards/weather.yml:10:5\n',
    );
  });

  it('suggest kinds', async () => {
    expect(await check(chart('degrees', bars.replace('bar', 'bra')))).toContain('did you mean "bar"?');
  });

  it('give each chart a name of its own, over all dashboards', async () => {
    const said = await check(chart('degrees', bars), {
      'dashboards/winter.yml': `title: Winter\ncharts:\n${chart('degrees', bars)}`,
    });
    expect(said).toContain('TSD1952  two charts are named "degrees"\n  dashboards/winter.yml:3:11\n');
    expect(said).toContain('dashboards/weather.yml:3:11');
  });

  it('are asked for where there are none', async () => {
    project = new WeatherProject();
    const { stderr, code } = await project.run('dashboard', 'check');
    expect(code).toBe(2);
    expect(stderr).toBe(
      'TSD1950  the project has no dashboards\n  write one: dashboards/<name>.yml with title: and charts:\n  (tsdbt explain TSD1950 says more)\n',
    );
  });

  it('take two actions', async () => {
    project = new WeatherProject();
    const { stderr } = await project.run('dashboard', 'biuld');
    expect(stderr).toBe('TSD1904  dashboard does not take "biuld"\n  did you mean "build"?\n');
  });
});
