/**
 * Writes to a table, one commit for each number, as a process of its own:
 * `write-worker.ts <append|overwrite|merge|mixed|different|partition|clean> <location> <name> <commits> [from]`.
 */
import {
  cleanUpLog,
  DeltaTable,
  stageAppend,
  stageDelete,
  stageMerge,
  stageOverwrite,
  stageUpdate,
} from '../../src/delta/index.js';
import { doOwnStep } from './different-work.js';
import { openTestEngine } from './duckdb-parquet.js';
import { doStep } from './mixed-steps.js';

const [operation, location, name, commits, from = '0'] = process.argv.slice(2);
const engine = await openTestEngine();
const target = { location: location!, engine };
for (let n = Number(from); n < Number(from) + Number(commits); n++) {
  await write(n);
  // the parent learns what has been promised to be there
  process.stdout.write(`${n}\n`);
}
engine.close();

async function write(n: number): Promise<void> {
  if (operation === 'mixed') return doStep(n, target);
  if (operation === 'different') return doOwnStep(Number(name), n, target);
  if (operation === 'partition') return changePartition(Number(name), n);
  const select = `SELECT '${name}' AS writer, ${n} AS n`;
  const staged =
    operation === 'append' || operation === 'clean'
      ? await stageAppend(target, { select })
      : operation === 'overwrite'
        ? await stageOverwrite(target, { select })
        : await stageMerge(target, { source: select, on: ['writer'] });
  await staged.commit({ runId: name!, engineInfo: 'tsdbt/test' });
  if (operation !== 'clean') return;
  // as if all that the last checkpoint makes superfluous were old
  const table = (await DeltaTable.open(location!, engine))!;
  await cleanUpLog(table, { now: new Date(Date.now() + 40 * 86_400_000) });
}

/** Changes rows of a partition that is this process's own, and does so once: a conflict is an error. */
async function changePartition(writer: number, step: number): Promise<void> {
  const row = (n: number, v: number) => `SELECT ${writer}::BIGINT AS writer, ${n}::BIGINT AS n, ${v} AS v`;
  const staged = await [
    () => stageUpdate(target, { set: { v: 'v + 1' }, where: `writer = ${writer}` }),
    () => stageMerge(target, { source: `${row(step, 50)} UNION ALL ${row(step + 100, 50)}`, on: ['writer', 'n'] }),
    () => stageDelete(target, `writer = ${writer} AND n = ${step}`),
    () => stageAppend(target, { select: row(step + 1000, 7) }),
  ][step % 4]!();
  await staged.commit({ runId: `writer-${writer}`, engineInfo: 'tsdbt/test' });
}
