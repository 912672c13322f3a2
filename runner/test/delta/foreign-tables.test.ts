import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { DeltaTable, stageAppend, stageDelete, stageOverwrite } from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();
const logFile = (name: string) => join(t.location, '_delta_log', name);
const commitFile = (version: number) => logFile(`${String(version).padStart(20, '0')}.json`);

/** Adds a commit of actions as another program might write it. */
async function foreignCommit(version: number, ...actions: object[]): Promise<void> {
  await mkdir(join(t.location, '_delta_log'), { recursive: true });
  await writeFile(commitFile(version), actions.map((action) => JSON.stringify(action)).join('\n'));
}

/** The action of a kind in a commit. */
async function actionOf(version: number, kind: string): Promise<Record<string, unknown>> {
  const lines = (await readFile(commitFile(version), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line)).find((action) => action[kind])[kind];
}

describe('a table with features that are not supported', () => {
  beforeEach(async () => {
    await (await stageOverwrite(t.target, { select: 'SELECT 1 AS a' })).commit(by);
  });
  const protocol = (...features: string[]) => ({
    protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: features, writerFeatures: features },
  });
  const refused = (feature: string) => ({ code: 'TSD6012', message: expect.stringContaining(feature) });

  it('is refused by name of the feature', async () => {
    for (const [feature, type] of [
      ['variantType', 'variant'],
      ['variantType-preview', 'variant'],
      ['geospatial', 'geometry(OGC:CRS84)'],
    ] as const) {
      const metaData = await actionOf(0, 'metaData');
      const list = { type: 'array', elementType: type, containsNull: true };
      const fields = [{ name: 'a', type: list, nullable: true, metadata: {} }];
      const schemaString = JSON.stringify({ type: 'struct', fields });
      await foreignCommit(1, protocol('timestampNtz', feature), { metaData: { ...metaData, schemaString } });
      await expect(t.open()).rejects.toMatchObject(refused(feature));
    }
    await foreignCommit(1, protocol('somethingOfTomorrow'));
    await expect(t.open()).rejects.toMatchObject(refused('somethingOfTomorrow'));
    await foreignCommit(1, { protocol: { minReaderVersion: 4, minWriterVersion: 8 } });
    await expect(t.open()).rejects.toMatchObject(refused('reader version 4'));
  });

  it('is read and written while the features are of types that no column has', async () => {
    await foreignCommit(1, protocol('variantType', 'geospatial'));
    expect(await t.read()).toEqual([{ a: 1 }]);
    await (await stageAppend(t.target, { select: 'SELECT 2 AS a' })).commit(by);
    expect(await t.read()).toEqual([{ a: 1 }, { a: 2 }]);
    expect((await t.snapshot()).protocol.readerFeatures).toEqual(['variantType', 'geospatial']);
  });

  it('is read by the names of its columns, and not written, where its property maps them and its protocol does not', async () => {
    const metaData = await actionOf(0, 'metaData');
    const metadata = { 'delta.columnMapping.id': 1, 'delta.columnMapping.physicalName': 'col-1' };
    const fields = [{ name: 'a', type: 'integer', nullable: true, metadata }];
    const schemaString = JSON.stringify({ type: 'struct', fields });
    const configuration = { 'delta.columnMapping.mode': 'name' };
    await foreignCommit(1, protocol('timestampNtz'), { metaData: { ...metaData, schemaString, configuration } });
    expect(await t.read()).toEqual([{ a: 1 }]);
    await expect(stageAppend(t.target, { select: 'SELECT 2 AS a' })).rejects.toMatchObject(refused('columnMapping'));
  });

  it('is refused when it maps columns in a way that nobody knows', async () => {
    const metaData = await actionOf(0, 'metaData');
    const configuration = { 'delta.columnMapping.mode': 'color' };
    await foreignCommit(
      1,
      { protocol: { minReaderVersion: 2, minWriterVersion: 5 } },
      { metaData: { ...metaData, configuration } },
    );
    await expect(t.open()).rejects.toMatchObject(refused('columnMapping (mode color)'));
  });

  it('is read, but not written, when only writers must know the feature', async () => {
    await foreignCommit(1, {
      protocol: { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['appendOnly', 'icebergCompatV1'] },
    });
    expect(await t.read()).toEqual([{ a: 1 }]);
    await expect(stageAppend(t.target, { select: 'SELECT 2 AS a' })).rejects.toMatchObject(refused('icebergCompatV1'));
  });

  it('with in-commit timestamps gets one that is later than the last', async () => {
    const metaData = await actionOf(0, 'metaData');
    const configuration = { 'delta.enableInCommitTimestamps': 'true' };
    const later = Date.now() + 60_000;
    await foreignCommit(
      1,
      { commitInfo: { inCommitTimestamp: later, operation: 'SET TBLPROPERTIES' } },
      { protocol: { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['inCommitTimestamp'] } },
      { metaData: { ...metaData, configuration } },
    );
    await (await stageAppend(t.target, { select: 'SELECT 2 AS a' })).commit(by);
    expect((await t.snapshot()).timestamp.getTime()).toBe(later + 1);
  });

  it('whose files have no statistics gets the number of rows beside a deletion vector, as readers need it', async () => {
    const properties = { 'delta.enableDeletionVectors': 'true' };
    await (await stageOverwrite(t.target, { select: 'SELECT range AS a FROM range(5)', properties })).commit(by);
    const { stats: _, ...bare } = await actionOf(1, 'add');
    await foreignCommit(2, { add: bare });
    await (await stageDelete(t.target, 'a > 2')).commit(by);
    const [marked] = await t.files();
    expect(JSON.parse(marked!.stats!)).toEqual({ numRecords: 5, tightBounds: false });
    expect(await t.read()).toHaveLength(3);
  });

  it('with an invariant of a column has it enforced', async () => {
    const metaData = await actionOf(0, 'metaData');
    const metadata = { 'delta.invariants': JSON.stringify({ expression: { expression: 'a > 0' } }) };
    const schemaString = JSON.stringify({
      type: 'struct',
      fields: [{ name: 'a', type: 'integer', nullable: true, metadata }],
    });
    await foreignCommit(1, { metaData: { ...metaData, schemaString } });
    await expect(stageAppend(t.target, { select: 'SELECT -1 AS a' })).rejects.toMatchObject({
      code: 'TSD6033',
      message: expect.stringContaining('1 row breaks the invariant a > 0 of column "a"'),
    });
  });

  it('with an invariant of a field in a struct has it enforced, and in a list it lets nobody write', async () => {
    const metaData = await actionOf(0, 'metaData');
    const ruled = (name: string, expression: string) => ({
      name,
      type: 'integer',
      nullable: true,
      metadata: { 'delta.invariants': JSON.stringify({ expression: { expression } }) },
    });
    const table = (version: number, ...fields: object[]) =>
      foreignCommit(version, { metaData: { ...metaData, schemaString: JSON.stringify({ type: 'struct', fields }) } });
    const struct = (expression: string) => ({ type: 'struct', fields: [ruled('x', expression)] });
    const column = (name: string, type: object) => ({ name, type, nullable: true, metadata: {} });
    await table(1, column('s', { type: 'struct', fields: [column('t', struct('s.t.x > 0'))] }));
    const append = async (value: string) =>
      (await stageAppend(t.target, { select: `SELECT ${value} AS s` })).commit(by);
    await append("{'t': {'x': 1}}");
    for (const broken of ["{'t': {'x': 0}}", "{'t': {'x': NULL}}", 'NULL'])
      await expect(append(broken)).rejects.toMatchObject({
        code: 'TSD6033',
        message: expect.stringContaining('1 row breaks the invariant s.t.x > 0 of column "s.t.x"'),
      });
    await table(3, column('s', { type: 'array', elementType: struct('element.x > 0'), containsNull: true }));
    await expect(append("[{'x': 1}]")).rejects.toMatchObject({
      code: 'TSD6012',
      message: expect.stringContaining('of column "s.element.x" cannot be checked'),
    });
  });
});

