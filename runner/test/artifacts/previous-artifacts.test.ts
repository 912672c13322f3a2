import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
const FILES = {
  'project.yml': 'name: shop\nvars: {factor: 2}\n',
  'models/orders.sql': 'select 1 as id, 10 as amount',
  'models/doubled.sql': "select id, {{ times('amount') }} as amount from {{ ref('orders') }}",
  'models/wrong.sql':
    "{{ config(materialized='table') }}\nselect id from {{ ref('orders') }} where id / 0 > error('no such order')::integer",
  'models/report.sql': "{{ config(materialized='view') }}\nselect sum(amount) as total from {{ ref('doubled') }}",
  'models/models.yml':
    'models:\n  - name: orders\n    description: All orders.\n    columns: [{name: id, data_tests: [unique]}]\n',
  'macros/times.sql': "{% macro times(column) %}{{ column }} * {{ var('factor') }}{% endmacro %}",
};

beforeAll(async () => {
  temporary = temporaryFolder();
  writeFiles(temporary.folder, FILES);
  await tsdbt(temporary.folder, ['build']);
  cpSync(join(temporary.folder, 'target'), join(temporary.folder, 'before'), { recursive: true });
});
afterAll(() => temporary.remove());

const selected = async (select: string, state = 'before'): Promise<string[]> => {
  const { stdout, stderr, code } = await tsdbt(temporary.folder, [
    ...['ls', '--output', 'name', '--select', select],
    ...['--indirect-selection', 'empty', '--state', state],
  ]);
  if (code !== 0) throw new Error(stderr);
  return stdout.split('\n').filter(Boolean);
};
/** The selection with some files changed; afterwards they are as they were. */
const withFiles = async (files: Record<string, string>, select: string): Promise<string[]> => {
  writeFiles(temporary.folder, files);
  try {
    return await selected(select);
  } finally {
    for (const path of Object.keys(files)) rmSync(join(temporary.folder, path));
    writeFiles(temporary.folder, FILES);
  }
};

describe('state:', () => {
  it('finds nothing modified where nothing was, and everything old', async () => {
    expect(await selected('state:modified')).toEqual([]);
    expect(await selected('state:new')).toEqual([]);
    expect(await selected('state:unmodified')).toEqual(['doubled', 'orders', 'report', 'unique_orders_id', 'wrong']);
    expect(await selected('state:old,resource_type:model')).toEqual(['doubled', 'orders', 'report', 'wrong']);
  });

  it('is the same on another target with another schema', async () => {
    const targets = { 'project.yml': `${FILES['project.yml']}targets: {prod: {type: duckdb, schema: production}}\n` };
    expect(await withFiles(targets, 'state:modified')).toEqual([]);
  });

  it('tells new nodes, and what follows from them', async () => {
    const more = { 'models/extra.sql': "select * from {{ ref('orders') }}" };
    expect(await withFiles(more, 'state:new')).toEqual(['extra']);
    expect(await withFiles(more, '1+state:modified')).toEqual(['extra', 'orders']);
  });

  it.each([
    ['body', { 'models/orders.sql': 'select 2 as id, 10 as amount' }, ['orders']],
    [
      'configs',
      { 'models/orders.sql': "{{ config(materialized='table') }}\nselect 1 as id, 10 as amount" },
      ['orders'],
    ],
    [
      'relation',
      {
        'models/report.sql':
          "{{ config(materialized='view', alias='r') }}\nselect sum(amount) as total from {{ ref('doubled') }}",
      },
      ['report'],
    ],
    ['macros', { 'macros/times.sql': '{% macro times(column) %}{{ column }} * 3{% endmacro %}' }, ['doubled']],
    ['persisted_descriptions', { 'models/models.yml': FILES['models/models.yml'].replace('All', 'Most') }, ['orders']],
  ] as const)('tells by what a node is modified: %s', async (aspect, files, names) => {
    expect(await withFiles(files, `state:modified.${aspect}`)).toEqual(names);
    expect(await withFiles(files, 'state:modified')).toEqual(names);
  });

  it('wants a state, that can be read, and a value that there is', async () => {
    const ls = async (...args: string[]) => (await tsdbt(temporary.folder, ['ls', '--select', ...args])).stderr;
    expect(await ls('state:modified')).toMatch(/^TSD3024 .*\n {2}add --state/);
    expect(await ls('state:modified', '--state', 'nowhere')).toMatch(/^TSD3025 .*manifest\.json is not there/);
    expect(await ls('state:modifed', '--state', 'before')).toMatch(/^TSD3020 .*\n {2}did you mean "modified"/);
  });
});

describe('result:', () => {
  it('selects by what a run reported', async () => {
    expect(await selected('result:success')).toEqual(['doubled', 'orders', 'report']);
    expect(await selected('result:error')).toEqual(['wrong']);
    expect(await selected('result:pass')).toEqual(['unique_orders_id']);
    expect(await selected('result:fail')).toEqual([]);
  });
});
