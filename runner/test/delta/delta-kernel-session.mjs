// Reads a table with Delta Kernel and writes its rows to a Parquet file: `{ folder, extension, location, into, version }` as JSON.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { folder, extension, location, into, version } = JSON.parse(process.argv[2]);
const { DuckDBInstance } = createRequire(join(folder, 'package.json'))('@duckdb/node-api');
const instance = await DuckDBInstance.create(':memory:', { threads: '1', allow_unsigned_extensions: 'true' });
const connection = await instance.connect();
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
await connection.run("SET TimeZone = 'UTC'");
await connection.run(`LOAD ${quoted(extension)}`);
const at = version === undefined ? '' : `, version=${version}`;
await connection.run(`COPY (SELECT * FROM delta_scan(${quoted(location)}${at})) TO ${quoted(into)} (FORMAT parquet)`);
connection.closeSync();
instance.closeSync();
