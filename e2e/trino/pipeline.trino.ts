import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TempProject } from '../temp-project.js';
import { chartQueries, compileFor, sameAnswers } from './charts.js';
import { Lake } from './lake.js';
import { succeed } from './small-project.js';

describe('the tables of the pipeline in Trino, registered by a build without a server', () => {
  const project = new TempProject();
  let lake: Lake;
  let tables: string[];
  /** where the target trino of project.yml finds the server */
  const here = () => ({ TRINO_PORT: new URL(lake.server.url).port });
  beforeAll(async () => {
    expect(await succeed(project, 'build')).toMatch(/Trino knows \d+ tables under \d+ names \(\d+ added\)/);
    tables = Object.keys(project.versions());
    lake = await Lake.over(project);
  });
  afterAll(async () => {
    await lake?.stop();
    project.remove();
  });

  it('are all there, in delta.default and by layer', async () => {
    expect(tables.length).toBeGreaterThanOrEqual(44);
    const named = await lake.trino.list(
      `select table_schema || '.' || table_name from delta.information_schema.tables
       where table_schema <> 'information_schema' order by 1`,
    );
    const expected = tables.flatMap((table) => [table, `default.${table.split('.')[1]}`]);
    expect(named).toEqual(expected.sort());
    expect(await lake.trino.list('show schemas from delta')).toEqual(
      expect.arrayContaining(['bronze', 'silver', 'gold', 'seeds', 'default']),
    );
  });

  it('have the types and rows that DuckDB reads, value for value, under both names', async () => {
    let rows = 0;
    for (const table of tables) rows += await lake.same(table);
    expect(rows).toBeGreaterThan(20_000);
  }, 300_000);

  it('show what a further build changes at once, and that build registers nothing anew', async () => {
    const before = await lake.trino.list('select count(*) from gold.top_tracks_by_mood');
    const printed = await succeed(
      project,
      ...['run', '--select', 'top_tracks_by_mood', '--vars', '{top_tracks_per_mood: 3}'],
    );
    expect(printed).not.toContain('Trino knows');
    const [after] = await lake.trino.list('select count(*) from gold.top_tracks_by_mood');
    expect(Number(after)).toBeLessThan(Number(before[0]));
    expect(await lake.same('gold.top_tracks_by_mood')).toBe(Number(after));
    const [old] = await lake.trino.list('select count(*) from gold.top_tracks_by_mood for version as of 0');
    expect(old).toBe(before[0]);
  });

  it('answer the queries of all charts as they do in DuckDB, from the same definitions', async () => {
    const queries = chartQueries(project);
    expect(queries.length).toBeGreaterThanOrEqual(35);
    const [forDuckDb, forTrino] = [
      await compileFor(project, 'dev', queries, {}),
      await compileFor(project, 'trino', queries, here()),
    ];
    for (const [i, { name }] of queries.entries()) {
      const expected = (await lake.duckDb(forDuckDb[i]!)).map((row) => Object.values(row));
      const { rows } = await lake.trino.query(forTrino[i]!);
      expect(sameAnswers(expected, rows), name).toBeUndefined();
      if (!name.includes('notice')) expect(rows.length, name).toBeGreaterThan(0);
    }
  }, 300_000);

  it('and the commands of the guide do what it says', async () => {
    const guide = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'trino.md'), 'utf8');
    const blocks = [...guide.matchAll(/```sh test:trino\n([\s\S]*?)```/g)].map((match) => match[1]!);
    const commands = blocks.flatMap((block) => block.trim().split('\n'));
    expect(commands.length).toBeGreaterThanOrEqual(5);
    for (const command of commands) {
      expect(command).toMatch(/^npx tsdbt /);
      const args = [...command.slice('npx tsdbt '.length).matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, word]) => quoted ?? word!,
      );
      const { code, stderr } = await project.tsdbt(args, here());
      expect(code, `${command}\n${stderr}`).toBe(0);
    }
  }, 300_000);
});
