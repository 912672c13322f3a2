import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { type Outcome, recordingEffects, temporaryFolder, writeFiles } from './recording-effects.js';

const profile = (schema: string) =>
  `shop:\n  target: dev\n  outputs:\n    dev: { type: duckdb, path: shop.duckdb, schema: ${schema} }\n    prod: { type: duckdb, path: shop.duckdb, schema: prod }\nother:\n  target: dev\n  outputs:\n    dev: { type: duckdb, path: shop.duckdb, schema: elsewhere }\n`;

const keys = ['unique_id', 'alias', 'schema', 'description', 'config', 'tags', 'depends_on'];

let temporary: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  temporary = temporaryFolder();
  writeFiles(temporary.folder, {
    'dbt_project.yml':
      "name: shop\nprofile: shop\nmacro-paths: [macros]\nvars: { size: small }\nmodels: { shop: { +meta: { region: \"{{ env_var('REGION', 'north') }}\" } } }\n",
    'profiles.yml': profile('dev'),
    'models/orders.sql':
      "{{ config(tags=[var('size')]) }} select {{ cents(1) }} as id, '{{ env_var('OWNER', 'nobody') }}' as owner, '{{ target.name }}' as target",
    'models/schema.yml':
      'models:\n  - name: orders\n    description: "{{ doc(\'orders\') }}"\n    columns:\n      - { name: id, data_tests: [unique] }\n',
    'models/docs.md': '{% docs orders %}Every order.{% enddocs %}',
    'macros/cents.sql': '{% macro cents(x) %}{{ x }} / 100{% endmacro %}',
    'macros/naming.sql':
      '{% macro generate_alias_name(custom_alias_name, node) %}{{ custom_alias_name or node.name }}{% endmacro %}',
  });
});
afterEach(() => temporary.remove());

const path = (file: string) => join(temporary.folder, file);
const write = (file: string, text: string) => writeFileSync(path(file), text);
const kept = () => path('target/cache/manifest.bin');
const writtenAt = () => statSync(kept(), { throwIfNoEntry: false, bigint: true })?.mtimeNs;

