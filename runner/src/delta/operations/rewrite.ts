import { scanSql } from '../log/scan-sql.js';
import type { Snapshot } from '../log/snapshot.js';
import type { AddFile, LiveFile } from '../protocol/actions.js';
import { toDuckDBType } from '../protocol/duckdb-types.js';
import { quoteIdentifier } from '../sql.js';
import { orNothing, relativePath, type WriteRequest, writeFiles } from './write-files.js';

/** Writes files' rows anew in a wider schema, one file for one, without changing any row. */
export async function rewriteFiles(
  request: Omit<WriteRequest, 'select'>,
  base: Snapshot,
  files: readonly LiveFile[],
): Promise<AddFile[]> {
  const before = new Map(base.schema.fields.map((field) => [field.name, field.type]));
  const columns = request.schema.fields.map((field) => {
    const type = toDuckDBType(field.type);
    const quoted = quoteIdentifier(field.name);
    const old = before.get(field.name);
    if (old === undefined) return `CAST(NULL AS ${type}) AS ${quoted}`;
    return toDuckDBType(old) === type ? quoted : `CAST(${quoted} AS ${type}) AS ${quoted}`;
  });
  return orNothing(request.store, async (written) => {
    const adds: AddFile[] = [];
    for (const file of files) {
      const select = `SELECT ${columns.join(', ')} FROM (${scanSql(base, [file])})`;
      const some = await writeFiles({ ...request, select, dataChange: false });
      adds.push(...some);
      written.push(...some.map((add) => relativePath(request.store, add)));
    }
    return adds;
  });
}