describe('a checkpoint of another program', () => {
  beforeEach(async () => {
    for (let n = 0; n <= 10; n++)
      await (await stageAppend(t.target, { select: `SELECT ${n} AS a, TIMESTAMP '2024-01-01' AS at` })).commit(by);
    for (let n = 0; n <= 9; n++) await rm(commitFile(n));
  });
  const classic = '00000000000000000010.checkpoint';

  it('may be in several parts, all of which must be there', async () => {
    const source = `read_parquet('${logFile(`${classic}.parquet`)}')`;
    const part = (n: number) => logFile(`${classic}.000000000${n}.0000000002.parquet`);
    await t.engine.execute(
      `COPY (SELECT * FROM ${source} WHERE add IS NULL OR add.stats LIKE '%"a":1,%') TO '${part(1)}' (FORMAT parquet)`,
    );
    await t.engine.execute(
      `COPY (SELECT * FROM ${source} WHERE add.stats NOT LIKE '%"a":1,%') TO '${part(2)}' (FORMAT parquet)`,
    );
    await rm(logFile(`${classic}.parquet`));
    expect(await t.read()).toHaveLength(11);
    await rm(part(2));
    await expect(t.open()).rejects.toMatchObject({ code: 'TSD6015' });
  });

  it.each(['json', 'parquet'])('may be of the v2 specification, in %s, its files in a sidecar', async (format) => {
    const source = `read_parquet('${logFile(`${classic}.parquet`)}')`;
    await mkdir(logFile('_sidecars'));
    const sidecar = logFile('_sidecars/some name.parquet');
    await t.engine.execute(
      `COPY (SELECT add, remove FROM ${source} WHERE add IS NOT NULL) TO '${sidecar}' (FORMAT parquet)`,
    );
    const name = logFile(`${classic}.80a083e8-7026-4e79-81be-64bd76c43a11.${format}`);
    await t.engine.execute(
      `COPY (SELECT protocol, metaData, NULL AS checkpointMetadata, NULL AS sidecar FROM ${source} WHERE add IS NULL
        UNION ALL SELECT NULL, NULL, {'version': 10}, NULL
        UNION ALL SELECT NULL, NULL, NULL, {'path': 'some%20name.parquet', 'sizeInBytes': 1}) TO '${name}' (FORMAT ${format})`,
    );
    await rm(logFile(`${classic}.parquet`));
    expect(await t.read()).toHaveLength(11);
    await rm(sidecar);
    await expect(t.open()).rejects.toMatchObject({ code: 'TSD6015', message: expect.stringContaining('some name') });
  });

  it('may keep statistics as a struct only, have further columns, and lack others', async () => {
    const from = logFile(`${classic}.parquet`);
    const to = logFile('other.parquet');
    await t.engine.execute(`COPY (
      SELECT protocol, metaData, {'path': add.path, 'partitionValues': add.partitionValues, 'size': add.size,
        'modificationTime': add.modificationTime, 'dataChange': add.dataChange,
        'stats_parsed': {'numRecords': 1::BIGINT, 'minValues': {'a': 7}, 'maxValues': {'a': 7}}} AS add, 1 AS somethingNew
      FROM read_parquet('${from}') WHERE add IS NOT NULL
      UNION ALL SELECT protocol, metaData, NULL, 1 FROM read_parquet('${from}') WHERE add IS NULL) TO '${to}' (FORMAT parquet)`);
    await rename(to, from);
    const snapshot = await t.snapshot();
    expect(snapshot.numRecords).toBe(11);
    expect(JSON.parse((await t.files())[0]!.stats!)).toMatchObject({ numRecords: 1, minValues: { a: 7 } });
    expect(await t.read()).toHaveLength(11);
  });
});

