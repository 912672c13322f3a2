import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bars, chart, WeatherProject } from './weather-project.js';

const page = `title: Weather & wind
notices:
  - label: Guesses
    sql: |
      select count(*) as n from {{ ref('days') }} where is_guess having count(*) > 0
    text: "{{ row.n }} value is a guess"
  - label: Never
    sql: select 1 as n from {{ ref('days') }} where degrees > 100
    text: never shown
stamps:
  - { label: Guess, column: is_guess, value: true, text: somebody guessed }
labels: { north: North <sea> }
colors: { north: blue }
`;
const charts = [
  chart('degrees', bars),
  chart(
    'guesses',
    `${bars}\nsql: |\n  select station, degrees, is_guess from {{ ref('days') }} order by degrees desc nulls last\nnote: "warmest: {{ num(row.degrees, 1) }} at {{ label(row.station) }}"`,
  ),
  chart(
    'none',
    `${bars.replace(/finding.*/, 'finding: "{{ row.degrees }}"')}\nsql: select * from {{ ref('days') }} where degrees > 100\nwhen_empty: It was never that warm.`,
  ),
  chart(
    'rows',
    `kind: table\nmodel: ref('days')\ncolumns: [day, station, { column: degrees, unit: °C, digits: 1 }]\nfinding: x`,
  ),
].join('');

let project: WeatherProject;
let html: string;
beforeAll(async () => {
  project = new WeatherProject({
    'dashboards/weather.yml': `title: Weather\ncharts:\n${charts}`,
    'dashboards/page.yml': page,
  });
});
afterAll(() => project.remove());

describe('tsdbt dashboard build', () => {
  it('says what to build first, at the chart', async () => {
    const { code, stderr } = await project.run('dashboard', 'build');
    expect(code).toBe(2);
    expect(stderr).toContain('TSD3050  gold.days does not exist yet\n  dashboards/weather.yml:7:12\n');
    expect(stderr).toContain('  build it first: tsdbt build --select +days\n');
  });

  it('writes one page', async () => {
    expect((await project.run('build')).code).toBe(0);
    const { code, stderr, stdout } = await project.run('dashboard', 'build', '--output', 'site');
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^Wrote site\/index.html in \d+\.\d\ds \(4 charts on 1 dashboard, \d+ KiB\)\n$/);
    expect(code).toBe(0);
    expect(existsSync(join(project.folder, 'site/index.html.tmp'))).toBe(false);
    html = readFileSync(join(project.folder, 'site/index.html'), 'utf8');
  });

  it('loads nothing: style, script and pictures are inside', () => {
    expect(html).not.toMatch(
      /<(?:script|img|iframe|object)[^>]+src=|<link(?! rel="icon" href="data:,")|url\(|@import|https?:/,
    );
    expect(html).toContain(`content="default-src 'none'`);
  });

  it('shows titles, questions, findings, notes, notices and the query as it ran', () => {
    expect(html).toContain('<title>Weather &amp; wind</title>');
    expect(html).toContain('How warm is it?');
    expect(html).toContain('<p class="finding">3 rows</p>');
    expect(html).toContain('<p class="note">warmest: 11.3 at south</p>');
    expect(html).toContain('<strong class="stamp">Guesses</strong> 1 value is a guess');
    expect(html).not.toContain('never shown');
    expect(html).toContain('from &quot;gold&quot;.&quot;days&quot; order by degrees desc nulls last');
  });

  it('stamps a chart whose rows say that they are of a certain kind', () => {
    const card = cardOf('guesses');
    expect(card).toContain('<strong class="stamp">Guess</strong> somebody guessed (1 of 3 rows)');
    expect(cardOf('degrees')).not.toContain('class="stamp"');
  });

  it('says so where a query has no rows', () => {
    expect(cardOf('none')).toContain('<p class="finding">It was never that warm.</p>');
    expect(cardOf('none')).toContain('<p class="empty">No rows.</p>');
    expect(cardOf('none')).not.toContain('<svg');
  });

  it('puts the rows behind each chart as a table, with labels, formats and dashes for nulls', () => {
    const card = cardOf('rows');
    expect(card).toContain('<th scope="col" class="n">degrees (°C)</th>');
    expect(card).toContain('<td>1 Mar 2024</td><td>North &lt;sea&gt;</td><td class="n">4.5</td>');
    expect(card).toContain('<td>2 Mar 2024</td><td>North &lt;sea&gt;</td><td class="n">–</td>');
  });

  it('names every picture for those who do not see it', () => {
    const pictures = html.match(/<svg class="chart[^>]*>/g)!;
    expect(pictures.length).toBe(4);
    for (const picture of pictures) {
      const [, title, description] = /aria-labelledby="(\S+) (\S+)"/.exec(picture)!;
      expect(html).toContain(`<title id="${title}">Degrees</title>`);
      expect(html).toContain(`<desc id="${description}">`);
    }
  });

  it('is well formed: every element is closed in its turn, no id stands twice', () => {
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    const void_ = new Set(['meta', 'link', 'br', 'hr', 'input', 'img']);
    const open: string[] = [];
    const markup = html.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '').replace('<!doctype html>', '');
    for (const [, closing, name, , empty] of markup.matchAll(/<(\/?)([a-zA-Z0-9]+)((?:[^">]|"[^"]*")*?)(\/?)>/g)) {
      if (closing === '/') expect(open.pop()).toBe(name);
      else if (empty !== '/' && !void_.has(name!)) open.push(name!);
    }
    expect(open).toEqual([]);
  });
});

function cardOf(name: string): string {
  const start = html.indexOf(`<article id="${name}"`);
  return html.slice(start, html.indexOf('</article>', start));
}
