/// <reference lib="dom" />
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TempProject } from '../temp-project.js';
import { Lake } from '../trino/lake.js';
import { pictureSize, RunningSuperset, user } from './running-superset.js';
import { SupersetApi } from './superset-api.js';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) console.warn(`superset: no Chromium at ${executablePath}, the dashboards are not opened`);
/** Where pictures go; SUPERSET_PICTURES=docs/images takes those of the guide anew. */
const PICTURES = resolve(process.env.SUPERSET_PICTURES ?? 'target/superset');
const NAMES = ['descriptive', 'diagnostic', 'predictive', 'prescriptive', 'cognitive'] as const;
const WIDTH = 1400;

const project = new TempProject();
let superset: RunningSuperset;
let api: SupersetApi;

beforeAll(async () => {
  const built = await project.tsdbt(['build', '--quiet']);
  expect(built.stderr).toBe('');
  const { code, stderr } = await project.tsdbt(['dashboard', 'superset']);
  expect(stderr).toMatch(/^Wrote target\/superset\.zip in \S+ \(35 charts on 5 dashboards, \d+ KiB\)\n$/);
  expect(code).toBe(0);
  superset = await RunningSuperset.start(project.path('target', 'superset.zip'));
  api = await SupersetApi.signIn(superset.url);
});
afterAll(async () => {
  await superset?.stop();
  project.remove();
});

describe('the bundle in Superset', () => {
  it('becomes a dashboard of each question', async () => {
    const slugs = (await api.dashboards()).map(({ slug }) => slug).sort();
    expect(slugs).toEqual(NAMES.map((name) => `spotify-${name}`).sort());
  });

  it.each(NAMES)('answers with rows for every chart of "%s"', async (name) => {
    const charts = await api.charts(`spotify-${name}`);
    expect(charts.length).toBeGreaterThanOrEqual(6);
    for (const chart of charts) {
      for (const { rowcount, error } of await api.rows(chart)) {
        expect(error, chart.slice_name).toBeNull();
        expect(rowcount, chart.slice_name).toBeGreaterThan(0);
      }
    }
  });

  it('shows the numbers of the lake', async () => {
    const charts = await api.charts('spotify-descriptive');
    const [plays] = await api.rows(charts.find(({ slice_name: name }) => name === 'Plays')!);
    const counted = await project.number(`select sum(plays) from gold.temporal_trends where period_type = 'day'`);
    expect(plays!.data).toEqual([{ Plays: counted }]);
  });

  it('updates a chart when the definition changes', async () => {
    const before = await api.charts('spotify-cognitive');
    const path = 'dashboards/cognitive.yml';
    project.write(path, project.read(path).replace('title: Which archetype fits', 'title: Which archetype is nearest'));
    expect((await project.tsdbt(['dashboard', 'superset', '--output', 'changed'])).code).toBe(0);
    const imported = await superset.import(project.path('changed'));
    expect(imported.stdout).toMatch(/Imported \d+ files/);
    const after = await api.charts('spotify-cognitive');
    const changed = (charts: typeof before) =>
      charts.find(({ slice_name: name }) => name.startsWith('Which archetype'))!;
    expect(changed(after)).toMatchObject({ id: changed(before).id, slice_name: 'Which archetype is nearest' });
    expect(after).toHaveLength(before.length);
  });

  it('is not made where a model has lost a column that a chart names', async () => {
    const path = 'dashboards/cognitive.yml';
    const written = project.read(path);
    project.write(path, written.replace('select label, score,', 'select label, skore as score,'));
    const { code, stderr } = await project.tsdbt(['dashboard', 'check']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^TSD5003 {2}column "skore" not found\n {2}dashboards\/cognitive\.yml:\d+:\d+\n/);
    expect((await project.tsdbt(['dashboard', 'superset'])).code).toBe(2);
    project.write(path, written);
  });
});

