import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import { DeltaTable } from '../../src/delta/index.js';
import { type DeltaKernel, findDeltaKernel } from './delta-kernel.js';
import { type Deltalake, findDeltalake } from './deltalake.js';
import type { TestEngine } from './duckdb-parquet.js';

export interface OtherReaders {
  readonly deltalake: Deltalake | undefined;
  readonly kernel: DeltaKernel | undefined;
}

/** deltalake and Delta Kernel, where they can be had. */
export async function findOtherReaders(): Promise<OtherReaders> {
  return { deltalake: await findDeltalake(), kernel: await findDeltaKernel() };
}

/** Reads the latest version of a table with each of some readers, and compares columns, types and rows with ours. */
export async function expectSameToOthers(
  readers: Partial<OtherReaders>,
  engine: TestEngine,
  location: string,
): Promise<void> {
  const snapshot = await (await DeltaTable.open(location, engine))!.snapshot();
  const mine = snapshot.toSql();
  for (const [name, reader] of Object.entries(readers)) {
    if (reader === undefined) continue;
    // a name of its own: the engine may take a file that is written anew within the same second for the one that it has read
    const into = join(location, '..', `read-by-${name}-${randomUUID()}.parquet`);
    const ours = join(location, '..', 'ours.parquet');
    await engine.execute(`COPY (${mine}) TO '${ours}' (FORMAT parquet)`);
    await reader.compare(location, { reads: [{ version: snapshot.version, into }], predicates: [], ours });
    const theirs = `SELECT * FROM read_parquet('${into}', hive_partitioning=false)`;
    expect([name, await engine.describe(theirs)]).toEqual([name, await engine.describe(mine)]);
    const missing = (a: string, b: string) => engine.rows(`(${a}) EXCEPT ALL (${b}) LIMIT 3`);
    expect([name, await missing(mine, theirs), await missing(theirs, mine)]).toEqual([name, [], []]);
  }
}
