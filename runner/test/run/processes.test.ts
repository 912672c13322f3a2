import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LakeProject } from './lake-project.js';
import { plainJavaScript } from './plain-javascript.js';

const WORKER = plainJavaScript(fileURLToPath(new URL('./build-worker.ts', import.meta.url)));

interface Build {
  readonly process: ChildProcess;
  readonly lines: string[];
  readonly ended: Promise<string[]>;
  /** resolves when a line begins like this */
  said(beginning: string): Promise<void>;
}

function build(project: LakeProject, assignment = ''): Build {
  const child = spawn(process.execPath, [WORKER, project.dir, assignment], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let rest = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop()!;
    lines.push(...parts);
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => lines.push(`stderr ${text}`));
  return {
    process: child,
    lines,
    ended: once(child, 'close').then(() => lines),
    async said(beginning) {
      while (!lines.some((line) => line.startsWith(beginning))) {
        if (child.exitCode !== null) throw new Error(`ended before "${beginning}":\n${lines.join('\n')}`);
        await pause(1);
      }
    },
  };
}

/** Every table holds 2,000 rows of one number, and so does every test of it demand. */
const TABLES = ['a', 'b', 'c', 'd'];
const WHOLE: Record<string, string> = {
  'project.yml': 'name: p\nvars: {n: 0}\nmodels: {+materialized: table}\n',
  'models/s/a.sql': `select {{ var('n') }}::int as n, i from range(2000) r(i)`,
  'models/s/b.sql': `select n, i from {{ ref('a') }}`,
  'models/s/c.sql': `{{ config(materialized='incremental', unique_key='i') }} select n, i from {{ ref('b') }}`,
  'models/s/d.sql': `{{ config(partition_by=['part']) }} select n, i, i % 3 as part from {{ ref('c') }}`,
  'models/s/v.sql': `{{ config(materialized='view') }} select * from {{ ref('d') }}`,
  'models/s/s.yml': `models: [${TABLES.map((t) => `{name: ${t}, columns: [{name: n, data_tests: [not_null]}]}`).join(', ')}]\n`,
};

async function numbersIn(project: LakeProject): Promise<Record<string, number>> {
  const numbers: Record<string, number> = {};
  for (const table of TABLES) {
    if ((await project.table(`s.${table}`)) === undefined) continue;
    const rows = await project.rows(`s.${table}`, 'n, count(*)::int as rows', 'group by n');
    expect([table, rows]).toEqual([table, [{ n: expect.any(Number), rows: 2000 }]]);
    numbers[table] = Number(rows[0]!.n);
  }
  return numbers;
}

describe('a build that is killed', () => {
  it('leaves every table at a whole version, and the next build is as if nothing had been', {
    timeout: 60_000,
  }, async () => {
    const project = new LakeProject(WHOLE);
    await project.build();
    const kills = ['started s.a', 'finished s.a', 'finished s.c'];
    for (const [i, moment] of kills.entries()) {
      const running = build(project, `n=${i + 1}`);
      await running.said(moment);
      running.process.kill('SIGKILL');
      await running.ended;
      const numbers = await numbersIn(project);
      for (const number of Object.values(numbers)) expect([i + 1, i, 0]).toContain(number);
      if (moment.startsWith('finished')) expect(numbers[moment.slice(-1)]).toBe(i + 1);
      // readers of the views are never without a file that they can open
      expect(await project.read('select count(*)::int as rows, count(distinct n)::int as n from s.v')).toEqual([
        { rows: 2000, n: 1 },
      ]);
      const next = await project.build({ open: { vars: { n: i + 1 } } });
      expect([next.exitCode, next.errors]).toEqual([0, []]);
      expect(await numbersIn(project)).toEqual({ a: i + 1, b: i + 1, c: i + 1, d: i + 1 });
    }
    // what the killed processes left behind stands in nobody's way
    expect(readdirSync(project.path('warehouse')).filter((name) => name.startsWith('lake'))).toContain('lake.duckdb');
  });
});

describe('two builds of one project at the same time', () => {
  it('corrupt nothing: each succeeds, or says that the other was first', { timeout: 60_000 }, async () => {
    const project = new LakeProject(WHOLE);
    await project.build();
    const [one, two] = [build(project, 'n=1'), build(project, 'n=2')];
    const outputs = [await one.ended, await two.ended];
    const codes = outputs.map((lines) => lines.find((line) => line.startsWith('exit')));
    expect(outputs.flat().filter((line) => line.startsWith('stderr'))).toEqual([]);
    expect(codes).toContain('exit 0');
    for (const [i, lines] of outputs.entries()) {
      const errors = lines.filter((line) => line.startsWith('error'));
      if (codes[i] === 'exit 0') expect(errors).toEqual([]);
      else for (const error of errors) expect(error).toMatch(/^error TSD6020 /);
    }
    await numbersIn(project);
    expect(await project.read('select count(*)::int as rows from s.v')).toEqual([{ rows: 2000 }]);
    const after = await project.build({ open: { vars: { n: 99 } } });
    expect([after.exitCode, await numbersIn(project)]).toEqual([0, { a: 99, b: 99, c: 99, d: 99 }]);
  });
});
