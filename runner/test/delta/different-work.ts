/**
 * Work of several processes on one table, each with rows of its own: what each step does to them, whatever the others do. A step whose commit conflicts is
 * done again from the version that is there then.
 */
import {
  DeltaTable,
  type StagedCommit,
  stageAppend,
  stageDelete,
  stageMerge,
  stageMergeClauses,
  stageOptimize,
  stageOverwrite,
  stageSetProperties,
  stageUpdate,
  type Target,
  writeCheckpoint,
} from '../../src/delta/index.js';

/** number of a row → its value */
export type OwnRows = ReadonlyMap<number, number>;

const WORK = [
  'append',
  'update',
  'delete',
  'merge',
  'clauses',
  'replace',
  'optimize',
  'property',
  'checkpoint',
] as const;

/** Writers begin in different places, so that at any time they do different things. */
function workOf(writer: number, step: number): (typeof WORK)[number] {
  return WORK[(step + writer * 2) % WORK.length]!;
}

/** A writer's rows after a step. */
export function ownRowsAfter(writer: number, step: number, before: OwnRows): OwnRows {
  const rows = new Map(before);
  const even = [...rows.keys()].filter((n) => n % 2 === 0);
  switch (workOf(writer, step)) {
    case 'append':
      return rows.set(step, 0).set(step + 100, 0);
    case 'update':
      for (const n of even) rows.set(n, rows.get(n)! + 1);
      return rows;
    case 'delete':
      for (const n of rows.keys()) if (n % 5 === 0) rows.delete(n);
      return rows;
    case 'merge':
      return rows.set(step - 1, 7).set(step + 200, 7);
    case 'clauses':
      for (const n of even) rows.delete(n);
      return rows.set(step + 301, 8);
    case 'replace':
      for (const n of rows.keys()) if (n > 250) rows.delete(n);
      return rows.set(step + 400, 9);
    default:
      return rows;
  }
}

/** Does a step, as {@link ownRowsAfter} says, however often it takes. */
export async function doOwnStep(writer: number, step: number, target: Target): Promise<void> {
  for (;;) {
    try {
      const staged = await stage(writer, step, target);
      await staged?.commit({ runId: `writer-${writer}`, engineInfo: 'tsdbt/test' });
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'TSD6020') throw error;
    }
  }
}

async function stage(writer: number, step: number, target: Target): Promise<StagedCommit | undefined> {
  const row = (n: number, v: number) => `SELECT ${writer} AS writer, ${n} AS n, ${v} AS v`;
  switch (workOf(writer, step)) {
    case 'append':
      return stageAppend(target, { select: `${row(step, 0)} UNION ALL ${row(step + 100, 0)}` });
    case 'update':
      return stageUpdate(target, { set: { v: 'v + 1' }, where: `writer = ${writer} AND n % 2 = 0` });
    case 'delete':
      return stageDelete(target, `writer = ${writer} AND n % 5 = 0`);
    case 'merge': {
      const source = `${row(step - 1, 7)} UNION ALL ${row(step + 200, 7)}`;
      return stageMerge(target, { source, on: ['writer', 'n'] });
    }
    case 'clauses':
      return stageMergeClauses(target, {
        source: row(step + 301, 8),
        on: ['writer', 'n'],
        whenMatched: [{ set: 'all' }],
        whenNotMatched: [{ values: 'all' }],
        whenNotMatchedBySource: [{ when: `target.writer = ${writer} AND target.n % 2 = 0`, delete: true }],
      });
    case 'replace': {
      const replaceWhere = `writer = ${writer} AND n > 250`;
      return stageOverwrite(target, { select: row(step + 400, 9), replaceWhere });
    }
    case 'optimize':
      return stageOptimize(target);
    case 'property':
      return stageSetProperties(target, { properties: { [`last.${writer}`]: String(step) } });
    default: {
      const table = (await DeltaTable.open(target.location, target.engine))!;
      await writeCheckpoint(table.store, target.engine, await table.snapshot());
      return undefined;
    }
  }
}
