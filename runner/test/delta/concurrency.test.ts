import { once } from 'node:events';
import { readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  changesSql,
  cleanUpLog,
  history,
  stageAppend,
  stageDelete,
  stageMerge,
  stageOverwrite,
} from '../../src/delta/index.js';
import { type OwnRows, ownRowsAfter } from './different-work.js';
import { appendAtOnce, killAgainAndAgain, startWorker } from './endurance.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();
const worker = (operation: string, name: string, commits: number) => startWorker(operation, t.location, name, commits);

describe('several processes that append at once', () => {
  it('lose no row and double none', { timeout: 120_000 }, async () => {
    expect(await appendAtOnce(t.engine, t.location, 4, 20)).toEqual([]);
    expect(await history(await t.open())).toHaveLength(81);
  });
});

describe('several processes that do different things at once', () => {
  it('leave each of them exactly its own rows', { timeout: 240_000 }, async () => {
    const [writers, steps] = [4, 10];
    const properties = { 'delta.enableDeletionVectors': 'true', 'delta.enableChangeDataFeed': 'true' };
    await (await stageOverwrite(t.target, { select: 'SELECT -1 AS writer, 0 AS n, 0 AS v', properties })).commit(by);
    const workers = Array.from({ length: writers }, (_, i) => worker('different', String(i), steps));
    await Promise.all(workers.map(({ process: child }) => once(child, 'close')));
    expect(workers.map(({ errors }) => errors.join(''))).toEqual(workers.map(() => ''));
    const found = await t.read();
    for (let writer = 0; writer < writers; writer++) {
      let rows: OwnRows = new Map();
      for (let step = 0; step < steps; step++) rows = ownRowsAfter(writer, step, rows);
      const own = found.filter((row) => row.writer === writer).map(({ n, v }) => [n, v]);
      expect([writer, own]).toEqual([writer, [...rows].sort(([a], [b]) => a - b)]);
    }
    // what the change data feed tells, from the first row on, is what there is
    const changes = await changesSql(await t.open(), { from: 0 });
    const sum = `SELECT writer, n, v, sum(CASE WHEN _change_type IN ('insert', 'update_postimage') THEN 1 ELSE -1 END)::INTEGER AS times FROM (${changes}) GROUP BY ALL HAVING times <> 0 ORDER BY ALL`;
    expect(await t.engine.rows(sum)).toEqual(found.map((row) => ({ ...row, times: 1 })));
  });
});

describe('a process that reads while another cleans up the log', () => {
  it('always finds the latest version, whole, and a history without an error', { timeout: 120_000 }, async () => {
    await (await stageAppend(t.target, { select: "SELECT 'first' AS writer, 0 AS n" })).commit(by);
    const { process: child, errors } = worker('clean', 'w', 40);
    const seen: number[] = [];
    while (child.exitCode === null) {
      const table = await t.open();
      const { version, files } = await table.snapshot();
      expect(files).toHaveLength(version + 1);
      expect((await history(table))[0]!.version).toBeGreaterThanOrEqual(version);
      seen.push(version);
    }
    expect(errors.join('')).toBe('');
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect((await t.snapshot()).version).toBe(40);
    // all but the last versions have gone meanwhile
    expect((await history(await t.open())).map(({ version }) => version)).toEqual([40]);
  });
});

