import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, isShell, readGuide } from '../guides.js';
import { run, TempProject } from '../temp-project.js';
import { installSpark } from './install-spark.js';

const blocks = blocksOf('spark.md', readGuide('spark.md'));
const programs = blocks.filter(({ language }) => language === 'python');
const runs = blocks.filter(
  (block) => isShell(block) && block.runner === 'test:spark' && block.headings.at(-1) !== 'Install',
);

const project = new TempProject();
/** what each program printed, by its name */
const printed = new Map<string, string>();
beforeAll(async () => {
  const folder = installSpark();
  symlinkSync(join(folder, '.venv'), project.path('.venv'));
  const build = await project.tsdbt(['build', '--select', '+gold.descriptive']);
  expect(build.code, build.stderr).toBe(0);
  for (const { text } of programs) project.write(/^# (\S+\.py)$/m.exec(text)![1]!, text);
  for (const { text } of runs) {
    const { code, stdout, stderr } = await run('sh', ['-euc', text], project.dir);
    expect(code, `${text}: ${stderr.slice(-4000)}`).toBe(0);
    printed.set(/(\S+\.py)/.exec(text)![1]!, stdout);
  }
});
afterAll(() => project.remove());

describe('the guide to Spark', () => {
  it('has a command for each of its programs', () => {
    expect([...printed.keys()]).toEqual(programs.map(({ text }) => /^# (\S+\.py)$/m.exec(text)![1]));
  });

  it('reads every table with the rows that DuckDB reads', async () => {
    const rows = [...printed.get('read_lake.py')!.matchAll(/^(\w+\.\w+): (\d+) rows$/gm)];
    const bySpark = Object.fromEntries(rows.map(([, name, count]) => [name, Number(count)]));
    const { counts } = await project.state();
    expect(bySpark).toEqual(counts);
    expect(Object.keys(bySpark).length).toBeGreaterThan(10);
  });

  it('answers a query as DuckDB does', async () => {
    const [header, ...lines] = [...printed.get('read_lake.py')!.matchAll(/^\|(.*)\|$/gm)].map((line) =>
      line[1]!.split('|').map((cell) => cell.trim()),
    );
    expect(header).toEqual(['mood', 'plays', 'valence']);
    const expected = await project.query(
      `select mood, count(*) as plays, round(avg(valence), 3) as valence
       from silver.listening_with_features group by mood order by plays desc, mood`,
    );
    const values = (row: readonly unknown[]) => [
      row[0] ?? 'NULL',
      Number(row[1]),
      row[2] === null ? 'NULL' : Number(row[2]),
    ];
    expect(lines.map((line) => values(line.map((cell) => (cell === 'NULL' ? null : cell))))).toEqual(
      expected.map((row) => values(Object.values(row))),
    );
  });

  it('looks back to an earlier version', async () => {
    const out = printed.get('read_version.py')!;
    const count = await project.number('select count(*) from silver.listening_with_features');
    expect(out).toContain(`rows of version 0: ${count}\n`);
    expect(out).toMatch(/\|0 +\|.*CREATE/);
  });
});