/** Runs a command a while after the files were written, by its clock. */
async function command(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const { effects, stdout, stderr } = recordingEffects(temporary.folder, env);
  const code = await main(args, { ...effects, now: () => new Date(Date.now() + 60_000) });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** What commands say of the project: nodes with their config, and the SQL of its model. */
async function said(args: readonly string[] = [], env: Record<string, string> = {}): Promise<readonly Outcome[]> {
  return [
    await command(['ls', '--output', 'json', '--output-keys', ...keys, ...args], env),
    await command(['compile', '--select', 'orders', ...args], env),
  ];
}

/** The same, with nothing kept from before. */
async function saidAnew(args: readonly string[] = [], env: Record<string, string> = {}): Promise<readonly Outcome[]> {
  rmSync(path('target'), { recursive: true, force: true });
  return said(args, env);
}

describe('what a command keeps of a project for the next one', () => {
  it('serves other commands until something changes', async () => {
    const [list, compiled] = await said();
    expect(list).toMatchObject({ code: 0, stdout: expect.stringContaining('"north"') });
    expect(compiled).toMatchObject({ code: 0, stdout: expect.stringContaining("1 / 100 as id, 'nobody' as owner") });
    const before = writtenAt();
    expect(before).toBeDefined();
    expect(await said()).toEqual([list, compiled]);
    expect(writtenAt()).toBe(before);
  });

  const changes: Readonly<Record<string, () => void>> = {
    'a model': () => write('models/orders.sql', 'select 2 as id'),
    'a model, to a text of the same length': () => {
      const text = readFileSync(path('models/orders.sql'), 'utf8');
      write('models/orders.sql', text.replace('cents(1)', 'cents(2)'));
    },
    'a model whose time is set back': () => {
      const { atime, mtime } = statSync(path('models/orders.sql'));
      write('models/orders.sql', readFileSync(path('models/orders.sql'), 'utf8').replace('cents(1)', 'cents(3)'));
      utimesSync(path('models/orders.sql'), atime, mtime);
    },
    'a model, by another file of the same size and time': () => {
      const { atime, mtime } = statSync(path('models/orders.sql'));
      write('models/orders.new', readFileSync(path('models/orders.sql'), 'utf8').replace('cents(1)', 'cents(4)'));
      utimesSync(path('models/orders.new'), atime, mtime);
      renameSync(path('models/orders.new'), path('models/orders.sql'));
    },
    'a new model': () => write('models/customers.sql', "select * from {{ ref('orders') }}"),
    'a new model below a new folder': () => writeFiles(temporary.folder, { 'models/a/b/c.sql': 'select 1 as id' }),
    properties: () => write('models/schema.yml', 'models:\n  - name: orders\n    config: { meta: { a: 1 } }\n'),
    'removed properties': () => rmSync(path('models/schema.yml')),
    'a doc block': () => write('models/docs.md', '{% docs orders %}Some orders.{% enddocs %}'),
    'a macro': () => write('macros/cents.sql', '{% macro cents(x) %}{{ x }} / 10{% endmacro %}'),
    'a macro that names tables': () =>
      write('macros/naming.sql', '{% macro generate_alias_name(custom, node) %}t_{{ node.name }}{% endmacro %}'),
    'a macro of the engine, overridden': () =>
      write('macros/schema.sql', '{% macro generate_schema_name(custom, node) %}elsewhere{% endmacro %}'),
    'variables of the project': () =>
      write('dbt_project.yml', 'name: shop\nprofile: shop\nmacro-paths: [macros]\nvars: { size: large }\n'),
    'the profile': () => write('profiles.yml', profile('other')),
    '.env': () => write('.env', 'OWNER=ada\nREGION=south\n'),
    'a package': () =>
      writeFiles(temporary.folder, {
        'dbt_packages/p/dbt_project.yml': 'name: p\n',
        'dbt_packages/p/models/m.sql': 'select 1 as id',
      }),
    'an error': () => write('models/orders.sql', "select * from {{ ref('nothing') }}"),
  };
  for (const [what, change] of Object.entries(changes))
    it(`is not used after a change of ${what}`, async () => {
      const before = await said();
      change();
      const after = await said();
      expect(after).not.toEqual(before);
      expect(after).toEqual(await saidAnew());
    });

  const otherwise: Readonly<Record<string, { args?: string[]; env?: Record<string, string> }>> = {
    'another variable': { args: ['--vars', '{size: large}'] },
    'another target': { args: ['--target', 'prod'] },
    'another profile with a target of the same name': { args: ['--profile', 'other'] },
    'another variable of the environment, asked for by a model': { env: { OWNER: 'ada' } },
    'another variable of the environment, asked for by the project file': { env: { REGION: 'south' } },
  };
  for (const [what, { args, env }] of Object.entries(otherwise))
    it(`is not used for ${what}`, async () => {
      const before = await said();
      const after = await said(args, env);
      expect(after).not.toEqual(before);
      expect(after).toEqual(await saidAnew(args, env));
    });

  it('does not depend on variables of the environment that nothing asks for', async () => {
    await said();
    const before = writtenAt();
    await said([], { SHLVL: '7' });
    expect(writtenAt()).toBe(before);
  });

  it('is not used with --no-partial-parse', async () => {
    await said();
    const before = writtenAt();
    await said(['--no-partial-parse']);
    expect(writtenAt()).not.toBe(before);
  });

  it('is not used where it is damaged or cut short', async () => {
    const whole = await said();
    const bytes = readFileSync(kept());
    for (const broken of [bytes.subarray(0, bytes.length - 100), Buffer.from('{}\n'), Buffer.alloc(0)]) {
      writeFileSync(kept(), broken);
      expect(await said()).toEqual(whole);
    }
  });

  it('is not kept where a template asks for the time, or a file was written just now', async () => {
    const { effects } = recordingEffects(temporary.folder);
    await main(['ls'], effects);
    expect(writtenAt()).toBeUndefined();
    write('models/orders.sql', "{{ config(alias='o_' ~ run_started_at.strftime('%S')) }} select 1 as id");
    await said();
    expect(writtenAt()).toBeUndefined();
  });

  it('holds no secret', async () => {
    const env = { SHOP_API_TOKEN: 'quite-a-secret', REGION: 'quite-a-secret' };
    expect((await command(['ls'], env)).code).toBe(0);
    expect(writtenAt()).toBeUndefined();
  });
});
