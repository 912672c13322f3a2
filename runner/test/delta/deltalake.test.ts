import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  changesSql,
  restore,
  type StagedCommit,
  stageAlterColumns,
  stageAppend,
  stageDelete,
  stageMerge,
  stageMergeClauses,
  stageOptimize,
  stageOverwrite,
  stageSetProperties,
  stageUpdate,
} from '../../src/delta/index.js';
import { findDeltalake } from './deltalake.js';
import { by, useTempTable } from './temp-table.js';

const deltalake = await findDeltalake();
const t = useTempTable();

/** Reads a version with deltalake and compares columns, types and rows with ours. */
async function expectSame(version?: number): Promise<void> {
  const into = join(t.folder, 'theirs.parquet');
  const answer = await deltalake!.ask({ do: 'read', location: t.location, version: version ?? null, into });
  const snapshot = await t.snapshot({ version });
  expect(answer.version).toBe(snapshot.version);
  expect(answer.schema).toEqual(JSON.parse(snapshot.metadata.schemaString));
  expect(answer.partitions).toEqual(snapshot.partitionColumns);
  expect(answer.description ?? undefined).toBe(snapshot.metadata.description);
  const ours = snapshot.toSql();
  const theirs = `SELECT * FROM read_parquet('${into}', hive_partitioning=false)`;
  expect(await t.engine.describe(theirs)).toEqual(await t.engine.describe(ours));
  const missing = (a: string, b: string) => t.engine.rows(`(${a}) EXCEPT ALL (${b})`);
  expect({ onlyOurs: await missing(ours, theirs), onlyTheirs: await missing(theirs, ours) }).toEqual({
    onlyOurs: [],
    onlyTheirs: [],
  });
}

const overwrite = async (select: string, options = {}) =>
  (await stageOverwrite(t.target, { select, ...options })).commit(by);

const EVERY_TYPE = `SELECT * FROM (VALUES
  (true, 1::TINYINT, 2::SMALLINT, 3::INTEGER, 9223372036854775807::BIGINT, 1.5::FLOAT, 'nan'::DOUBLE, 1.25::DECIMAL(5,2), 123456789012345678901234567890.12345678::DECIMAL(38,8), 'ü 🎧' || chr(0) || '"\\', '\\x00\\xFF'::BLOB, DATE '2024-02-29', TIMESTAMPTZ '2024-02-29 12:34:56.789123+00', TIMESTAMP '2024-02-29 12:34:56.789123', [1, NULL, 3], {'x': 1, 'y z': 'q'}, MAP {'a': 1.5, 'b': NULL}, [{'k': [DATE '2024-01-01']}]),
  (false, -128, -32768, -2147483648, -9223372036854775808, '-infinity', 'infinity', -0.01, -0.00000001, '', ''::BLOB, DATE '1500-01-01', TIMESTAMPTZ '1969-12-31 23:59:59.999999+00', TIMESTAMP '1900-01-01 00:00:00', [], {'x': NULL, 'y z': NULL}, MAP {}, []),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (NULL, 0, 0, 0, 0, -0.0, 1e-300, 0, 0, repeat('x', 100000), repeat('y', 1000)::BLOB, DATE '9999-12-31', TIMESTAMPTZ '9999-12-31 23:59:59+00', TIMESTAMP '2024-01-01', [NULL], NULL, NULL, [NULL])
) AS s(bool, tiny, small, "int", big, f32, f64, dec_small, dec_big, "te xt", bin, "day", tz, naive, list, struct, map, nested)`;

