/**
 * Writes to a table, one commit for each number, as a process of its own:
 * `write-worker.ts <append|overwrite|merge> <location> <name> <commits>`.
 */
import { stageAppend, stageMerge, stageOverwrite } from '../../src/delta/index.js';
import { openTestEngine } from './duckdb-parquet.js';

const [operation, location, name, commits] = process.argv.slice(2);
const engine = await openTestEngine();
const target = { location: location!, engine };
for (let n = 0; n < Number(commits); n++) {
  const select = `SELECT '${name}' AS writer, ${n} AS n`;
  const staged =
    operation === 'append'
      ? await stageAppend(target, { select })
      : operation === 'overwrite'
        ? await stageOverwrite(target, { select })
        : await stageMerge(target, { source: select, on: ['writer'] });
  const { version } = await staged.commit({ runId: name!, engineInfo: 'tsdbt/test' });
  // the parent learns what has been promised to be there
  process.stdout.write(`${n} ${version}\n`);
}
engine.close();
