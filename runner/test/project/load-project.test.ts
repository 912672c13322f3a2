import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorsOf, open, tempProject } from '../manifest/temp-project.js';

const project = (yaml: string, files: Record<string, string> = {}) => tempProject({ 'project.yml': yaml, ...files });

describe('a project', () => {
  it('needs only a name', async () => {
    const dir = project('name: shop\n');
    const shop = await open(dir);
    expect(shop.name).toBe('shop');
    expect(shop.paths).toMatchObject({ models: ['models'], seeds: ['seeds'], tests: ['tests'], macros: ['macros'] });
    expect(shop.warehouse).toBe(path.join(dir, 'warehouse'));
    expect(shop.targetPath).toBe(path.join(dir, 'target'));
    expect(shop.target).toMatchObject({
      name: 'dev',
      type: 'duckdb',
      schema: 'main',
      storage: 'delta',
      threads: Math.max(2, availableParallelism()),
    });
  });

  it('is found only where project.yml lies', async () => {
    const dir = tempProject({
      'dbt_project.yml': 'name: x\nprofile: x\n',
      'profiles.yml': 'x: {target: dev, outputs: {dev: {type: duckdb, path: x.duckdb}}}\n',
    });
    expect((await open(dir)).document.source.path).toBe('dbt_project.yml');
    const [error] = await errorsOf(open(path.join(dir, 'models')));
    expect(error).toMatch(/^TSD1001 - no project\.yml in /);
  });

  it('renders templates in its values to native values', async () => {
    const dir = project(
      [
        'name: shop',
        "warehouse: \"{{ env_var('LAKE', 'lake') }}\"",
        'vars:',
        '  days: "{{ env_var(\'DAYS\') | int + 1 }}"',
        'models:',
        '  +enabled: "{{ var(\'days\') > 3 }}"',
        '  +schema: "{{ target.name }}_x"',
      ].join('\n'),
    );
    const shop = await open(dir, { env: { DAYS: '4' } });
    expect(shop.warehouse).toBe(path.join(dir, 'lake'));
    expect(shop.vars.get('days')).toBe(5);
    expect(shop.config.models.configsFor(['shop', 'a'])).toEqual([{ enabled: true, schema: 'dev_x' }]);
  });

  it('reads .env below the environment of the process', async () => {
    const dir = project('name: shop\n', {
      '.env': '# keys\nCLIENT_ID=abc # public\nexport SECRET="a b\\n"\nPLAIN=\'$x\'\nHOME_DIR=from-file\n',
    });
    const shop = await open(dir, { env: { HOME_DIR: 'from-process' } });
    expect(shop.env).toMatchObject({ CLIENT_ID: 'abc', SECRET: 'a b\n', PLAIN: '$x', HOME_DIR: 'from-process' });
  });

  it('keeps templates of hooks and comments for later', async () => {
    const shop = await open(project('name: shop\non-run-start: "select \'{{ target.name }}\'"\non-run-end: [a, b]\n'));
    expect(shop.onRunStart.map((hook) => hook.sql)).toEqual(["select '{{ target.name }}'"]);
    expect(shop.onRunEnd.map((hook) => hook.sql)).toEqual(['a', 'b']);
  });
});

describe('targets', () => {
  const yaml =
    'name: shop\ntarget: prod\ntargets:\n  dev: {type: duckdb}\n  prod: {type: trino, schema: gold, host: h, user: u, catalog: c}\n';

  it('come from project.yml', async () => {
    const shop = await open(project(yaml));
    expect(shop.target).toMatchObject({ name: 'prod', type: 'trino', schema: 'gold', extra: { host: 'h' } });
    expect((await open(project(yaml), { target: 'dev' })).target.name).toBe('dev');
  });

  it('are suggested where one is misspelled', async () => {
    expect(await errorsOf(open(project(yaml), { target: 'prd' }))).toEqual([
      'TSD1008 project.yml:3:1 there is no target "prd" (did you mean "prod"?)',
    ]);
    expect(await errorsOf(open(project(yaml.replace('target: prod', 'target: dve'))))).toEqual([
      'TSD1008 project.yml:2:9 there is no target "dve" (did you mean "dev"?)',
    ]);
  });

  it('come from profiles.yml in a dbt project, with tables in the database file', async () => {
    const dir = tempProject({
      'dbt_project.yml': 'name: jaffle\nprofile: jaffle\n',
      'profiles.yml':
        'jaffle:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: jaffle.duckdb, threads: "{{ env_var(\'N\') | int }}"}\n    prod: {type: snowflake}\n',
    });
    const { target } = await open(dir, { env: { N: '3' } });
    expect(target).toMatchObject({ storage: 'native', threads: 3, path: path.join(dir, 'jaffle.duckdb') });
  });
});

describe('variables', () => {
  it('of the command line win over those of the package, those over the global ones', async () => {
    const dir = project('name: shop\nvars:\n  a: 1\n  b: 1\n  c: 1\n  shop: {b: 2, c: 2}\n');
    const { vars } = await open(dir, { vars: { c: 3 } });
    expect(['a', 'b', 'c'].map((name) => vars.get(name, 'shop'))).toEqual([1, 2, 3]);
    expect(vars.names('shop').sort()).toEqual(['a', 'b', 'c']);
    expect(vars.has('shop')).toBe(false);
  });

  it('that are mappings are variables, where no package has their name', async () => {
    const { vars } = await open(project('name: shop\nvars:\n  rules: {low: 1}\n'));
    expect(vars.get('rules', 'shop')).toEqual({ low: 1 });
  });
});

