import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeTrino } from '../engines/trino/fake-trino.js';
import { temporaryFolder, tsdbt, writeFiles } from './recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
let trino: FakeTrino;
beforeEach(async () => {
  temporary = temporaryFolder();
  trino = await FakeTrino.start();
  trino
    .when(/current_user/, { columns: { v: 'varchar' }, rows: [['ann']] })
    .when(/metadata\.catalogs/, {
      columns: { c: 'varchar', k: 'varchar' },
      rows: [
        ['delta', 'delta_lake'],
        ['system', 'system'],
      ],
    })
    .when(/show session/, {
      columns: { n: 'varchar', v: 'varchar', d: 'varchar' },
      rows: [['delta.parquet_use_column_index', 'false', 'false']],
    })
    .when(/schemata/, { columns: { s: 'varchar' }, rows: [['gold'], ['information_schema']] })
    .when(/information_schema\.tables/, { columns: { t: 'varchar' }, rows: [['gold.a']] })
    .when(/^select \* from "gold"\."a"/, { columns: { x: 'integer' }, rows: [[1]] })
    .when(/register_table/, {
      error: {
        message: 'Schema tsdbt_debug_no_such_schema not found',
        errorName: 'NOT_FOUND',
        errorType: 'USER_ERROR',
      },
    });
});
afterEach(async () => {
  temporary.remove();
  await trino.stop();
});

/** What `tsdbt debug` prints of the target, its first lines left out. */
async function debugged(more = ''): Promise<{ code: number; text: string }> {
  writeFiles(temporary.folder, {
    'project.yml': `name: shop\ntargets:\n  t: {type: trino, host: 127.0.0.1, port: ${trino.port}, user: ann, catalog: delta, retries: 0${more}}\n`,
    'models/gold/a.sql': "{{ config(materialized='table') }} select 1 as x\n",
    'models/gold/b.sql': "{{ config(materialized='table') }} select 2 as x\n",
  });
  const { code, stderr } = await tsdbt(temporary.folder, ['debug', '--target', 't']);
  const lines = stderr.trim().split('\n');
  return { code, text: lines.slice(lines.findIndex((line) => line.includes('target: '))).join('\n') };
}

describe('tsdbt debug on a target of type trino', () => {
  it('checks everything that reading through it needs', async () => {
    expect(await debugged()).toEqual({
      code: 0,
      text: [
        `  ok    target: ${trino.origin}, user ann, no credentials`,
        `  ok    server: Trino 476 at ${trino.origin}`,
        '  ok    version: 476, of 435 or later',
        '  ok    credentials: the server knows ann',
        '  ok    catalog: delta (delta_lake)',
        '  ok    column index: off',
        '  ok    tables: 1 of 2 registered; not built or not registered: gold.b',
        '  ok    reading: gold.a, 1 columns',
        '  ok    registering: allowed',
        'All checks passed.',
      ].join('\n'),
    });
  });

  it('says that the server is down', async () => {
    const { port } = trino;
    const origin = trino.origin;
    await trino.stop();
    trino = { port, stop: async () => {} } as FakeTrino;
    const { code, text } = await debugged();
    expect(code).toBe(1);
    expect(text).toContain(`  fail  server\n        TSD5030  no server listens at ${origin}\n`);
    expect(text).toContain('        start it, or wait until it is up');
    trino = await FakeTrino.start();
  });

  it('says that it is still starting, or too old', async () => {
    trino.starting = true;
    expect((await debugged()).text).toContain(
      `  fail  server\n        Trino 476 at ${trino.origin} is still starting\n`,
    );
    trino.starting = false;
    trino.version = '420';
    const { text, code } = await debugged();
    expect(text).toContain(
      '  fail  version\n        Trino 420 is older than any that this is made for\n        upgrade the server to 435 or later\n',
    );
    expect(code).toBe(1);
  });

  it('says that the credentials are refused, and goes no further', async () => {
    trino.next({ body: { nodeVersion: { version: '476' }, starting: false } }, { status: 401 });
    const { text } = await debugged(', method: basic, password: wrong-password');
    expect(text).toContain('  ok    target: ');
    expect(text).toContain(
      `  fail  credentials\n        TSD5031  ${trino.origin} does not take the credentials of ann\n`,
    );
    expect(text).toContain('check user and password of the target');
    expect(text).not.toContain('wrong-password');
    expect(text).not.toContain('catalog');
  });

  it('says that the catalog is missing, or reads no Delta tables', async () => {
    trino.when(/metadata\.catalogs/, {
      columns: { c: 'varchar', k: 'varchar' },
      rows: [
        ['delt', 'delta_lake'],
        ['system', 'system'],
      ],
    });
    expect((await debugged()).text).toContain(
      '  fail  catalog\n        there is no catalog "delta"; there are: delt, system (did you mean "delt"?)\n' +
        '        set catalog: of the target, or add etc/catalog/delta.properties with connector.name=delta_lake to the server and restart it',
    );
    trino.when(/metadata\.catalogs/, { columns: { c: 'varchar', k: 'varchar' }, rows: [['delta', 'hive']] });
    expect((await debugged()).text).toContain('the catalog delta has the connector hive; Delta tables need delta_lake');
  });

  it('says that the column index is on, in versions where it reads wrong rows', async () => {
    const index = (value: string, byDefault: string) =>
      trino.when(/show session/, {
        columns: { n: 'varchar', v: 'varchar', d: 'varchar' },
        rows: [['delta.parquet_use_column_index', value, byDefault]],
      });
    index('true', 'true');
    const { text, code } = await debugged();
    expect(code).toBe(1);
    expect(text).toContain(
      '  fail  column index\n        it is on, and version 476 reads and deletes wrong rows with it\n' +
        '        set parquet.use-column-index=false in etc/catalog/delta.properties and restart the server, or upgrade it to 481\n',
    );
    index('false', 'true');
    expect((await debugged()).text).toContain('column index: off by session_properties of this target');
    index('true', 'true');
    trino.version = '481';
    expect((await debugged()).text).toContain('  ok    column index: safe since 481');
  });

  it('says that schemas or tables are not there', async () => {
    trino.when(/schemata/, { columns: { s: 'varchar' }, rows: [['information_schema']] });
    expect((await debugged()).text).toContain(
      '  fail  tables\n        the schema gold is missing; there are: information_schema\n        build with a target',
    );
    trino
      .when(/schemata/, { columns: { s: 'varchar' }, rows: [['gold']] })
      .when(/information_schema\.tables/, { columns: { t: 'varchar' }, rows: [] });
    expect((await debugged()).text).toContain(
      '  fail  tables\n        none of the 2 tables of the project is registered\n',
    );
  });

  it('says that registering is not allowed, where nothing else has registered the tables', async () => {
    const disabled = 'delta.register-table-procedure.enabled is false: register_table procedure is disabled';
    trino.when(/register_table/, {
      error: { message: disabled, errorName: 'PERMISSION_DENIED', errorType: 'USER_ERROR' },
    });
    expect((await debugged()).text).toContain(
      `  ok    registering: not allowed (${disabled}); the tables are registered in other ways`,
    );
    trino.when(/information_schema\.tables/, { columns: { t: 'varchar' }, rows: [] });
    expect((await debugged()).text).toContain(
      `  fail  registering\n        ${disabled}\n        set delta.register-table-procedure.enabled=true in etc/catalog/delta.properties and restart the server`,
    );
  });
});