describe('a table of another program', () => {
  it('may hold files at absolute paths, without statistics, and timestamps without a zone as partitions', async () => {
    const file = join(t.folder, 'elsewhere é%.parquet');
    await t.engine.execute(`COPY (SELECT 1 AS a) TO '${file}' (FORMAT parquet)`);
    const fields = [
      { name: 'at', type: 'timestamp', nullable: true, metadata: {} },
      { name: 'a', type: 'integer', nullable: true, metadata: {} },
      { name: 'gone', type: 'void', nullable: true, metadata: {} },
    ];
    const metaData = {
      id: 'x',
      format: { provider: 'parquet', options: {} },
      schemaString: JSON.stringify({ type: 'struct', fields }),
      partitionColumns: ['at'],
      configuration: {},
    };
    const add = {
      path: `file://${encodeURI(file)}`,
      partitionValues: { at: '2024-01-01 12:00:00' },
      size: 1,
      modificationTime: 1,
      dataChange: true,
    };
    await foreignCommit(0, { protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData }, { add });
    expect(await t.read()).toEqual([{ at: '2024-01-01 12:00:00+00', a: 1, gone: null }]);
    const snapshot = await t.snapshot();
    expect(snapshot.numRecords).toBeUndefined();
    expect(snapshot.commitInfo).toBeUndefined();
  });

  it('is no table when its log folder is empty, or has only what a crash left', async () => {
    await mkdir(join(t.location, '_delta_log'), { recursive: true });
    await writeFile(logFile('_tmp_1.tmp'), '{"proto');
    expect(await DeltaTable.open(t.location, t.engine)).toBeUndefined();
    await (await stageOverwrite(t.target, { select: 'SELECT 1 AS a' })).commit(by);
    expect(await t.read()).toEqual([{ a: 1 }]);
  });
});