describe('a process that is killed', () => {
  it('leaves a table that opens, with every acknowledged row once', { timeout: 120_000 }, async () => {
    await (await stageAppend(t.target, { select: "SELECT 'first' AS writer, 0 AS n" })).commit(by);
    for (let round = 0; round < 3; round++) {
      const { process: child, acknowledged } = worker('append', `w${round}`, 10_000);
      while (acknowledged.length < 3) await once(child.stdout!, 'data');
      await new Promise((resolve) => setTimeout(resolve, (round * 37) % 23));
      child.kill('SIGKILL');
      await once(child, 'close');
      const snapshot = await t.snapshot();
      const rows = await t.engine.rows(`SELECT n FROM (${snapshot.toSql()}) WHERE writer = 'w${round}' ORDER BY n`);
      const written = rows.map((row) => row.n);
      expect(written).toEqual(written.map((_, i) => i));
      expect(written.length).toBeGreaterThanOrEqual(acknowledged.length);
      expect(written.length).toBeLessThanOrEqual(acknowledged.length + 1);
      const commits = (await readdir(join(t.location, '_delta_log'))).filter((name) => /^\d{20}\.json$/.test(name));
      expect(commits).toHaveLength(snapshot.version + 1);
    }
  });

  it.each(['overwrite', 'merge'])(
    'in the middle of %s leaves the version before or after',
    { timeout: 120_000 },
    async (operation) => {
      await (await stageAppend(t.target, { select: "SELECT 'w' AS writer, -1 AS n" })).commit(by);
      for (let round = 0; round < 2; round++) {
        const { process: child, acknowledged } = worker(operation, 'w', 10_000);
        while (acknowledged.length < 2) await once(child.stdout!, 'data');
        await new Promise((resolve) => setTimeout(resolve, round * 7));
        child.kill('SIGKILL');
        await once(child, 'close');
        const last = acknowledged.at(-1)!;
        const rows = await t.read();
        expect(rows).toHaveLength(1);
        expect([last, last + 1]).toContain(rows[0]!.n);
      }
    },
  );
});

describe('a process that is killed again and again', () => {
  it('in the midst of any operation leaves the rows before or after it', { timeout: 180_000 }, async () => {
    expect(await killAgainAndAgain(t.engine, t.location, 6)).toEqual([]);
  });
});