describe.skipIf(!hasBrowser)('a dashboard in Chromium', () => {
  let browser: Browser;
  let context: BrowserContext;
  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    context = await browser.newContext({ viewport: { width: WIDTH, height: 1000 } });
    const page = await context.newPage();
    await page.goto(`${superset.url}/login/`);
    await page.getByRole('textbox').first().fill(user.name);
    await page.locator('input[type=password]').fill(user.password);
    await page.locator('button[type=submit], input[type=submit]').first().click();
    await page.waitForURL(/welcome/);
    await page.close();
  });
  afterAll(() => browser?.close());

  it.each(NAMES)('draws every chart of "%s", without an error', async (name) => {
    const charts = await api.charts(`spotify-${name}`);
    const page = await context.newPage();
    const answers: string[] = [];
    page.on('response', async (response) => {
      if (!response.url().includes('/api/v1/chart/data')) return;
      const text = response.status() === 200 ? '200' : `${response.status()} ${await response.text()}`;
      answers.push(text);
    });
    await page.goto(`${superset.url}/superset/dashboard/spotify-${name}/`);
    await page.waitForSelector('.dashboard-component-chart-holder');
    // charts are drawn when they come into view: all of them are
    const height = await page.evaluate(() => document.querySelector('.grid-container')!.scrollHeight);
    await page.setViewportSize({ width: WIDTH, height: height + 260 });
    await expect.poll(() => answers.length, { timeout: 180_000, interval: 500 }).toBeGreaterThanOrEqual(charts.length);
    const drawn = page.locator('.dashboard-component-chart-holder :is(canvas, table, .header-line)');
    await expect.poll(() => drawn.count(), { timeout: 60_000, interval: 500 }).toBeGreaterThanOrEqual(charts.length);
    await expect.poll(() => page.locator('[data-test="loading-indicator"]').count(), { timeout: 60_000 }).toBe(0);
    // charts grow into their place
    await page.waitForTimeout(2000);

    expect([...new Set(answers)]).toEqual(['200']);
    expect(await page.locator('[role=alert]:visible, .ant-alert-error:visible').allTextContents()).toEqual([]);
    expect(await page.getByText(/no results were returned|unexpected error|data error/i).count()).toBe(0);
    const picture = join(PICTURES, `superset-${name}.png`);
    await page.screenshot({ path: picture });
    expect(pictureSize(picture).height).toBeGreaterThan(1500);
    await page.close();
  });

  it('narrows charts by a filter, and leaves alone those that lack its column', async () => {
    const page = await context.newPage();
    const asked: { title: string; filters: string }[] = [];
    page.on('request', (request) => {
      if (!request.url().includes('/api/v1/chart/data') || request.method() !== 'POST') return;
      const { queries, form_data: form } = request.postDataJSON() as {
        queries: { filters: unknown }[];
        form_data: { viz_type: string; x_axis?: string };
      };
      asked.push({ title: `${form.viz_type} ${form.x_axis ?? ''}`, filters: JSON.stringify(queries[0]!.filters) });
    });
    await page.setViewportSize({ width: WIDTH, height: 3000 });
    await page.goto(`${superset.url}/superset/dashboard/spotify-descriptive/`);
    await page.waitForSelector('.dashboard-component-chart-holder canvas');
    await page.waitForTimeout(3000);
    asked.length = 0;
    const filter = page.locator('[data-test="form-item-value"]', { has: page.getByText(/options/) }).first();
    await filter.locator('.ant-select').click();
    await page
      .getByRole('option', { name: 'Neutral' })
      .or(page.locator('.ant-select-item-option', { hasText: 'Neutral' }))
      .first()
      .click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => asked.length, { timeout: 60_000 }).toBeGreaterThan(1);
    await page.waitForTimeout(3000);
    expect(asked.every(({ filters }) => filters.includes('"col":"mood"') && filters.includes('Neutral'))).toBe(true);
    // the bars of moods and the table of tracks have moods, the ten others do not
    expect(asked.map(({ title }) => title).sort()).toEqual(['echarts_timeseries_bar mood_shown', 'table ']);
    await page.close();
  });
});

describe('over Trino', () => {
  let lake: Lake;
  afterAll(() => lake?.stop());

  it('answers with as many rows for every chart as over DuckDB', async () => {
    const embedded = await rowCounts();
    lake = await Lake.over(project);
    const { host } = new URL(lake.server.url);
    const database = `trino://superset@${host}/delta`;
    const made = await project.tsdbt(['dashboard', 'superset', '--database', database, '--output', 'trino.zip']);
    expect(made.code, made.stderr).toBe(0);
    const imported = await superset.import(project.path('trino.zip'));
    expect(imported.code, imported.stdout).toBe(0);
    expect(await rowCounts()).toEqual(embedded);
  }, 900_000);

  async function rowCounts(): Promise<Record<string, number[]>> {
    const counts: Record<string, number[]> = {};
    for (const name of NAMES) {
      for (const chart of await api.charts(`spotify-${name}`)) {
        counts[`${name}: ${chart.slice_name}`] = (await api.rows(chart)).map(({ rowcount }) => rowcount);
      }
    }
    return counts;
  }
});

describe('the archive', () => {
  it('is the same, byte for byte, each time it is made', async () => {
    const one = await project.tsdbt(['dashboard', 'superset', '--output', 'one.zip']);
    expect(one.code, one.stderr).toBe(0);
    const two = await project.tsdbt(['dashboard', 'superset', '--output', 'two.zip']);
    expect(two.code, two.stderr).toBe(0);
    expect(readFileSync(project.path('one.zip')).equals(readFileSync(project.path('two.zip')))).toBe(true);
  });
});
