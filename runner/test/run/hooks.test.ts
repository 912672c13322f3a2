import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LakeProject } from './lake-project.js';

describe('hooks', () => {
  it('on-run-start makes functions that models may use, on-run-end sees what was built', async () => {
    const project = new LakeProject({
      'project.yml': `name: p
models: {+materialized: table}
on-run-start: "create or replace macro double(x) as x * 2"
on-run-end: ["", "copy (select n from {{ ref('a') }}) to '{{ env_var('OUT') }}'"]
`,
      'models/s/a.sql': 'select double(4) as n',
      'models/s/b.sql': `select double(n) as n from {{ ref('a') }}`,
    });
    const run = await project.build({ open: { env: { OUT: project.path('out.csv') } } });
    expect([run.exitCode, run.errors]).toEqual([0, []]);
    expect(await project.rows('s.b')).toEqual([{ n: 16 }]);
    expect(readFileSync(project.path('out.csv'), 'utf8')).toBe('n\n8\n');
  });

  it('a pre_hook runs before the model, SQL or TypeScript; a post_hook after publication', async () => {
    const project = new LakeProject({
      'models/s/a.sql': `{{ config(pre_hook="create table if not exists made as select 5 as n",
          post_hook="copy (select * from {{ this }}) to '{{ var('out') }}'") }} select n from made`,
      'models/s/b.ts': `import { defineModel } from 'tsdbt';
export default defineModel({
  config: { pre_hook: ['create table if not exists ready as select 6 as n'] },
  columns: { n: 'integer' },
  run: (context) => context.query('select n from ready'),
});
`,
    });
    const run = await project.build({ open: { vars: { out: project.path('out.csv') } } });
    expect([run.exitCode, run.errors]).toEqual([0, []]);
    expect(await project.rows('s.a')).toEqual([{ n: 5 }]);
    expect(await project.rows('s.b')).toEqual([{ n: 6 }]);
    expect(readFileSync(project.path('out.csv'), 'utf8')).toBe('n\n5\n');
  });

  it('that fail are told with their place', async () => {
    const hook = async (yaml: string, config = '') => {
      const project = new LakeProject({
        'project.yml': `name: p\nmodels: {+materialized: table}\n${yaml}\n`,
        'models/s/a.sql': `${config}select 1 as n`,
      });
      const run = await project.build();
      expect(run.exitCode).toBe(1);
      return { run, project };
    };
    const start = await hook('on-run-start: ["select 1", "select nope"]');
    expect(start.run.errors).toEqual([expect.stringMatching(/^TSD5003 project.yml:3:36 column "nope" not found/)]);
    expect(start.run.outcome('a')).toMatchObject({ status: 'skipped', message: 'on-run-start failed' });
    expect(existsSync(start.project.path('warehouse/s/a'))).toBe(false);

    const end = await hook('on-run-end: "select nope"');
    expect(end.run.errors).toEqual([expect.stringMatching(/^TSD5003 project.yml:3:21 column "nope" not found/)]);
    expect(end.run.outcome('a').status).toBe('success');
    expect(await end.project.read('from s.a')).toEqual([{ n: 1 }]);

    const pre = await hook('', `{{ config(pre_hook="select nope") }}`);
    expect(pre.run.errors).toEqual([expect.stringMatching(/^TSD5003 models\/s\/a.sql:1:28 column "nope"/)]);
    expect(await pre.project.table('s.a')).toBeUndefined();

    const post = await hook('', `{{ config(post_hook="select nope") }}`);
    expect(post.run.outcome('a').status).toBe('error');
    expect(await post.project.read('from s.a')).toEqual([{ n: 1 }]);
  });
});
