import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  restore,
  type StagedCommit,
  stageAlterColumns,
  stageAppend,
  stageDelete,
  stageMerge,
  stageOptimize,
  stageOverwrite,
  stageSetProperties,
  stageShallowClone,
  stageUpdate,
} from '../../src/delta/index.js';
import { deletedRowsOf } from '../../src/delta/protocol/deletion-vectors.js';
import { expectSameToOthers, findOtherReaders } from './other-readers.js';
import { by, useTempTable } from './temp-table.js';

const readers = await findOtherReaders();
const t = useTempTable();
const log = (version: number) => join(t.location, '_delta_log', `${String(version).padStart(20, '0')}.json`);
const actionsOf = async (version: number) =>
  (await readFile(log(version), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const commit = async (staged: Promise<StagedCommit>) => (await staged).commit(by);
const append = (...ids: number[]) =>
  commit(stageAppend(t.target, { select: `SELECT unnest([${ids}])::INTEGER AS id` }));

/** A table of version 1 whose rows are tracked, as another program makes it: its files get ids in a commit of their own. */
async function make({ vectors = false, enabled = true } = {}): Promise<void> {
  const properties = { 'delta.checkpointInterval': '4', 'delta.enableDeletionVectors': String(vectors) };
  await commit(stageOverwrite(t.target, { select: 'SELECT range::INTEGER AS id FROM range(10)', properties }));
  const { protocol, metadata } = await t.snapshot();
  const [add] = await t.files();
  const features = [...(protocol.writerFeatures ?? ['appendOnly', 'invariants']), 'rowTracking', 'domainMetadata'];
  const configuration = {
    ...metadata.configuration,
    ...(enabled ? { 'delta.enableRowTracking': 'true' } : {}),
    'delta.rowTracking.materializedRowIdColumnName': '_row-id-col-1',
    'delta.rowTracking.materializedRowCommitVersionColumnName': '_row-commit-version-col-1',
  };
  const configured = JSON.stringify({ rowIdHighWaterMark: 109 });
  const actions = [
    { commitInfo: { operation: 'ROW TRACKING BACKFILL' } },
    { protocol: { ...protocol, minWriterVersion: 7, writerFeatures: features } },
    { metaData: { ...metadata, configuration } },
    { domainMetadata: { domain: 'delta.rowTracking', configuration: configured, removed: false } },
    { add: { ...add, dataChange: false, baseRowId: 100, defaultRowCommitVersion: 1 } },
  ];
  await writeFile(log(1), actions.map((action) => JSON.stringify(action)).join('\n'));
}

/** The id of each row, and the version that brought it, by what the log says of its file. */
async function rowIds(): Promise<Map<number, string>> {
  const { deletedRows } = await t.snapshot();
  const found = new Map<number, string>();
  const ids = new Set<number>();
  for (const file of await t.files()) {
    const gone = [...(deletedRowsOf(file, deletedRows) ?? [])];
    const rows = await t.engine.rows(
      `SELECT id, file_row_number::INTEGER AS place FROM read_parquet('${join(t.location, decodeURIComponent(file.path))}')`,
    );
    for (const { id, place } of rows) {
      const rowId = file.baseRowId! + (place as number);
      expect(ids).not.toContain(rowId);
      ids.add(rowId);
      if (!gone.includes(place as number)) found.set(id as number, `${rowId} ${file.defaultRowCommitVersion}`);
    }
  }
  return found;
}

const highest = async () =>
  (await t.snapshot()).domains.map(({ domain, configuration }) => [domain, JSON.parse(configuration)]);

describe('a table whose rows are tracked', () => {
  it('gets ids for the rows that are added, above all that there were', { timeout: 120_000 }, async () => {
    await make();
    await append(20, 21);
    await append(30);
    expect(await rowIds()).toEqual(
      new Map([
        ...Array.from({ length: 10 }, (_, id) => [id, `${100 + id} 1`] as const),
        [20, '110 2'],
        [21, '111 2'],
        [30, '112 3'],
      ]),
    );
    expect(await highest()).toEqual([['delta.rowTracking', { rowIdHighWaterMark: 112 }]]);
    const [{ commitInfo }] = await actionsOf(3);
    expect(commitInfo.tags).toEqual({ 'delta.rowTracking.preserved': 'true' });
    await expectSameToOthers(readers, t.engine, t.location);
    // a commit without rows tells no other mark; from a checkpoint alone all is known
    await commit(stageSetProperties(t.target, { properties: { 'team.owner': 'x' } }));
    expect((await actionsOf(4)).some((action) => action.domainMetadata)).toBe(false);
    expect(await readdir(join(t.location, '_delta_log'))).toContain('00000000000000000004.checkpoint.parquet');
    for (let version = 0; version < 4; version++) await rm(log(version));
    const before = await rowIds();
    expect(before.get(21)).toBe('111 2');
    for (const id of [40, 50, 60, 70]) await append(id);
    for (let version = 4; version < 8; version++) await rm(log(version));
    expect(await rowIds()).toEqual(new Map([...before, [40, '113 5'], [50, '114 6'], [60, '115 7'], [70, '116 8']]));
    await expectSameToOthers(readers, t.engine, t.location);
  });

  it('keeps ids through deletes and restores, and never gives one again', { timeout: 120_000 }, async () => {
    await make({ vectors: true });
    await append(20, 21);
    const first = await rowIds();
    await commit(stageDelete(t.target, 'id IN (3, 20)'));
    const [removed] = (await actionsOf(3)).flatMap(({ remove }) => remove ?? []);
    expect(removed).toMatchObject({ baseRowId: 100, defaultRowCommitVersion: 1 });
    const some = new Map([...first].filter(([id]) => id !== 3 && id !== 20));
    expect(await rowIds()).toEqual(some);
    await commit(stageDelete(t.target, 'id >= 20'));
    await append(30);
    expect((await rowIds()).get(30)).toBe('112 5');
    await expectSameToOthers({ kernel: readers.kernel }, t.engine, t.location);
    await restore(await t.open(), 2, by);
    expect(await rowIds()).toEqual(first);
    // the tombstones of a checkpoint have them too
    await append(40);
    await append(50);
    await rm(log(3));
    expect((await t.snapshot()).tombstones.map((file) => file.baseRowId).sort()).toEqual([100, 110, 112]);
    expect((await rowIds()).get(50)).toBe('114 8');
    await commit(stageOverwrite(t.target, { select: 'SELECT 1::INTEGER AS id' }));
    expect(await rowIds()).toEqual(new Map([[1, '115 9']]));
    await expectSameToOthers({ kernel: readers.kernel }, t.engine, t.location);
  });

  it('has the ids of others before those of a commit that goes behind them', async () => {
    await make();
    const [one, two] = [
      await stageAppend(t.target, { select: 'SELECT 20 AS id' }),
      await stageAppend(t.target, { select: 'SELECT 30 AS id' }),
    ];
    const gone = await stageDelete(t.target, 'true');
    await append(40, 41);
    await two.commit(by);
    await one.commit(by);
    const ids = await rowIds();
    expect([20, 30, 40, 41].map((id) => ids.get(id))).toEqual(['113 4', '112 3', '110 2', '111 2']);
    expect(await highest()).toEqual([['delta.rowTracking', { rowIdHighWaterMark: 113 }]]);
    await expect(gone.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
  });

  it('conflicts with who gives ids to files that go', async () => {
    await make();
    const staged = await stageOverwrite(t.target, { select: 'SELECT 1::INTEGER AS id' });
    const [add] = await t.files();
    await writeFile(log(2), JSON.stringify({ add: { ...add, dataChange: false, baseRowId: 500 } }));
    await expect(staged.commit(by)).rejects.toMatchObject({
      code: 'TSD6020',
      message: expect.stringContaining('says more of a file that this change removes'),
    });
  });

  it('refuses what would copy or change rows, and leaves no file', async () => {
    await make();
    await append(20);
    const refused = {
      code: 'TSD6012',
      message: expect.stringContaining('rowTracking'),
      hint: expect.stringContaining('deletion vectors'),
    };
    const files = await readdir(t.location);
    const clone = { location: `${t.location}-clone`, engine: t.engine };
    for (const change of [
      () => stageDelete(t.target, 'id = 3'),
      () => stageUpdate(t.target, { set: { id: '7' }, where: 'id = 20' }),
      () => stageMerge(t.target, { source: 'SELECT 3 AS id', on: ['id'], notMatchedBySourceDelete: 'id = 4' }),
      () => stageOverwrite(t.target, { select: 'SELECT 3 AS id', replaceWhere: 'id = 3' }),
      () => stageOptimize(t.target),
      () => stageAppend(t.target, { select: 'SELECT 5000000000 AS id', mergeSchema: true }),
      () => stageAlterColumns(t.target, { rename: { id: 'n' } }),
      async () => stageShallowClone(clone, await t.open()),
    ])
      await expect(change()).rejects.toMatchObject(refused);
    expect(await readdir(t.location)).toEqual(files);
    // what only adds rows, or takes whole files away, is none of it
    await commit(stageMerge(t.target, { source: 'SELECT unnest([3, 90]) AS id', on: ['id'], update: [] }));
    await commit(stageDelete(t.target, 'id = 20'));
    expect((await t.read()).map((row) => row.id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 90]);
  });

  it('may only support it: then rows that are copied get new ids', async () => {
    await make({ enabled: false });
    await commit(stageUpdate(t.target, { set: { id: 'id + 100' }, where: 'id = 3' }));
    expect((await rowIds()).size).toBe(10);
    expect(await highest()).toEqual([['delta.rowTracking', { rowIdHighWaterMark: 119 }]]);
    expect((await actionsOf(2))[0].commitInfo.tags).toBeUndefined();
    const suspended = { ...(await t.snapshot()).metadata };
    const configuration = { ...suspended.configuration, 'delta.rowTrackingSuspended': 'true' };
    await writeFile(log(3), JSON.stringify({ metaData: { ...suspended, configuration } }));
    await append(77);
    const added = (await t.files()).find((file) => file.baseRowId === undefined);
    expect(added).toBeDefined();
    expect(await highest()).toEqual([['delta.rowTracking', { rowIdHighWaterMark: 119 }]]);
  });
});
