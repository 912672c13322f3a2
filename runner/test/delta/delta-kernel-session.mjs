// Reads tables with Delta Kernel, as JSON on stdin says: versions into Parquet files, and the latest by predicates, of which the counts go to stdout.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { folder, extension, location, reads, predicates } = JSON.parse(readFileSync(0, 'utf8'));
const { DuckDBInstance } = createRequire(join(folder, 'package.json'))('@duckdb/node-api');
const instance = await DuckDBInstance.create(':memory:', { threads: '1', allow_unsigned_extensions: 'true' });
const connection = await instance.connect();
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
await connection.run("SET TimeZone = 'UTC'");
await connection.run(`LOAD ${quoted(extension)}`);
for (const { version, into } of reads) {
  const at = version === undefined ? '' : `, version=${version}`;
  await connection.run(`COPY (SELECT * FROM delta_scan(${quoted(location)}${at})) TO ${quoted(into)} (FORMAT parquet)`);
}
const counts = [];
if (predicates.length > 0) await connection.run(`ATTACH ${quoted(location)} AS latest (TYPE delta, PIN_SNAPSHOT)`);
for (const predicate of predicates) {
  // one by one: with several in a query, no file would be skipped
  const [row] = (await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM latest WHERE ${predicate}`)).getRowsJS();
  counts.push(row[0]);
}
process.stdout.write(JSON.stringify(counts));
connection.closeSync();
instance.closeSync();
