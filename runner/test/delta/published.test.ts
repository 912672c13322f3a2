import { readdir, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  cleanUpLog,
  DeltaTable,
  LocalStore,
  stageAppend,
  stageDelete,
  stageMerge,
  stageOverwrite,
  stageRestore,
} from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();
const select = (n: number) => `SELECT ${n} AS n`;
const append = async (n: number) => (await stageAppend(t.target, { select: select(n) })).commit(by);
const numbers = async () => (await t.read()).map((row) => Number(row.n)).sort((a, b) => a - b);
const files = async () => (await readdir(t.location)).filter((name) => name.endsWith('.parquet'));
const log = async () => (await readdir(`${t.location}/_delta_log`)).filter((name) => name.endsWith('.json')).sort();
const cleanUp = async () => cleanUpLog((await t.open())!, { now: new Date(Date.now() + 40 * 86_400_000) });

/** A store in which something happens just before, or after, a commit is written. */
class Store extends LocalStore {
  constructor(
    private readonly happens: { readonly before?: () => Promise<unknown>; readonly after?: () => Promise<unknown> },
  ) {
    super(t.location);
  }

  override async putIfAbsent(path: string, text: string): Promise<boolean> {
    await this.happens.before?.();
    const put = await super.putIfAbsent(path, text);
    await this.happens.after?.();
    return put;
  }
}

describe('a staged change that is discarded', () => {
  it('keeps its files where it was committed', async () => {
    await append(1);
    for (const stage of [
      () => stageAppend(t.target, { select: select(2) }),
      () => stageMerge(t.target, { source: select(3), on: ['n'] }),
      () => stageDelete(t.target, 'n = 1'),
      async () => stageRestore((await t.open())!, 0),
    ]) {
      const staged = await stage();
      await staged.commit(by);
      const before = await t.read();
      await staged.discard();
      expect(await t.read()).toEqual(before);
    }
  });

  it('loses them where the commit conflicted, or the table had its transaction', async () => {
    const txn = { appId: 'a', version: 1 };
    await (await stageAppend(t.target, { select: select(1) })).commit({ ...by, txn });
    const [seen, late] = [
      await stageAppend(t.target, { select: select(1) }),
      await stageOverwrite(t.target, { select: select(5) }),
    ];
    await append(2);
    expect(await seen.commit({ ...by, txn })).toEqual({ version: 0 });
    await expect(late.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
    expect(await files()).toHaveLength(4);
    await Promise.all([seen.discard(), late.discard()]);
    expect(await files()).toHaveLength(2);
    expect(await numbers()).toEqual([1, 2]);
  });

  it('keeps them where a store does not know whether the commit is there', async () => {
    await append(1);
    const fails = async () => {
      throw new Error('the connection is lost');
    };
    const written = await stageAppend({ ...t.target, store: new Store({ after: fails }) }, { select: select(2) });
    const unwritten = await stageAppend({ ...t.target, store: new Store({ before: fails }) }, { select: select(3) });
    for (const staged of [written, unwritten]) {
      await expect(staged.commit(by)).rejects.toThrow('the connection is lost');
      await staged.discard();
    }
    expect(await numbers()).toEqual([1, 2]);
    expect(await files()).toHaveLength(3);
  });

  it('cannot be committed any more', async () => {
    const staged = await stageAppend(t.target, { select: select(1) });
    await staged.discard();
    await expect(staged.commit(by)).rejects.toMatchObject({
      code: 'TSD6022',
      message: expect.stringContaining('discarded'),
    });
    expect(await t.open()).toBeUndefined();
  });
});

describe('a commit whose name is free although the table has gone on', () => {
  const goOn = async () => {
    for (let n = 12; n < 25; n++) await append(n);
    expect((await cleanUp()).files.length).toBeGreaterThan(12);
  };

  it('is taken back, for the log was cleaned up just before it was written', async () => {
    for (let n = 0; n < 12; n++) await append(n);
    const staged = await stageAppend({ ...t.target, store: new Store({ before: goOn }) }, { select: select(99) });
    await expect(staged.commit(by)).rejects.toMatchObject({
      code: 'TSD6020',
      hint: expect.stringContaining('nothing was published'),
    });
    expect((await log())[0]).toBe(`${'20'.padStart(20, '0')}.json`);
    expect(await numbers()).toEqual(Array.from({ length: 25 }, (_, n) => n));
  });

  it('is taken back also where it would have created the table', async () => {
    const store = new Store({
      before: async () => {
        for (let n = 0; n < 12; n++) await append(n);
        await goOn();
      },
    });
    const staged = await stageOverwrite({ ...t.target, store }, { select: select(99) });
    await expect(staged.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
    expect((await log())[0]).toBe(`${'20'.padStart(20, '0')}.json`);
  });

  it('is taken back where the table was removed, or made anew, just before', async () => {
    for (const versions of [0, 2, 5]) {
      await rm(t.location, { recursive: true, force: true });
      for (let n = 0; n < 5; n++) await append(n);
      const before = async () => {
        await rm(t.location, { recursive: true });
        for (let n = 0; n < versions; n++) await append(7);
      };
      const staged = await stageAppend({ ...t.target, store: new Store({ before }) }, { select: select(99) });
      await expect(staged.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
      expect(await log()).toHaveLength(versions);
      if (versions === 0) expect(await t.open()).toBeUndefined();
      else expect(await numbers()).toEqual(Array.from({ length: versions }, () => 7));
    }
  });

  it('stands where others went on from it, and cleaned up, before it was looked at', async () => {
    for (let n = 0; n < 12; n++) await append(n);
    const staged = await stageAppend({ ...t.target, store: new Store({ after: goOn }) }, { select: select(99) });
    expect(await staged.commit(by)).toEqual({ version: 12 });
    expect(await numbers()).toEqual([...Array.from({ length: 25 }, (_, n) => n), 99]);
  });

  it('stands on a version that is there as a checkpoint alone', async () => {
    for (let n = 0; n < 11; n++) await append(n);
    for (const name of await log()) await rm(`${t.location}/_delta_log/${name}`);
    expect(await append(99)).toEqual({ version: 11 });
    expect(await numbers()).toHaveLength(12);
  });
});

describe('a transaction', () => {
  it('is told of where its write changes nothing', async () => {
    await append(1);
    const none = 'SELECT 1 AS n WHERE false';
    const commit = async (version: number) =>
      (await stageAppend(t.target, { select: none })).commit({ ...by, txn: { appId: 'stream', version } });
    expect(await commit(7)).toEqual({ version: 1 });
    expect(await commit(7)).toEqual({ version: 1 });
    const snapshot = await (await DeltaTable.open(t.location, t.engine))!.snapshot();
    expect(snapshot.transactionVersion('stream')).toBe(7);
    expect(await numbers()).toEqual([1]);
  });

  it.each([
    ['stream', 1.5],
    ['stream', Number.NaN],
    ['stream', 2n as unknown as number],
    ['', 1],
  ])('%o of version %o is refused, for the log cannot have it', async (appId, version) => {
    const staged = await stageAppend(t.target, { select: select(1) });
    await expect(staged.commit({ ...by, txn: { appId, version } })).rejects.toMatchObject({ code: 'TSD6022' });
    expect(await t.open()).toBeUndefined();
  });
});
