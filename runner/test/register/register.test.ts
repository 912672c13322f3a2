import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
beforeEach(() => {
  temporary = temporaryFolder();
  folder = temporary.folder;
});
afterEach(() => temporary.remove());

const BY_FILES = '{ metastore: warehouse/.trino }';

function project(files: Readonly<Record<string, string>>, register: string = BY_FILES): void {
  writeFiles(folder, {
    'project.yml': `name: shop\ntargets:\n  dev:\n    type: duckdb\n    register: ${register}\nmodels: { shop: { +materialized: table } }\n`,
    ...files,
  });
}

/** A file of the metastore, read. */
function entry(schema: string, table: string): Record<string, unknown> | undefined {
  const path = join(folder, 'warehouse', '.trino', schema, table, '.trinoSchema');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>) : undefined;
}

describe('register: { metastore: … } of a target', () => {
  it('makes every build write the files in which Trino finds the tables, by layer and in default', async () => {
    project({ 'models/gold/a.sql': 'select 1 as n', 'models/silver/B.sql': 'select 2 as n' });
    const { code, stderr } = await tsdbt(folder, ['build']);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('Trino knows 2 tables under 4 names (4 added)');
    expect(stderr.trim().split('\n').at(-1)).toContain('Finished build');
    expect(entry('gold', 'a')).toMatchObject({ tableType: 'EXTERNAL_TABLE', externalLocation: 'local:///gold/a' });
    // names are lower-cased, folders are not
    expect(entry('silver', 'b')).toMatchObject({ externalLocation: 'local:///silver/B' });
    expect(entry('default', 'a')).toEqual(entry('gold', 'a'));
    expect(existsSync(join(folder, 'warehouse/.trino/.default.trinoSchema'))).toBe(true);
    expect(existsSync(join(folder, 'warehouse/.trino/.gold.trinoSchema'))).toBe(true);
  });

  it('says nothing where nothing changed, except to "tsdbt register"', async () => {
    project({ 'models/gold/a.sql': 'select 1 as n' });
    await tsdbt(folder, ['build']);
    expect((await tsdbt(folder, ['build'])).stderr).not.toContain('Trino');
    const { code, stderr } = await tsdbt(folder, ['register']);
    expect(code).toBe(0);
    expect(stderr).toContain('Trino knows 1 table under 2 names (nothing changed)');
  });

  it('takes away names of models that are gone, and leaves what others registered', async () => {
    project({ 'models/gold/a.sql': 'select 1 as n', 'models/gold/b.sql': 'select 2 as n' });
    await tsdbt(folder, ['build']);
    const foreign = JSON.stringify({ externalLocation: 'local:///elsewhere', parameters: {} });
    writeFiles(folder, { 'warehouse/.trino/gold/theirs/.trinoSchema': foreign });
    rmSync(join(folder, 'models/gold/b.sql'));
    expect((await tsdbt(folder, ['register'])).stderr).toContain('(2 removed)');
    expect(entry('gold', 'b')).toBeUndefined();
    expect(entry('default', 'b')).toBeUndefined();
    expect(entry('gold', 'a')).toBeDefined();
    expect(entry('gold', 'theirs')).toEqual(JSON.parse(foreign));
  });

  it('writes anew what is broken: files of tables and of schemas that hold no object', async () => {
    project({ 'models/gold/a.sql': 'select 1 as n' });
    await tsdbt(folder, ['build']);
    const schema = join(folder, 'warehouse/.trino/.gold.trinoSchema');
    const whole = readFileSync(schema, 'utf8');
    for (const broken of ['', '{"writerV', 'null', '[]', '"text"']) {
      writeFiles(folder, {
        'warehouse/.trino/gold/a/.trinoSchema': broken,
        'warehouse/.trino/.gold.trinoSchema': broken,
      });
      const { code, stderr } = await tsdbt(folder, ['register']);
      expect(code, stderr).toBe(0);
      expect(stderr).toContain('(1 added)');
      expect(entry('gold', 'a')).toMatchObject({ externalLocation: 'local:///gold/a' });
      expect(readFileSync(schema, 'utf8')).toBe(whole);
    }
  });

  it('registers in the schemas that are asked for, under the name that the server has for the warehouse', async () => {
    project(
      { 'models/gold/a.sql': 'select 1 as n' },
      '{ metastore: elsewhere, schemas: [default], default_schema: lake, location: "s3://bucket/lake" }',
    );
    expect((await tsdbt(folder, ['build'])).code).toBe(0);
    const file = JSON.parse(readFileSync(join(folder, 'elsewhere/lake/a/.trinoSchema'), 'utf8'));
    expect(file).toMatchObject({ externalLocation: 's3://bucket/lake/gold/a' });
    expect(existsSync(join(folder, 'elsewhere/gold'))).toBe(false);
  });

  it('leaves out views: their SQL is for DuckDB', async () => {
    project({
      'models/gold/a.sql': 'select 1 as n',
      'models/gold/v.sql': "{{ config(materialized='view') }} select * from {{ ref('a') }}",
    });
    expect((await tsdbt(folder, ['build'])).stderr).toContain('Trino knows 1 table under 2 names');
    expect((await tsdbt(folder, ['register'])).stderr).toContain('not registered, as they are views: gold.v');
    expect(entry('gold', 'v')).toBeUndefined();
  });

  it('registers what a build published although other models failed', async () => {
    project({ 'models/gold/a.sql': 'select 1 as n', 'models/gold/b.sql': "select error('broken') as n" });
    const { code, stderr } = await tsdbt(folder, ['build']);
    expect(code).toBe(1);
    expect(stderr).toContain('Trino knows 1 table under 2 names');
    expect(entry('gold', 'a')).toBeDefined();
  });
});