describe('config trees', () => {
  const read = async (models: string) => (await open(project(`name: shop\nmodels:\n${models}`))).config.models;

  it('apply by folder, the outermost first, with the package named or not', async () => {
    const tree = await read(
      '  +tags: a\n  shop:\n    gold:\n      materialized: view\n      daily: {+enabled: false}\n  gold:\n    +schema: g\n',
    );
    expect(tree.configsFor(['shop', 'gold', 'daily', 'x'])).toEqual([
      { tags: 'a' },
      { schema: 'g' },
      { materialized: 'view' },
      { enabled: false },
    ]);
  });

  it('take a model by its name', async () => {
    expect((await read('  shop: {gold: {x: {+enabled: false}}}\n')).configsFor(['shop', 'gold', 'x'])).toEqual([
      { enabled: false },
    ]);
  });

  it('take mappings as config where the key is one', async () => {
    expect((await read('  shop:\n    meta: {owner: me}\n')).configsFor(['shop', 'x'])).toEqual([
      { meta: { owner: 'me' } },
    ]);
  });

  it('say which folders do not exist', async () => {
    const tree = await read('  shop:\n    glod: {+tags: a}\n    gold: {+tags: b}\n');
    tree.configsFor(['shop', 'gold', 'x']);
    expect(tree.unused().map((w) => `${w.code} ${w.message} ${w.hint}`)).toEqual([
      'TSD1012 models.shop.glod applies to nothing: no file lies there did you mean "gold"?',
    ]);
  });

  it('report unknown config and wrong values at their places', async () => {
    const yaml =
      'name: shop\nmodels:\n  +materialised: table\n  shop:\n    +enabled: yes\n    matrialized: view\n    gold:\n      +on_schema_change: fial\n';
    expect(await errorsOf(open(project(yaml)))).toEqual([
      'TSD1010 project.yml:3:3 unknown key "materialised" (did you mean "materialized"?)',
      'TSD1005 project.yml:5:15 models.shop.enabled must be true or false, not "yes" (write true)',
      'TSD1010 project.yml:6:5 unknown config "matrialized" (did you mean "materialized"?)',
      'TSD1005 project.yml:8:26 models.shop.gold.on_schema_change must be one of ignore, fail, append_new_columns, sync_all_columns, not "fial" (did you mean "fail"?)',
    ]);
  });
});

describe('a wrong project.yml', () => {
  it('gives all its errors at once, each with its place', async () => {
    const yaml =
      'nmae: shop\nname: shop\nmodel-path: [models]\nvars: 3\ntargets:\n  dev:\n    type: duckbd\n    thread: 4\n';
    expect(await errorsOf(open(project(yaml)))).toEqual([
      'TSD1004 project.yml:1:1 unknown key "nmae" (did you mean "name"?)',
      'TSD1004 project.yml:3:1 unknown key "model-path" (did you mean "model-paths"?)',
      'TSD1005 project.yml:4:7 vars must be a mapping, not 3',
      'TSD1005 project.yml:7:11 targets.dev.type must be one of duckdb, trino, not "duckbd" (did you mean "duckdb"?)',
      'TSD1004 project.yml:8:5 unknown key "thread" (did you mean "threads"?)',
    ]);
  });

  it('must have a name', async () => {
    expect(await errorsOf(open(project('version: 1\n')))).toEqual([
      'TSD1006 project.yml:1:1 the key "name" is missing',
    ]);
    expect(await errorsOf(open(project('name: my-shop\n')))).toEqual([
      'TSD1005 project.yml:1:7 name must be a name of letters, digits and underscores, not "my-shop"',
    ]);
  });

  it('says which variable or environment variable a template misses', async () => {
    expect(
      await errorsOf(
        open(
          project(
            'name: shop\nwarehouse: "{{ env_var(\'LAKE\') }}"\nlog-path: "{{ var(\'lgos\') }}"\nvars: {logs: x}\n',
          ),
        ),
      ),
    ).toEqual([
      `TSD1007 project.yml:2:12 the environment variable LAKE is not set, in {{ env_var('LAKE') }} (set it, put it into .env, or give env_var a second argument as default)`,
      `TSD1007 project.yml:3:11 there is no variable "lgos", in {{ var('lgos') }} (did you mean "logs"?)`,
    ]);
  });

  it('names commands whose module exists', async () => {
    const dir = project('name: shop\ncommands:\n  sign-in: {module: bin/sign-in.ts}\n  other: {description: x}\n');
    expect(await errorsOf(open(dir))).toEqual([
      'TSD1011 project.yml:3:21 the module of the command "sign-in" does not exist: bin/sign-in.ts',
      'TSD1006 project.yml:4:3 the command "other" names no module (add module: path/to/file.ts)',
    ]);
    writeFileSync(path.join(dir, 'project.yml'), 'name: shop\ncommands:\n  sign-in: {run: project.yml}\n');
    expect((await open(dir)).commands.get('sign-in')?.module).toBe(path.join(dir, 'project.yml'));
  });

  it('may require a version of the language', async () => {
    expect(await open(project('name: a\nrequire-dbt-version: [">=1.6.0", "<2.0.0"]\n'))).toBeDefined();
    expect(await errorsOf(open(project('name: a\nrequire-dbt-version: ">=2.0.0"\n')))).toEqual([
      'TSD1009 project.yml:2:22 the project requires dbt >=2.0.0; this is the language of 1.12.6',
    ]);
  });
});
