import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import nunjucks from 'nunjucks';
import { PACKAGE_FOLDER } from '../project/package-folder.js';
import { ChartStyle } from './charts/chart.js';
import type { Chart, Definitions, Located } from './definitions.js';
import { formatCell } from './format.js';
import { chartHtml, dataTableHtml } from './html-parts.js';
import type { PageData } from './query-data.js';
import { fillIn } from './sentence.js';
import { type Stamp, stampsOf } from './stamps.js';
import { YamlText } from './text-place.js';

const TEMPLATES = join(PACKAGE_FOLDER, 'templates', 'dashboard', '/');

export interface PageFacts {
  readonly projectName: string;
  readonly generatedAt: Date;
  readonly version: string;
}

/**
 * The whole page as one file: style, script and pictures are inside, and nothing is loaded from anywhere.
 * @throws {TemplateError} where a sentence cannot be filled in, at its place
 */
export async function renderPage(definitions: Definitions, data: PageData, facts: PageFacts): Promise<string> {
  const { page } = definitions;
  const style = new ChartStyle(page.entry.labels, page.entry.colors);
  const sections = [];
  for (const dashboard of definitions.dashboards) {
    const charts = [];
    for (const chart of dashboard.charts) charts.push(await chartView(chart, definitions, data, style));
    const { title, question, description } = dashboard.entry;
    sections.push({ name: dashboard.name, title, question, description, charts });
  }
  const notices = [];
  for (const [i, notice] of (page.entry.notices ?? []).entries()) {
    const rows = data.notices[i]!.data;
    if (rows.rows.length === 0) continue;
    const located: Located = { document: page.document!, at: ['notices', i] };
    const text = await fillIn(new YamlText(located, ['text'], notice.text), rows, (value) => style.label(value));
    notices.push({ label: notice.label, text });
  }
  const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader(TEMPLATES), {
    autoescape: true,
    trimBlocks: true,
    lstripBlocks: true,
    throwOnUndefined: false,
  });
  return environment.render('page.njk', {
    title: page.entry.title ?? facts.projectName,
    description: page.entry.description,
    sections,
    notices,
    chartCount: sections.reduce((sum, section) => sum + section.charts.length, 0),
    generatedAt: formatCell(facts.generatedAt.toISOString()),
    version: facts.version,
    style: asset('style.css'),
    script: asset('page.js'),
  });
}

function asset(name: string): string {
  return readFileSync(`${TEMPLATES}${name}`, 'utf8');
}

async function chartView(chart: Chart, definitions: Definitions, all: PageData, style: ChartStyle) {
  const { entry } = chart;
  const { data, sql } = all.charts.get(entry.name)!;
  const fill = (key: 'finding' | 'note', text: string): Promise<string> =>
    fillIn(new YamlText(chart, [key], text), data, (value) => style.label(value));
  const empty = data.rows.length === 0;
  const finding = empty ? (entry.when_empty ?? 'There is nothing to show.') : await fill('finding', entry.finding);
  return {
    name: entry.name,
    title: entry.title,
    question: entry.question,
    kind: entry.kind,
    full: entry.width === 'full',
    finding,
    note: empty || entry.note === undefined ? undefined : await fill('note', entry.note),
    stamps: stampsOf(data, definitions.page.entry).map(stampView),
    html: chartHtml(entry, data, style, finding),
    rows: formatCell(data.rows.length),
    rowWord: data.rows.length === 1 ? 'row' : 'rows',
    table: empty ? '' : dataTableHtml(entry, data, style),
    sql: sql.trim(),
    model: entry.model,
  };
}

function stampView({ label, text, rows, of }: Stamp): { label: string; text: string } {
  const some = rows === of ? '' : ` (${formatCell(rows)} of ${formatCell(of)} rows)`;
  return { label, text: `${text}${some}` };
}