describe('two writers that started from the same version', () => {
  beforeEach(async () => {
    await (await stageOverwrite(t.target, { select: "SELECT range AS id, 'old' AS v FROM range(10)" })).commit(by);
    await (await stageAppend(t.target, { select: "SELECT range AS id, 'old' AS v FROM range(100, 110)" })).commit(by);
  });
  const append = (id: number) => stageAppend(t.target, { select: `SELECT ${id} AS id, 'new' AS v` });
  const merge = (id: number) => stageMerge(t.target, { source: `SELECT ${id} AS id, 'merged' AS v`, on: ['id'] });

  it('both append', async () => {
    const [first, second] = [await append(1000), await append(1001)];
    expect(await first.commit(by)).toEqual({ version: 2 });
    expect(await second.commit(by)).toEqual({ version: 3 });
    expect(await t.read()).toHaveLength(22);
  });

  it('append, then overwrite: the overwrite has not seen the new rows and fails', async () => {
    const overwrite = await stageOverwrite(t.target, { select: "SELECT 1 AS id, 'x' AS v" });
    await (await append(1000)).commit(by);
    await expect(overwrite.commit(by)).rejects.toMatchObject({
      code: 'TSD6020',
      message: expect.stringMatching(
        /WRITE from version 1 conflicts with version 2 \(WRITE by tsdbt\/test\), which added rows/,
      ),
      hint: expect.stringContaining('nothing was published'),
    });
    expect(await t.read()).toHaveLength(21);
  });

  it('merge into different files, by keys far apart', async () => {
    const [first, second] = [await merge(5), await merge(105)];
    await first.commit(by);
    await second.commit(by);
    expect((await t.read()).filter((row) => row.v === 'merged').map((row) => row.id)).toEqual(['5', '105']);
  });

  it('merge into the same file: the second fails', async () => {
    const [first, second] = [await merge(5), await merge(6)];
    await first.commit(by);
    await expect(second.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
  });

  it('merge, after an append of rows that might have matched', async () => {
    const staged = await merge(50);
    await (await append(50)).commit(by);
    await expect(staged.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
  });

  it('delete, after an append', async () => {
    const staged = await stageDelete(t.target, 'id = 5');
    await (await append(5)).commit(by);
    await expect(staged.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
  });

  it('append, after a change of the schema', async () => {
    const staged = await append(7);
    await (await stageAppend(t.target, { select: "SELECT 8 AS id, 'new' AS v, 1 AS w", mergeSchema: true })).commit(by);
    await expect(staged.commit(by)).rejects.toMatchObject({
      message: expect.stringContaining('changed the table’s schema or properties'),
    });
  });

  it('create the table', async () => {
    const target = { location: `${t.location}-2`, engine: t.engine };
    const first = await stageOverwrite(target, { select: 'SELECT 1 AS a' });
    const second = await stageOverwrite(target, { select: 'SELECT 2 AS a' });
    await first.commit(by);
    await expect(second.commit(by)).rejects.toMatchObject({ message: expect.stringContaining('created the table') });
  });
});

describe('a transaction of an application', () => {
  it('is committed once, however often the run is retried', async () => {
    const run = async (version: number) => {
      const staged = await stageAppend(t.target, { select: `SELECT ${version} AS a` });
      return staged.commit({ ...by, txn: { appId: 'model.demo.plays', version } });
    };
    expect(await run(1)).toEqual({ version: 0 });
    expect(await run(1)).toEqual({ version: 0 });
    const [one, other] = [
      await stageAppend(t.target, { select: 'SELECT 2 AS a' }),
      await stageAppend(t.target, { select: 'SELECT 2 AS a' }),
    ];
    const txn = { appId: 'model.demo.plays', version: 2 };
    expect(await one.commit({ ...by, txn })).toEqual({ version: 1 });
    expect(await other.commit({ ...by, txn })).toEqual({ version: 1 });
    expect(await t.read()).toEqual([{ a: 1 }, { a: 2 }]);
  });
});

describe('a change that starts from a version', () => {
  const add = async (n: number) => (await stageAppend(t.target, { select: `SELECT ${n} AS n` })).commit(by);
  const log = async () => (await readdir(join(t.location, '_delta_log'))).sort();

  it('is not committed to a table that was made anew meanwhile, however many versions that has', async () => {
    for (const versions of [1, 6]) {
      await rm(t.location, { recursive: true, force: true });
      for (let n = 0; n < 4; n++) await add(n);
      const staged = await stageAppend(t.target, { select: 'SELECT 100 AS n' });
      await rm(t.location, { recursive: true });
      for (let n = 0; n < versions; n++) await add(7);
      const before = await log();
      await expect(staged.commit(by)).rejects.toMatchObject({
        code: 'TSD6020',
        message: expect.stringContaining('version 3'),
      });
      expect(await log()).toEqual(before);
      expect(await t.read()).toEqual(Array.from({ length: versions }, () => ({ n: 7 })));
    }
  });

  it('does not bring back a table that was removed meanwhile', async () => {
    for (let n = 0; n < 4; n++) await add(n);
    const staged = await stageAppend(t.target, { select: 'SELECT 100 AS n' });
    await rm(t.location, { recursive: true });
    await expect(staged.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
    expect(await t.open()).toBeUndefined();
  });

  it('is not committed below where a log was cleaned up', async () => {
    for (let n = 0; n < 12; n++) await add(n);
    const staged = await stageAppend(t.target, { select: 'SELECT 100 AS n' });
    for (let n = 12; n < 23; n++) await add(n);
    const { files } = await cleanUpLog((await t.open())!, { now: new Date(Date.now() + 40 * 86_400_000) });
    expect(files.length).toBeGreaterThan(11);
    const before = await log();
    await expect(staged.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
    expect(await log()).toEqual(before);
  });

  it('is committed where files of the log have another time than before, as in a copy', async () => {
    await add(1);
    const staged = await stageAppend(t.target, { select: 'SELECT 2 AS n' });
    await utimes(join(t.location, '_delta_log', `${'0'.repeat(20)}.json`), 1e9, 1e9);
    expect(await staged.commit(by)).toEqual({ version: 1 });
    expect(await t.read()).toEqual([{ n: 1 }, { n: 2 }]);
  });
});
