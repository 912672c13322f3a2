/** One task of the benchmark with `tsdbt/delta`: `ours.ts <task> <rows> <folder>`; prints wall seconds, CPU seconds and peak MB as JSON. */
import { DuckDBInstance } from '@duckdb/node-api';
import {
  DeltaTable,
  duckDBEngine,
  LocalStore,
  stageAppend,
  stageMerge,
  stageOptimize,
  stageOverwrite,
  writeCheckpoint,
} from 'tsdbt/delta';

const [task, rowsText, folder] = process.argv.slice(2);
const rows = Number(rowsText);
const instance = await DuckDBInstance.create(':memory:', {
  threads: task.endsWith('OneThread') ? '1' : '2',
  memory_limit: task === 'large' ? '3GiB' : '4GiB',
});
const connection = await instance.connect();
const engine = await duckDBEngine(connection);
const by = { runId: 'bench', engineInfo: 'tsdbt/bench' };
// what deltalake writes when it is told nothing
const properties = { 'delta.parquet.compression.codec': 'snappy' };
const target = { location: `${folder}/ours`, engine };
const columns = (seed) =>
  `n AS id, 'name ' || (hash(n + ${seed}) % 100000) AS name, (hash(n + ${seed}) % 1000000) / 7.0 AS score, DATE '2020-01-01' + (n % 1000)::INTEGER AS day, TIMESTAMPTZ '2020-01-01 00:00:00+00' + to_seconds(n % 100000) AS moment, n % 100 AS team, CAST(hash(n * 7 + ${seed}) AS VARCHAR) AS code, n % 2 = 0 AS flag`;
const write = (select, name) =>
  engine.writeParquet(select, { path: `${folder}/${name}.parquet`, compression: 'snappy' });

async function merge(source) {
  await (await stageMerge(target, { source: `FROM read_parquet('${folder}/${source}.parquet')`, on: ['id'] })).commit(
    by,
  );
}

async function append(times, store = new LocalStore(`${folder}/commits-ours`)) {
  const place = { engine, location: store.location, store };
  for (let n = 0; n < times; n++)
    await (await stageAppend(place, { select: `FROM read_parquet('${folder}/thousand.parquet')` })).commit(by);
}

/** Every append opens the table by its path, with an engine of its own. */
async function appendByPath(times) {
  for (let n = 0; n < times; n++) {
    const engine = await duckDBEngine(connection);
    const place = { location: `${folder}/commits-ours`, engine };
    await (await stageAppend(place, { select: `FROM read_parquet('${folder}/thousand.parquet')` })).commit(by);
  }
}

async function appendFloor(times) {
  for (let n = 0; n < times; n++) await write(`FROM read_parquet('${folder}/thousand.parquet')`, `floor-${n}`);
}

/** So many times are not measured, and so many are, where a task is to be measured warm. */
const [WARM_UP, STEADY] = [100, 100];

async function steady(work) {
  await work(WARM_UP);
  begin = measured();
  await work(STEADY);
}

