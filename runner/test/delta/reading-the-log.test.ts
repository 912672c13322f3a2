import { readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namingDataFile } from '../../src/delta/data-file-error.js';
import {
  cleanUpLog,
  DeltaTable,
  history,
  LocalStore,
  type LogStore,
  stageAppend,
  stageOverwrite,
} from '../../src/delta/index.js';
import { loadSnapshot } from '../../src/delta/log/load.js';
import { openTestEngine } from './duckdb-parquet.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();
const append = async (id: number, engine = t.engine) =>
  (await stageAppend({ location: t.location, engine }, { select: `SELECT ${id} AS id` })).commit(by);
const appendMany = async (from: number, to: number) => {
  for (let id = from; id < to; id++) await append(id);
};
const ids = async () => (await t.read()).map((row) => row.id);
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const hint = () => join(t.location, '_delta_log', '_last_checkpoint');
const checkpoint = (version: number) =>
  join(t.location, '_delta_log', `${String(version).padStart(20, '0')}.checkpoint.parquet`);

/** A store on the local disk that counts what is asked of it. */
function counting(): { store: LogStore; asked: string[] } {
  const asked: string[] = [];
  const store = new Proxy(new LocalStore(t.location), {
    get(target, name: keyof LocalStore) {
      const value = target[name];
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        asked.push(`${name} ${String(args[0])}`);
        return (value as (...given: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  return { store, asked };
}

describe('_last_checkpoint', () => {
  it('spares reading the commits before it', async () => {
    await appendMany(0, 23);
    const { store, asked } = counting();
    const table = await DeltaTable.open(t.location, t.engine, { store });
    expect((await table!.snapshot()).files).toHaveLength(23);
    const commits = asked.filter((call) => /^read .*\d\.json$/.test(call));
    expect(commits.map((call) => Number(call.slice(-10, -5))).sort((a, b) => a - b)).toEqual([21, 22, 23]);
  });

  it.each([
    ['names a version that has none', '{"version":15,"size":1}'],
    ['names a version that was never there', '{"version":500,"size":1}'],
    ['is older than the last one', '{"version":10,"size":1}'],
    ['is no JSON', '{"version":'],
    ['says nothing of use', '{"version":"20"}'],
    ['is of many parts that are not there', '{"version":20,"size":1,"parts":3}'],
  ])('is not believed where it %s', async (_, text) => {
    await appendMany(0, 23);
    await writeFile(hint(), text);
    expect(await ids()).toEqual(range(23));
  });

  it.each([
    ['has no protocol', "SELECT * REPLACE (NULL AS protocol) FROM '{}'"],
    ['has no schema', 'SELECT * REPLACE (NULL AS "metaData") FROM \'{}\''],
    ['has other columns', 'SELECT 1 AS x'],
  ])('is not believed where its checkpoint %s: the one before, or the commits, say the same', async (_, select) => {
    await appendMany(0, 23);
    for (const version of [20, 10]) {
      const copy = join(t.folder, 'other.parquet');
      await t.engine.execute(`COPY (${select.replace('{}', checkpoint(version))}) TO '${copy}'`);
      await rename(copy, checkpoint(version));
      expect(await ids()).toEqual(range(23));
      expect(await t.read({ version: 12 })).toHaveLength(13);
    }
    await unlink(join(t.location, '_delta_log', `${'0'.repeat(20)}.json`));
    await expect(t.open()).rejects.toMatchObject({
      code: 'TSD6010',
      message: expect.stringMatching(/this checkpoint has no (protocol|metaData) action/),
    });
  });

  it('is not believed where its checkpoint was deleted', async () => {
    await appendMany(0, 23);
    await unlink(checkpoint(20));
    expect(await ids()).toEqual(range(23));
  });

  it('does not hide that a later commit is missing', async () => {
    await appendMany(0, 24);
    await unlink(join(t.location, '_delta_log', `${'0'.repeat(18)}22.json`));
    await expect(t.open()).rejects.toMatchObject({ code: 'TSD6015' });
  });
});

describe('a table that was written before', () => {
  it('is not listed again: the next commit is looked for by its name', async () => {
    const { store, asked } = counting();
    const write = async (id: number) =>
      (await stageAppend({ location: t.location, engine: t.engine, store }, { select: `SELECT ${id} AS id` })).commit(
        by,
      );
    await write(0);
    await write(1);
    asked.length = 0;
    await write(2);
    expect(asked.filter((call) => call.startsWith('list'))).toEqual([]);
    expect(await ids()).toEqual(range(3));
  });

  it('is seen as another program has left it', async () => {
    const other = await openTestEngine();
    try {
      await append(0);
      await append(1, other);
      await append(2, other);
      await append(3);
      expect(await ids()).toEqual(range(4));
      const overwrite = await stageOverwrite(t.target, { select: 'SELECT 7 AS id' });
      expect(overwrite.removed).toHaveLength(4);
      await overwrite.commit(by);
      await append(8, other);
      expect(await ids()).toEqual([7, 8]);
    } finally {
      other.close();
    }
  });

  it('may have given way to another table at the same place', async () => {
    await appendMany(0, 4);
    await rm(t.location, { recursive: true });
    await append(100);
    await append(101);
    expect(await ids()).toEqual([100, 101]);
    expect(await readFile(join(t.location, '_delta_log', `${'0'.repeat(19)}1.json`), 'utf8')).toContain(
      '"readVersion":0',
    );
  });
});

/** A store on the local disk that does something once, between the first listing of the log and whatever is read by it. */
function afterListing(work: () => Promise<void>): LogStore {
  let done: Promise<void> | undefined;
  return new Proxy(new LocalStore(t.location), {
    get(target, name: keyof LocalStore) {
      const value = target[name];
      if (typeof value !== 'function') return value;
      if (name !== 'list') return value.bind(target);
      return async (folder: string) => {
        const names = await target.list(folder);
        done ??= work();
        await done;
        return names;
      };
    },
  });
}

/** Other programs add versions up to 22, and clean up what comes before the checkpoint of 20. */
async function goOnAndCleanUp(): Promise<void> {
  await appendMany(16, 23);
  const { files } = await cleanUpLog(await t.open(), { now: new Date(Date.now() + 40 * 86_400_000) });
  expect(files.length).toBeGreaterThan(19);
}

describe('a log that is cleaned up between its listing and the reading of it', () => {
  const later = new Date(Date.now() + 86_400_000);

  it.each([
    ['is listed again', true, {}],
    ['is listed again, also without a hint', false, {}],
    ['is listed again, also for a time', true, { timestamp: later }],
  ])('%s', async (_, hinted, at) => {
    await appendMany(0, 16);
    if (!hinted) await unlink(hint());
    const store = afterListing(goOnAndCleanUp);
    const snapshot = (await loadSnapshot(store, t.engine, at))!;
    expect([snapshot.version, snapshot.files.length]).toEqual([22, 23]);
    expect(snapshot.timestamp.getTime()).toBeGreaterThan(0);
  });

  it('gives the error of today for a version that is gone', async () => {
    await appendMany(0, 16);
    await expect(loadSnapshot(afterListing(goOnAndCleanUp), t.engine, { version: 12 })).rejects.toMatchObject({
      code: 'TSD6015',
      hint: expect.stringContaining('the earliest version that can be read is 20'),
    });
  });

  it('has a history of what remains', async () => {
    await appendMany(0, 16);
    const store = afterListing(goOnAndCleanUp);
    const table = (await DeltaTable.open(t.location, t.engine))!;
    const entries = await history(
      new Proxy(table, { get: (target, name: keyof DeltaTable) => (name === 'store' ? store : target[name]) }),
    );
    expect(entries.map(({ version }) => version)).toEqual([22, 21, 20]);
  });

  it('is not listed for ever where it never keeps still', async () => {
    await appendMany(0, 3);
    let listings = 0;
    const store = new Proxy(new LocalStore(t.location), {
      get(target, name: keyof LocalStore) {
        const value = target[name];
        if (typeof value !== 'function') return value;
        if (name !== 'list') return value.bind(target);
        return async (folder: string) => {
          const next = `${String(3 + listings++).padStart(20, '0')}.json`;
          return [...(await target.list(folder)), next];
        };
      },
    });
    await expect(loadSnapshot(store, t.engine)).rejects.toMatchObject({ code: 'TSD6015' });
    expect(listings).toBeLessThan(20);
  });
});

describe('a data file that may not be read', () => {
  it('is told by its path, and a file that is to be written is not', async () => {
    await append(1);
    const [file] = (await readdir(t.location)).filter((name) => name.endsWith('.parquet'));
    const refused = (path: string) =>
      namingDataFile(Promise.reject(new Error(`IO Error: Cannot open file "${path}": Permission denied`)));
    await expect(refused(join(t.location, file!))).rejects.toMatchObject({
      code: 'TSD6006',
      message: expect.stringContaining(file!),
      hint: 'give this user the right to read it',
    });
    await expect(refused(join(t.location, 'new.parquet'))).rejects.not.toHaveProperty('code');
  });
});
