import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askDeltalake, pythonWithDeltalake } from './deltalake.js';
import { TempProject } from './temp-project.js';

/** What deltalake says of a table. */
interface Seen {
  readonly version: number;
  readonly rows: number;
  readonly columns: readonly (readonly [name: string, type: unknown])[];
}

/** Names that the Delta protocol has for the types of the project. */
const DELTA_TYPES: Readonly<Record<string, string>> = {
  VARCHAR: 'string',
  BIGINT: 'long',
  INTEGER: 'integer',
  DOUBLE: 'double',
  BOOLEAN: 'boolean',
  DATE: 'date',
  TIMESTAMP: 'timestamp_ntz',
  'TIMESTAMP WITH TIME ZONE': 'timestamp',
};

const python = await pythonWithDeltalake();

describe.runIf(python !== undefined)('the tables of the warehouse, read by the Python package deltalake', () => {
  const project = new TempProject();
  let versions: Record<string, number>;
  let seen: Record<string, Seen>;

  beforeAll(async () => {
    const build = await project.tsdbt(['build', '--quiet']);
    if (build.code !== 0) throw new Error(`the build failed:\n${build.stderr.slice(-4000)}`);
    versions = project.versions();
    mkdirSync(project.path('read'));
    seen = await askDeltalake(python!, {
      do: 'read',
      warehouse: project.path('warehouse'),
      into: project.path('read'),
      tables: Object.keys(versions),
    });
  }, 240_000);
  afterAll(() => project.remove());

  it('open, all of them, at the version that they stand at', () => {
    expect(Object.keys(versions).length).toBeGreaterThanOrEqual(44);
    for (const [table, version] of Object.entries(versions)) expect(seen[table]?.version, table).toBe(version);
  });

  it('have the columns and types of the views in lake.duckdb', async () => {
    const columns = await project.query(
      `select table_schema || '.' || table_name as name, column_name, data_type from information_schema.columns
       order by name, ordinal_position`,
    );
    for (const table of Object.keys(versions)) {
      const expected = columns
        .filter((column) => column.name === table)
        .map((column) => [
          column.column_name,
          DELTA_TYPES[column.data_type as string] ?? `unknown: ${column.data_type}`,
        ]);
      expect(seen[table]!.columns, table).toEqual(expected);
    }
  });

  it('hold the same rows, value for value', async () => {
    for (const table of Object.keys(versions)) {
      const read = `read_parquet('${project.path('read', `${table}.parquet`).replaceAll("'", "''")}')`;
      const [row] = await project.query(
        `select (select count(*) from ${table}) as rows,
                (select count(*) from (select * from ${table} except all select * from ${read})) as missing,
                (select count(*) from (select * from ${read} except all select * from ${table})) as foreign_rows`,
      );
      expect({ table, ...row }).toEqual({ table, rows: String(seen[table]!.rows), missing: '0', foreign_rows: '0' });
    }
  }, 60_000);

  describe('a row that deltalake appends to a bronze table', () => {
    it('is seen by "tsdbt test", which fails at the right test and says where it is declared', async () => {
      const good = await project.tsdbt(['test', '--select', 'kaggle_tracks_bronze']);
      expect(good.code, good.stderr).toBe(0);

      const appended = await askDeltalake<{ version: number }>(python!, {
        do: 'append',
        warehouse: project.path('warehouse'),
        table: 'bronze.kaggle_tracks_bronze',
        copy_of: ['row_number', 1],
        changes: { row_number: 1_000_000, danceability: 7.0, source_file: 'added by hand' },
      });
      expect(appended.version).toBe(versions['bronze.kaggle_tracks_bronze']! + 1);

      const bad = await project.tsdbt(['test', '--select', 'kaggle_tracks_bronze']);
      expect(bad.code).toBe(1);
      const failures = bad.stderr.slice(bad.stderr.indexOf('failure'));
      expect(bad.stderr.match(/^ +Failed /gm)?.length, bad.stderr).toBe(2); // as it happens, and once more at the end
      expect(failures).toContain('test in_range_kaggle_tracks_bronze_danceability__1__0 (1 failing row)');
      const yaml = project.read('models/bronze/_bronze.yml').split('\n');
      const place = /models\/bronze\/_bronze\.yml:(\d+):\d+/.exec(failures);
      expect(place, failures).not.toBeNull();
      expect(yaml[Number(place![1]) - 1]).toContain('in_range');
      expect(failures).toContain('row_number=1000000, ');

      const name = 'in_range_kaggle_tracks_bronze_danceability__1__0';
      expect(failures).toContain(`the failing rows: tsdbt show --select ${name}`);
      const rows = await project.tsdbt(['show', '--select', name, '--output', 'json']);
      expect(rows.code, rows.stderr).toBe(0);
      expect((JSON.parse(rows.stdout) as { show: unknown[] }).show).toMatchObject([
        { row_number: 1_000_000, danceability: 7, source_file: 'added by hand' },
      ]);
    }, 60_000);
  });
});