describe('what cannot be registered', () => {
  it('two tables of one name in default: an error that names both models, after they are published', async () => {
    project({
      'models/gold/a.sql': 'select 1 as n',
      'models/silver/sub/a2.sql': "{{ config(alias='A') }} select 2 as n",
    });
    const { code, stderr } = await tsdbt(folder, ['build']);
    expect(code).toBe(1);
    expect(stderr).toContain('TSD1961  silver.A and gold.a would both be default.a in Trino');
    expect(stderr).toContain('models/silver/sub/a2.sql:1:1');
    expect(stderr).toContain('schemas: [layers]');
    expect(stderr).toContain('Finished build');
    expect(existsSync(join(folder, 'warehouse/gold/a/_delta_log'))).toBe(true);
    expect(existsSync(join(folder, 'warehouse/.trino'))).toBe(false);
  });

  it('a name that belongs to a table elsewhere: an error, and no file changes', async () => {
    const foreign = { externalLocation: 'local:///elsewhere', parameters: {} };
    project({
      'models/gold/a.sql': 'select 1 as n',
      'warehouse/.trino/gold/a/.trinoSchema': JSON.stringify(foreign),
    });
    const { code, stderr } = await tsdbt(folder, ['build']);
    expect(code).toBe(1);
    expect(stderr).toContain('TSD6092  gold.a is already another table in Trino');
    expect(stderr).toContain('it lies at local:///elsewhere');
    expect(entry('gold', 'a')).toEqual(foreign);
    expect(entry('default', 'a')).toBeUndefined();
  });

  it('a metastore that cannot be written: an error that says that the tables are published', async () => {
    project({ 'models/gold/a.sql': 'select 1 as n', taken: 'a file' }, '{ metastore: taken/metastore }');
    const { code, stderr } = await tsdbt(folder, ['build']);
    expect(code).toBe(1);
    expect(stderr.trim().split('\n').at(-1)).toContain('Finished build');
    expect(stderr).toContain('TSD6091');
    expect(stderr).toContain('the tables themselves are published');
  });

  it.each([
    ['{}', 'must be a mapping with one of metastore (files, without a server) and target (a running server)'],
    ['{ metastore: a, target: dev }', 'must be a mapping with one of metastore'],
    ['{ target: trino }', 'there is no target "trino"'],
    ['{ target: dev }', 'target "dev" is of type duckdb, not trino'],
    ['{ metastor: a }', 'unknown key "metastor"'],
  ])('register: %s is a mistake in project.yml', async (register, message) => {
    project({ 'models/gold/a.sql': 'select 1 as n' }, register);
    const { code, stderr } = await tsdbt(folder, ['parse']);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/project\.yml:5:\d+/);
  });

  it('tables that are no Delta tables', async () => {
    writeFileSync(
      join(folder, 'project.yml'),
      'name: shop\ntargets:\n  dev: { type: duckdb, storage: native, path: a.duckdb, register: { metastore: m } }\n',
    );
    const { code, stderr } = await tsdbt(folder, ['parse']);
    expect(code).toBe(2);
    expect(stderr).toContain('TSD1005  register: has nothing to register: only Delta tables can be');
    expect(stderr).toContain('project.yml:3:57');
  });

  it('a target that does not say where, for "tsdbt register"', async () => {
    writeFileSync(join(folder, 'project.yml'), 'name: shop\ntargets: { dev: { type: duckdb } }\n');
    const { code, stderr } = await tsdbt(folder, ['register']);
    expect(code).toBe(2);
    expect(stderr).toContain('TSD1960  target dev does not say where its tables are registered');
  });
});
