import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const files = {
  'models/numbers.sql': 'select 1 as n',
  'models/doubled.py': `import pandas as pd

# dbt.ref("nothing") is not read by a comment
def model(dbt, session):
    dbt.config(
        tags=["slow", "it's (odd)"],
        packages=["pandas"],
    )
    numbers = dbt.ref("numbers").df()
    visits = dbt.source('web', 'visits')
    if dbt.is_incremental: limit = dbt.config.get("limit")
    return numbers
`,
  'models/below.sql': "select * from {{ ref('doubled') }}",
  'models/beside.sql': "select * from {{ ref('numbers') }}",
  'models/schema.yml': `models: [{name: doubled, description: Twice as much., columns: [{name: n, data_tests: [not_null]}]}]
sources: [{name: web, tables: [{name: visits}]}]
`,
};

describe('Python models of a dbt project', () => {
  it('are read and listed, with what they read and their config', async () => {
    const project = new DbtProject(files);
    expect((await project.run('parse')).exitCode).toBe(0);
    const { nodes } = JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8'));
    expect(nodes['model.shop.doubled']).toMatchObject({
      language: 'python',
      raw_code: files['models/doubled.py'].trim(),
      description: 'Twice as much.',
      tags: ['slow', "it's (odd)"],
      config: { materialized: 'table', packages: ['pandas'] },
      depends_on: { nodes: ['source.shop.web.visits', 'model.shop.numbers'] },
    });
    const { output } = await project.run('-q', 'ls', '--select', '+below', '--resource-type', 'model');
    expect(output.trim().split('\n')).toEqual(['shop.below', 'shop.doubled', 'shop.numbers']);
  });

  it('are errors when they are to run: what reads them is skipped, all else is built', async () => {
    const project = new DbtProject(files);
    const { exitCode, statuses, output } = await project.run('build');
    expect(exitCode).toBe(1);
    expect(statuses).toMatchObject({
      'model.shop.numbers': 'success',
      'model.shop.doubled': 'error',
      'model.shop.below': 'skipped',
      'model.shop.beside': 'success',
    });
    expect(output).toMatch(/TSD2020 +models in Python cannot be run\n +models\/doubled\.py:4:1/);
  });

  it('tell of a ref to nothing at its place in the file', async () => {
    const project = new DbtProject({
      ...files,
      'models/doubled.py': files['models/doubled.py'].replace('"numbers"', '"number"'),
    });
    const { exitCode, output } = await project.run('parse');
    expect(exitCode).toBe(2);
    expect(output).toMatch(/TSD3001 .*"number".*\n +models\/doubled\.py:9:\d+/);
    expect(output).toContain('did you mean "numbers"?');
  });
});
