import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DbtProject } from '../dbt-mode/dbt-project.js';
import { temporaryFolder, tsdbt, writeFiles } from './recording-effects.js';

const models = {
  'models/a.sql': 'select 1 as id',
  'models/b.sql': "select idd from {{ ref('a') }}",
  'models/s.yml': 'models: [{name: a, columns: [{name: nope, data_tests: [not_null]}]}]',
};

describe('tsdbt check', () => {
  it('types what is selected, and writes nothing', async () => {
    const { folder, remove } = temporaryFolder();
    onTestFinished(remove);
    writeFiles(folder, { 'project.yml': 'name: shop\ntarget: dev\ntargets: {dev: {type: duckdb}}\n', ...models });
    const all = await tsdbt(folder, ['check']);
    expect(all.code).toBe(2);
    expect(all.stderr).toContain('column "idd" not found');
    expect(all.stderr).toContain('models/b.sql:1:8');
    expect(all.stderr).toContain('did you mean "id"?');
    expect(all.stderr).toContain('column "nope" not found');
    const one = await tsdbt(folder, ['check', '--select', 'a', '--indirect-selection', 'empty']);
    expect(one.code).toBe(0);
    expect(one.stderr).toContain('Checked 1 node with duckdb');
    expect(existsSync(`${folder}/warehouse/lake.duckdb`)).toBe(false);
    const same = await tsdbt(folder, ['compile', '--check']);
    expect([same.code, same.stderr]).toEqual([2, all.stderr]);
  });

  it('tells beforehand what a dbt project would find out as it runs', async () => {
    const project = new DbtProject(models);
    const run = await project.run('check');
    expect(run.exitCode).toBe(2);
    expect(run.output).toContain('models/b.sql:1:8');
    expect(await project.rows('select * from duckdb_views() where not internal')).toEqual([]);
  });
});
