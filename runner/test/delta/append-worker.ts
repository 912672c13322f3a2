/** Appends rows to a table, one commit each, as a process of its own: `append-worker.ts <location> <name> <commits>`. */
import { stageAppend } from '../../src/delta/index.js';
import { openTestEngine } from './duckdb-parquet.js';

const [location, name, commits] = process.argv.slice(2);
const engine = await openTestEngine();
for (let n = 0; n < Number(commits); n++) {
  const staged = await stageAppend(
    { location: location!, engine },
    { select: `SELECT '${name}' AS writer, ${n} AS n` },
  );
  const { version } = await staged.commit({ runId: name!, engineInfo: 'tsdbt/test' });
  // the parent learns what has been promised to be there
  process.stdout.write(`${n} ${version}\n`);
}
engine.close();