describe.skipIf(deltalake === undefined)('deltalake reads what is written here', () => {
  it('of every type, with nulls, after each operation and through a checkpoint', { timeout: 180_000 }, async () => {
    await overwrite(EVERY_TYPE, { comments: { bool: 'ja "oder" nein' }, description: 'all types' });
    await expectSame();
    await (await stageAppend(t.target, { select: EVERY_TYPE })).commit(by);
    await (await stageDelete(t.target, '"int" = 3')).commit(by);
    await expectSame();
    const source = `SELECT * REPLACE ('merged' AS "te xt") FROM (${EVERY_TYPE}) WHERE "int" IN (0, 3)`;
    await overwrite(EVERY_TYPE);
    await (await stageMerge(t.target, { source, on: ['int'] })).commit(by);
    await expectSame();
    await restore(await t.open(), 0, by);
    await expectSame();
    for (let n = 0; n < 7; n++) await (await stageAppend(t.target, { select: `${EVERY_TYPE} LIMIT 1` })).commit(by);
    expect(await readdir(join(t.location, '_delta_log'))).toContain('00000000000000000010.checkpoint.parquet');
    await expectSame();
    await expectSame(2);
  });

  it('of the types that Delta lacks, as what they are stored as', { timeout: 60_000 }, async () => {
    await overwrite(`SELECT 1::HUGEINT AS huge, 2::UBIGINT AS ub, 3::UTINYINT AS ut, TIME '10:11:12' AS tm, INTERVAL 1 DAY AS iv,
      '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID AS id, 'a'::ENUM('a', 'b') AS e, '{"k": 1}'::JSON AS j,
      TIMESTAMP_NS '2024-01-01 00:00:00.123456789' AS ns, {'u': 1::UINTEGER} AS s`);
    await expectSame();
  });

  it('in partitions with odd characters and of every type', { timeout: 60_000 }, async () => {
    const values = ['plain', 'a/b', 'x=y', '100 %', "it''s", 'ü 漢 🎧', '..', 'q?*:"<>|#', ' lead', '%2F', '+'];
    const rows = values.map((text, i) => `(${i}, '${text}')`).join(', ');
    await overwrite(`SELECT * FROM (VALUES ${rows}, (99, NULL)) AS s(a, "p q")`, { partitionBy: ['p q'] });
    await expectSame();
    await overwrite(
      `SELECT 1 AS a, 12.50::DECIMAL(5,2) AS d, DATE '2024-02-29' AS "day", true AS b, 7::BIGINT AS i,
        TIMESTAMPTZ '2024-02-29 12:34:56.789012+00' AS at, TIMESTAMP '2024-02-29 12:34:56' AS naive`,
      { partitionBy: ['d', 'day', 'b', 'i', 'at', 'naive'] },
    );
    await expectSame();
    // Python has no such dates; its DataFusion does
    await overwrite("SELECT 1 AS a, DATE '12024-01-01' AS d", { partitionBy: ['d'] });
    const sql = 'SELECT a, CAST(d AS VARCHAR) AS d FROM t';
    const answer = await deltalake!.ask({ do: 'query', location: t.location, sql });
    expect(answer.rows).toEqual([{ a: 1, d: expect.stringMatching(/^\+?12024-01-01$/) }]);
  });

  it('after update, optimize and a change of columns', { timeout: 60_000 }, async () => {
    for (let n = 0; n < 3; n++) await (await stageAppend(t.target, { select: EVERY_TYPE })).commit(by);
    await (await stageUpdate(t.target, { set: { int: '"int" + 1', list: '[9]' }, where: '"int" < 5' })).commit(by);
    await expectSame();
    await (await stageOptimize(t.target, { sortBy: ['big'] })).commit(by);
    await expectSame();
    await (await stageAlterColumns(t.target, { rename: { tiny: 'small one' }, drop: ['nested'] })).commit(by);
    await expectSame();
  });

  it('and its change data feed', { timeout: 60_000 }, async () => {
    const properties = { 'delta.enableChangeDataFeed': 'true' };
    await overwrite("SELECT range AS id, 'n' || range AS name, range % 2 AS part FROM range(6)", {
      properties,
      partitionBy: ['part'],
    });
    await (await stageUpdate(t.target, { set: { name: "'u'" }, where: 'id = 1' })).commit(by);
    const source = "SELECT * FROM (VALUES (2, 'm', 0), (9, 'new', 1)) s(id, name, part)";
    await (await stageMerge(t.target, { source, on: ['id'] })).commit(by);
    await (await stageDelete(t.target, 'id = 3')).commit(by);
    const into = join(t.folder, 'changes.parquet');
    await deltalake!.ask({ do: 'changes', location: t.location, into });
    const columns = 'id, name, part, _change_type, _commit_version';
    const theirs = `SELECT ${columns} FROM read_parquet('${into}', hive_partitioning=false)`;
    const ours = `SELECT ${columns} FROM (${await changesSql(await t.open(), { from: 0 })})`;
    expect(await t.engine.rows(`(${ours}) EXCEPT ALL (${theirs})`)).toEqual([]);
    expect(await t.engine.rows(`(${theirs}) EXCEPT ALL (${ours})`)).toEqual([]);
  });

  it('with columns that were added later, and an empty table', { timeout: 60_000 }, async () => {
    await overwrite("SELECT 1 AS a, {'x': 1} AS s");
    await (
      await stageAppend(t.target, { select: "SELECT 5000000000 AS a, {'x': 2} AS s, 'new' AS b", mergeSchema: true })
    ).commit(by);
    await expectSame();
    await (await stageDelete(t.target, 'true')).commit(by);
    await expectSame();
    await overwrite('SELECT 1 AS only WHERE false');
    await expectSame();
  });

  it('finding every row that a filter asks for, though it skips files by our statistics', {
    timeout: 60_000,
  }, async () => {
    for (let n = 0; n < 3; n++)
      await (
        await stageAppend(t.target, {
          select: `SELECT range + ${n * 10} AS i, repeat('ü', 40) || range AS s, TIMESTAMPTZ '2024-01-01 00:00:00.000999+00' + INTERVAL (range + ${n * 10}) MINUTE AS at FROM range(10)`,
        })
      ).commit(by);
    const rows = async (filter: unknown[]) =>
      (await deltalake!.ask({ do: 'skip', location: t.location, filters: [filter] })).rows;
    expect(await rows(['i', '>=', 15])).toBe(15);
    expect(await rows(['i', '=', 9])).toBe(1);
    expect(await rows(['s', '=', `${'ü'.repeat(40)}3`])).toBe(3);
    expect(await rows(['s', '>', `${'ü'.repeat(40)}8`])).toBe(3);
  });
});