const tasks = {
  async data() {
    await write(`SELECT ${columns(0)} FROM range(${rows}) s(n)`, 'base');
    // half of them updates spread over the whole table, half of them new
    const keys = `SELECT range * 200 AS n FROM range(${rows / 200}) UNION ALL SELECT range + ${rows} FROM range(${rows / 200})`;
    await write(`SELECT ${columns(1)} FROM (${keys})`, 'changes');
    // half of them updates of the rows that came last, half of them new
    const late = `SELECT range AS n FROM range(${rows - rows / 200}, ${rows + rows / 200})`;
    await write(`SELECT ${columns(1)} FROM (${late})`, 'late');
    await write(`SELECT ${columns(2)} FROM range(1000) s(n)`, 'thousand');
  },
  async create() {
    await (await stageOverwrite(target, { select: `FROM read_parquet('${folder}/base.parquet')`, properties })).commit(
      by,
    );
  },
  merge: () => merge('changes'),
  mergeLate: () => merge('late'),
  /** every row of the table, unchanged, as one plain file */
  async mergeFloor() {
    const snapshot = await (await DeltaTable.open(target.location, engine)).snapshot();
    await write(snapshot.toSql(), 'floor');
  },
  async createWithVectors() {
    const set = { 'delta.enableDeletionVectors': 'true' };
    const select = `FROM read_parquet('${folder}/base.parquet')`;
    await (await stageOverwrite(target, { select, properties: { ...properties, ...set } })).commit(by);
  },
  /** a table that is written without being held in memory */
  async large() {
    const place = { ...target, location: `${folder}/large` };
    const select = `SELECT ${columns(0)} FROM range(${rows}) s(n)`;
    await (await stageOverwrite(place, { select, properties })).commit(by);
    await (await stageOverwrite(place, { select, properties })).commit(by);
  },
  /** milliseconds that a commit of ten rows takes, and of them those that the Parquet file takes; the median of fifty */
  async small() {
    const place = { ...target, location: `${folder}/small` };
    const select = `SELECT ${columns(0)} FROM range(10) s(n)`;
    const times = [];
    for (let n = 0; n < 50; n++) {
      const begin = performance.now();
      await write(select, `small-${n}`);
      const parquet = performance.now() - begin;
      const from = performance.now();
      await (await stageOverwrite(place, { select, properties })).commit(by);
      times.push({ all: performance.now() - from, parquet });
    }
    const median = (values) => values.sort((a, b) => a - b)[25];
    const all = median(times.map((time) => time.all));
    return { all, beyond: all - median(times.map((time) => time.parquet)) };
  },
  /** a table of a thousand commits, for both */
  async commits() {
    for (let n = 0; n < 1000; n++)
      await (
        await stageAppend(
          { ...target, location: `${folder}/commits` },
          { select: `FROM read_parquet('${folder}/thousand.parquet') LIMIT 10`, properties },
        )
      ).commit(by);
  },
  append: () => append(20),
  /** as deltalake writes: nothing waits for the disk */
  appendUnsynced: () => append(20, new LocalStore(`${folder}/commits-ours`, { durable: false })),
  appendByPath: () => appendByPath(20),
  appendOnce: () => append(1),
  /** the Parquet files alone */
  appendFloor: () => appendFloor(20),
  appendSteady() {
    const store = new LocalStore(`${folder}/commits-ours`);
    return steady((times) => append(times, store));
  },
  appendSteadyOneThread: () => tasks.appendSteady(),
  appendSteadyByPathOneThread: () => tasks.appendSteadyByPath(),
  appendSteadyByPath: () => steady(appendByPath),
  appendSteadyFloor: () => steady(appendFloor),
  /** a log of ten thousand commits with a checkpoint, for both; it is only opened */
  async log() {
    const store = new LocalStore(`${folder}/log`);
    await (
      await stageAppend(
        { ...target, location: store.location },
        { select: `FROM read_parquet('${folder}/thousand.parquet')`, properties },
      )
    ).commit(by);
    const first = await DeltaTable.open(store.location, engine);
    const [file] = (await first.snapshot()).files;
    for (let n = 1; n < 10_000; n++) {
      const add = { ...file, path: `part-${n}.parquet` };
      const lines = [{ commitInfo: { timestamp: Date.now(), operation: 'WRITE' } }, { add }].map((line) =>
        JSON.stringify(line),
      );
      await import('node:fs/promises').then((fs) =>
        fs.writeFile(`${store.location}/_delta_log/${String(n).padStart(20, '0')}.json`, `${lines.join('\n')}\n`),
      );
    }
    await writeCheckpoint(store, engine, await (await DeltaTable.open(store.location, engine)).snapshot());
  },
  async open() {
    const snapshot = await (await DeltaTable.open(`${folder}/log`, engine)).snapshot();
    if (snapshot.files.length !== 10_000) throw new Error('the log is not what it should be');
  },
  async optimize() {
    await (await stageOptimize({ ...target, location: `${folder}/commits-ours` })).commit(by);
  },
};

const measured = () => ({ cpu: process.cpuUsage(), wall: performance.now() });
let begin = measured();
const said = await tasks[task]();
const wall = (performance.now() - begin.wall) / 1000;
const { user, system } = process.cpuUsage(begin.cpu);
const peak = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ wall, cpu: (user + system) / 1e6, peak, said }));
