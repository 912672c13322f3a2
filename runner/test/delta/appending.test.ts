import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LocalStore, type ParquetEngine, stageAppend, stageDelete, writtenFilesOf } from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();
const insert = async (id: number, target: Parameters<typeof stageAppend>[0] = t.target) =>
  (await stageAppend(target, { select: `SELECT ${id} AS id` })).commit(by);

/** A store that notes which files are read. */
class NotingStore extends LocalStore {
  readonly reads: string[] = [];
  override async read(path: string): Promise<string | undefined> {
    this.reads.push(path.split('/').at(-1)!);
    return super.read(path);
  }
}

/** An engine that notes the SELECTs that it writes to single files: checkpoints are. */
function notingEngine(): ParquetEngine & { readonly written: string[] } {
  const written: string[] = [];
  return {
    ...t.engine,
    written,
    async writeParquet(select, options) {
      const source = /read_json\('([^']+)'/.exec(select)?.[1];
      written.push(`${select}\n${source === undefined ? '' : await readFile(source, 'utf8')}`);
      return t.engine.writeParquet(select, options);
    },
  };
}

describe('a table that is appended to again and again', () => {
  it('is not read: what a commit says is known', async () => {
    const store = new NotingStore(t.location);
    const target = { ...t.target, store };
    await insert(1, target);
    await insert(2, target);
    store.reads.length = 0;
    await insert(3, target);
    await insert(4, target);
    // whether there is a commit of another
    expect(store.reads).toEqual(['00000000000000000002.json', '00000000000000000003.json']);
    expect(await t.read()).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }]);
  });

  it('is what its log says, also after commits of others', async () => {
    const others = new LocalStore(t.location);
    for (let id = 0; id < 25; id++) await insert(id, id % 3 === 0 ? { ...t.target, store: others } : t.target);
    await (await stageDelete(t.target, 'id % 5 = 0')).commit(by);
    await insert(100);
    const staged = await stageAppend(t.target, { select: 'SELECT 101 AS id' });
    await insert(102, { ...t.target, store: others });
    await staged.commit(by);
    const next = await stageAppend(t.target, { select: 'SELECT 103 AS id' });
    const known = await t.engine.rows(`SELECT id FROM (${next.toSql()}) ORDER BY id`);
    const kept = Array.from({ length: 25 }, (_, id) => id).filter((id) => id % 5 !== 0);
    expect(known.map(({ id }) => id)).toEqual([...kept, 100, 101, 102, 103]);
    expect(next.readVersion).toBe(28);
    const read = await t.snapshot();
    expect(next.files.slice(0, -1).map(({ path }) => path)).toEqual(read.files.map(({ path }) => path));
  });

  it('has checkpoints that are made from the one before', async () => {
    const engine = notingEngine();
    for (let id = 0; id <= 30; id++) await insert(id, { ...t.target, engine });
    const named = (text: string) => [...text.matchAll(/"add":/g)].length;
    expect(engine.written.map(named)).toEqual([11, 10, 10]);
    expect(engine.written[2]).toContain(join('_delta_log', '00000000000000000020.checkpoint.parquet'));
    const { files } = await t.snapshot({ statistics: true });
    expect(files).toHaveLength(31);
    expect(files.map(({ stats }) => JSON.parse(String(stats)).minValues.id)).toEqual(
      Array.from({ length: 31 }, (_, i) => i),
    );
  });
});

describe('a view that reads the table', () => {
  const wasBlind = async () => (await t.snapshot()).commitInfo?.isBlindAppend;

  it.each([
    ['that has been asked for views before', () => t.engine],
    ['that knows no quicker way to their names than a query', () => ({ ...t.engine, views: undefined })],
  ])('is found by an engine %s', async (_, engineOf) => {
    const target = { location: t.location, engine: engineOf() };
    await insert(1, target);
    await insert(2, target);
    expect(await wasBlind()).toBe(true);
    await t.engine.execute(`ATTACH ':memory:' AS other; CREATE VIEW other.held AS ${(await t.snapshot()).toSql()}`);
    try {
      await (await stageAppend(target, { select: 'SELECT id + 10 AS id FROM other.held' })).commit(by);
      expect(await wasBlind()).toBe(false);
    } finally {
      await t.engine.execute('DETACH other');
    }
    await insert(3, target);
    expect(await wasBlind()).toBe(true);
  });
});

it('what is written without statistics of columns is told by its rows and size', async () => {
  const path = join(t.folder, 'plain.parquet');
  const file = await t.engine.writeParquet('SELECT 1 AS a FROM range(3)', { path, statistics: false });
  const size = BigInt((await readFile(path)).length);
  expect(file).toEqual({ path, rows: 3n, size, columns: [], partition: undefined });
  expect(writtenFilesOf([{ Count: 3n, Files: [path] }])).toEqual([file]);
});
