import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  cleanUpLog,
  DeltaTable,
  stageAppend,
  stageDelete,
  stageOverwrite,
  stageSetProperties,
} from '../../src/delta/index.js';
import { readLastCheckpoint } from '../../src/delta/log/last-checkpoint.js';
import { expectSameToOthers, findOtherReaders } from './other-readers.js';
import { by, useTempTable } from './temp-table.js';

const readers = await findOtherReaders();
const t = useTempTable();
const logs = async () => (await readdir(join(t.location, '_delta_log'))).sort();
const checkpoints = async () => (await logs()).filter((name) => name.includes('.checkpoint.'));
const V2 = /^\d{20}\.checkpoint\.[\da-f-]{36}\.parquet$/;
const append = async (from: number) =>
  (
    await stageAppend(t.target, { select: `SELECT range AS id, range % 2 AS p FROM range(${from}, ${from + 4})` })
  ).commit({
    ...by,
    txn: { appId: 'app', version: from },
  });

describe('a table that asks for checkpoints of the v2 specification', () => {
  it.each(['false', 'true'])(
    'gets them, and opens from them alone (deletion vectors: %s)',
    { timeout: 120_000 },
    async (vectors) => {
      const properties = {
        'delta.checkpointPolicy': 'v2',
        'delta.checkpointInterval': '2',
        'delta.enableDeletionVectors': vectors,
        'delta.checkpoint.writeStatsAsStruct': vectors,
      };
      const select = 'SELECT range AS id, range % 2 AS p FROM range(4)';
      await (await stageOverwrite(t.target, { select, partitionBy: ['p'], properties })).commit(by);
      expect((await t.snapshot()).protocol.readerFeatures).toContain('v2Checkpoint');
      for (let n = 1; n < 7; n++) await append(n * 4);
      await (await stageDelete(t.target, 'id IN (0, 1, 2, 9)')).commit(by);
      await append(100);
      const found = await checkpoints();
      expect(found.map((name) => Number(name.slice(0, 20)))).toEqual([2, 4, 6, 8]);
      for (const name of found) expect(name).toMatch(V2);
      const [row] = await t.engine.rows(
        `SELECT count(checkpointMetadata.version)::INTEGER AS n, max(checkpointMetadata.version)::INTEGER AS version, count(add.path)::INTEGER AS adds, count(sidecar)::INTEGER AS sidecars FROM '${join(t.location, '_delta_log', found.at(-1)!)}'`,
      );
      expect(row).toEqual({ n: 1, version: 8, adds: (await t.files()).length, sidecars: 0 });
      const { store } = await t.open();
      expect(await readLastCheckpoint(store)).toEqual({ version: 8, path: `_delta_log/${found.at(-1)}` });
      const before = await t.read();
      expect(before).toHaveLength(28);
      for (const name of await logs())
        if (/^\d{20}\.json$/.test(name) && !name.endsWith('8.json')) await rm(join(t.location, '_delta_log', name));
      const opened = (await DeltaTable.open(t.location, t.engine))!;
      expect((await opened.snapshot()).transactionVersion('app')).toBe(100);
      expect((await opened.snapshot()).tombstones.length).toBeGreaterThan(0);
      expect(await t.read()).toEqual(before);
      await expectSameToOthers({ kernel: readers.kernel }, t.engine, t.location);
      const { files } = await cleanUpLog(opened, { now: new Date(Date.now() + 40 * 86_400_000) });
      expect(files).toEqual(found.slice(0, 3).map((name) => `_delta_log/${name}`));
      expect(await t.read()).toEqual(before);
    },
  );

  it('may go back to classic ones, and the last of either kind is taken', async () => {
    const properties = { 'delta.checkpointPolicy': 'v2', 'delta.checkpointInterval': '1' };
    await (await stageOverwrite(t.target, { select: 'SELECT 0::BIGINT AS id, 0::BIGINT AS p', properties })).commit(by);
    await append(4);
    await (await stageSetProperties(t.target, { properties: { 'delta.checkpointPolicy': 'classic' } })).commit(by);
    await append(8);
    const found = await checkpoints();
    expect(found.map((name) => V2.test(name))).toEqual([true, false, false]);
    expect(JSON.parse(await readFile(join(t.location, '_delta_log', '_last_checkpoint'), 'utf8'))).not.toHaveProperty(
      'v2Checkpoint',
    );
    for (let version = 0; version < 3; version++)
      await rm(join(t.location, '_delta_log', `${String(version).padStart(20, '0')}.json`));
    expect(await t.read()).toHaveLength(9);
    await expectSameToOthers({ kernel: readers.kernel }, t.engine, t.location);
  });
});
