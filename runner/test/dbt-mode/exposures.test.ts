import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

describe('exposures in a build', () => {
  const files = {
    'models/good.sql': 'select 1 as id',
    'models/bad.sql': 'select 2 as id',
    'models/s.yml': `models: [{name: bad, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [1]}}}]}]}]
exposures:
  - {name: page, type: dashboard, owner: {name: Ada}, depends_on: [ref('good')]}
  - {name: sheet, type: analysis, owner: {name: Ada}, depends_on: [ref('good'), ref('bad')]}
  - {name: report, type: analysis, owner: {name: Ada}, depends_on: [ref('over')]}
`,
    'models/over.sql': "{{ config(materialized='ephemeral') }} select * from {{ ref('broken') }}",
    'models/broken.sql': "select no_such_column from {{ ref('good') }}",
  };

  it('are no-ops, also where what they read failed its tests, and skipped where something above them was not built', async () => {
    const project = new DbtProject(files);
    const run = await project.run('build');
    expect(run.exitCode).toBe(1);
    expect(run.statuses).toMatchObject({
      'model.shop.good': 'success',
      'exposure.shop.page': 'no-op',
      'exposure.shop.sheet': 'no-op',
      'exposure.shop.report': 'skipped',
    });
    expect(run.output).toMatch(/No-op .*exposure page/);
  });

  it('are told in run_results.json as dbt tells of them', async () => {
    const project = new DbtProject(files);
    await project.run('build', '--select', '+exposure:*', '--exclude', 'resource_type:test');
    const file = readFileSync(join(project.folder, 'target', 'run_results.json'), 'utf8');
    const results: readonly { unique_id: string; timing: unknown[] }[] = JSON.parse(file).results;
    const [page, report] = ['page', 'report'].map(
      (name) => results.find((r) => r.unique_id === `exposure.shop.${name}`)!,
    );
    expect(page).toMatchObject({ failures: 0, compiled: null, compiled_code: null, relation_name: null });
    expect(page!.timing).toMatchObject([{ name: 'compile' }, { name: 'execute' }]);
    expect(report).toMatchObject({ failures: null, compiled: null, timing: [] });
  });

  it('are selected like other nodes, and no matter of run', async () => {
    const project = new DbtProject(files);
    expect((await project.run('build', '--select', 'exposure:page')).statuses).toEqual({
      'exposure.shop.page': 'no-op',
    });
    expect(Object.keys((await project.run('run')).statuses).sort()).toEqual([
      'model.shop.bad',
      'model.shop.broken',
      'model.shop.good',
    ]);
  });
});
