import { appendFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  DeltaTable,
  restore,
  stageAlterColumns,
  stageAppend,
  stageDelete,
  stageOptimize,
  stageOverwrite,
  stageShallowClone,
  stageUpdate,
} from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();
const ROWS = "SELECT range AS id, {'x': range, 'y': 'text'} AS s, 'n' || range AS name FROM range";
const DOMAIN = {
  domain: 'delta.clustering',
  configuration: JSON.stringify({ clusteringColumns: [['id'], ['s', 'x']], domainName: 'delta.clustering' }),
  removed: false,
};

/** A table as Spark leaves it after CLUSTER BY (id, s.x) and OPTIMIZE: files say what clustered them. */
beforeEach(async () => {
  const properties = {
    'delta.dataSkippingNumIndexedCols': '0',
    'delta.feature.clustering': 'supported',
    'delta.feature.domainMetadata': 'supported',
  };
  await (await stageOverwrite(t.target, { select: `${ROWS}(4)`, properties })).commit(by);
  const commit = join(t.location, '_delta_log', `${'0'.repeat(20)}.json`);
  const text = await readFile(commit, 'utf8');
  await rm(commit);
  await appendFile(commit, text.replace('{"add":{', '{"add":{"clusteringProvider":"liquid",'));
  await appendFile(commit, JSON.stringify({ domainMetadata: DOMAIN }));
});

const providers = async () => (await t.snapshot()).files.map((file) => file.clusteringProvider);

describe('a clustered table', () => {
  it('is written without being clustered; its columns have statistics whatever the properties say', async () => {
    await (await stageAppend(t.target, { select: `${ROWS}(10, 12)` })).commit(by);
    await (await stageUpdate(t.target, { set: { name: "'new'" }, where: 'id = 10' })).commit(by);
    const snapshot = await t.snapshot();
    expect(snapshot.domains).toEqual([DOMAIN]);
    expect(await providers()).toEqual(['liquid', undefined]);
    const { stats } = snapshot.files[1]!;
    expect(JSON.parse(stats as string)).toMatchObject({
      minValues: { id: 10, s: { x: 10 } },
      nullCount: { id: 0, s: { x: 0 } },
    });
    expect(JSON.parse(stats as string).minValues).not.toHaveProperty('name');
    await (await stageOptimize(t.target)).commit(by);
    expect(await providers()).toEqual([undefined]);
  });

  it('says what has clustered a file in checkpoints, and of a file that gets a deletion vector', async () => {
    const properties = { 'delta.checkpointInterval': '2', 'delta.enableDeletionVectors': 'true' };
    await (await stageAppend(t.target, { select: `${ROWS}(10, 12)`, properties })).commit(by);
    await (await stageDelete(t.target, 'id IN (0, 10)')).commit(by);
    for (let n = 0; n < 2; n++) await (await stageAppend(t.target, { select: `${ROWS}(1)` })).commit(by);
    await rm(join(t.location, '_delta_log', `${'0'.repeat(20)}.json`));
    const opened = await (await t.open()).snapshot();
    expect(opened.files.map((file) => file.clusteringProvider).sort()).toEqual([
      'liquid',
      undefined,
      undefined,
      undefined,
    ]);
    expect(opened.domains).toEqual([DOMAIN]);
  });

  it('keeps its clustering columns, and is not partitioned', async () => {
    const refused = (what: string) => ({
      code: 'TSD6046',
      message: expect.stringContaining(`the table is clustered, so ${what}`),
    });
    await expect(stageAlterColumns(t.target, { drop: ['id'] })).rejects.toMatchObject(
      refused('its column "id" cannot go'),
    );
    await expect(stageAlterColumns(t.target, { rename: { s: 'z' } })).rejects.toMatchObject(
      refused('its column "s.x" cannot go'),
    );
    await expect(stageOverwrite(t.target, { select: 'SELECT 1 AS id' })).rejects.toMatchObject(
      refused('its column "s.x" cannot go'),
    );
    const partitioned = stageOverwrite(t.target, { select: `${ROWS}(3)`, partitionBy: ['name'] });
    await expect(partitioned).rejects.toMatchObject(refused('it cannot be partitioned'));
  });

  it('is clustered again as it was when restored, and so is a clone', async () => {
    const removed = { domainMetadata: { ...DOMAIN, removed: true } };
    await appendFile(join(t.location, '_delta_log', `${'0'.repeat(19)}1.json`), JSON.stringify(removed));
    expect((await t.snapshot()).domains).toEqual([]);
    await restore(await t.open(), 0, by);
    expect((await t.snapshot()).domains).toEqual([DOMAIN]);
    await restore(await t.open(), 1, by);
    expect((await t.snapshot()).domains).toEqual([]);
    const target = { ...t.target, location: `${t.location}-clone` };
    await (await stageShallowClone(target, await t.open(), { version: 0 })).commit(by);
    const clone = (await DeltaTable.open(target.location, t.engine))!;
    expect((await clone.snapshot()).domains).toEqual([DOMAIN]);
  });

  it('that is clustered otherwise meanwhile does not take a write from before', async () => {
    const staged = await stageAppend(t.target, { select: `${ROWS}(1)` });
    const other = { ...DOMAIN, configuration: '{"clusteringColumns":[["name"]]}' };
    await appendFile(
      join(t.location, '_delta_log', `${'0'.repeat(19)}1.json`),
      JSON.stringify({ domainMetadata: other }),
    );
    await expect(staged.commit(by)).rejects.toMatchObject({
      code: 'TSD6020',
      message: expect.stringContaining('clustered by'),
    });
  });
});