describe.skipIf(deltalake === undefined)('tables written by deltalake are read here', () => {
  const write = async (select: string, options = {}) => {
    const source = join(t.folder, 'source.parquet');
    await t.engine.execute(`COPY (${select}) TO '${source}' (FORMAT parquet)`);
    await deltalake!.ask({ do: 'write', location: t.location, source, ...options });
  };

  it('of every type, appended to and checkpointed', { timeout: 60_000 }, async () => {
    await write(EVERY_TYPE);
    await expectSame();
    await write(EVERY_TYPE, { checkpoint: true });
    await expectSame();
    expect((await readdir(join(t.location, '_delta_log'))).some((name) => name.includes('.checkpoint.'))).toBe(true);
    await (await stageAppend(t.target, { select: EVERY_TYPE })).commit(by);
    await expectSame();
  });

  it('partitioned by odd values, and deleted from', { timeout: 60_000 }, async () => {
    const select =
      "SELECT range AS a, ['x/y', '100 %', 'ü=1', NULL][1 + range % 4] AS p, DATE '2024-01-01' + (range % 2)::INTEGER AS day FROM range(12)";
    await write(select, { partition_by: ['p', 'day'] });
    await expectSame();
    await deltalake!.ask({ do: 'delete', location: t.location, predicate: 'a = 5' });
    await expectSame();
    await (
      await stageMerge(t.target, { source: "SELECT 6 AS a, 'moved' AS p, DATE '2024-05-05' AS day", on: ['a'] })
    ).commit(by);
    await expectSame();
    expect(await t.read()).toHaveLength(11);
  });

  it('with a NaN of which neither the log nor the bounds in Parquet tell', { timeout: 60_000 }, async () => {
    const run = async (staged: Promise<StagedCommit>) => (await staged).commit(by);
    const source = "SELECT unnest(['NaN'::DOUBLE, 5]) AS k, 3 AS v";
    const all = { whenMatched: [{ set: 'all' as const }], whenNotMatched: [{ values: 'all' as const }] };
    await write("SELECT k, v, {'k': k} AS s FROM (VALUES (1.0::DOUBLE, 1), ('NaN', 2)) AS s(k, v)");
    const added = (await t.snapshot()).version;
    const outcome = async (change: () => Promise<StagedCommit>) => {
      await restore(await t.open(), added, by);
      await run(change());
      return (await t.read()).map(({ k, v }) => `${k} ${v}`);
    };
    expect(await outcome(() => stageMerge(t.target, { source, on: ['k'] }))).toEqual(['1 1', '5 3', 'NaN 3']);
    const insert = { source, on: ['k'], update: [] };
    expect(await outcome(() => stageMerge(t.target, insert))).toEqual(['1 1', '5 3', 'NaN 2']);
    expect(await outcome(() => stageMergeClauses(t.target, { source, on: ['k'], ...all }))).toEqual([
      '1 1',
      '5 3',
      'NaN 3',
    ]);
    expect(await outcome(() => stageUpdate(t.target, { set: { v: '4' }, where: 'k > 4' }))).toEqual(['1 1', 'NaN 4']);
    expect(await outcome(() => stageDelete(t.target, 'k > 4'))).toEqual(['1 1']);
    expect(await outcome(() => stageDelete(t.target, 's.k > 4'))).toEqual(['1 1']);
    const select = "SELECT 7::DOUBLE AS k, 7 AS v, {'k': 7::DOUBLE} AS s";
    expect(await outcome(() => stageOverwrite(t.target, { select, replaceWhere: 'k > 4' }))).toEqual(['1 1', '7 7']);
    await restore(await t.open(), added, by);
    const properties = { 'delta.constraints.small': 'k < 5' };
    await expect(stageSetProperties(t.target, { properties })).rejects.toMatchObject({ code: 'TSD6033' });
  });

  it('with such a NaN, of which a query of one’s own misses no row, while files of our own are skipped by their bounds', {
    timeout: 60_000,
  }, async () => {
    const rows = (from: number) =>
      `SELECT 'p' || range % 70 AS p, range::INTEGER AS i, range / 10 AS k, {'x': range::FLOAT} AS s FROM range(${from}, ${from + 70})`;
    await overwrite(`${rows(0)} UNION ALL SELECT 'own', 0, 'nan'::DOUBLE, NULL`);
    const own = (await t.snapshot()).toSql();
    const [plan] = await t.engine.rows(`EXPLAIN SELECT i FROM (${own}) WHERE k > 50 AND s.x > 3`);
    expect(String(plan!.explain_value)).toMatch(/Filters:.*k\s*>\s*50/s);
    await write(
      "SELECT p, i, k, s FROM (VALUES ('p1', 1::INTEGER, 1.0::DOUBLE, {'x': 1::FLOAT}), ('p2', 2, 'NaN', {'x': 'NaN'::FLOAT})) AS s(p, i, k, s)",
    );
    const beyond = async () => {
      const scan = (await t.snapshot()).toSql();
      const of = async (where: string) =>
        (await t.engine.rows(`SELECT p FROM (${scan}) WHERE ${where} ORDER BY ALL`)).map((row) => row.p);
      return [await of('k > 1000'), await of('s.x > 1000'), await of("k = 'nan'")];
    };
    expect(await beyond()).toEqual([['own', 'p2'], ['p2'], ['own', 'p2']]);
    // in so many partitions that they are joined to the rows
    const all = `SELECT * FROM (${rows(0)}) UNION ALL SELECT 'own', 0, 'nan'::DOUBLE, NULL`;
    await overwrite(all, { partitionBy: ['p'] });
    await write(
      "SELECT p, i, k, s FROM (VALUES ('p1', 1::INTEGER, 1.0::DOUBLE, {'x': 1::FLOAT}), ('p2', 2, 'NaN', {'x': 'NaN'::FLOAT})) AS s(p, i, k, s)",
    );
    expect((await t.snapshot()).toSql()).toContain('JOIN (VALUES');
    expect(await beyond()).toEqual([['own', 'p2'], ['p2'], ['own', 'p2']]);
    // what is taken over from such files keeps their bounds
    await (await stageOptimize(t.target)).commit(by);
    expect(await beyond()).toEqual([['own', 'p2'], ['p2'], ['own', 'p2']]);
  });

  it('with decimals whose bounds have gone through a double', { timeout: 60_000 }, async () => {
    const key = '1234567890123456.78::DECIMAL(20,2)';
    await write(`SELECT ${key} AS k, 1 AS v`);
    expect((await t.files())[0]!.stats).not.toContain('1234567890123456.78');
    await (await stageMerge(t.target, { source: `SELECT ${key} AS k, 2 AS v`, on: ['k'] })).commit(by);
    expect(await t.read()).toEqual([{ k: '1234567890123456.78', v: 2 }]);
  });
});
