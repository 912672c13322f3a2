/**
 * A table's life in numbered steps, of which each makes one commit at most: what each does, and what rows it leaves. A process that does them
 * may be killed anywhere; the rows found afterwards are those before or after the step it was at.
 */
import {
  DeltaTable,
  stageAppend,
  stageDelete,
  stageMerge,
  stageOptimize,
  stageOverwrite,
  type Target,
  vacuum,
} from '../../src/delta/index.js';

/** id → step that wrote it */
export type Rows = ReadonlyMap<number, number>;

const STEPS = ['append', 'overwrite', 'merge', 'optimize', 'delete', 'vacuum'] as const;
/** A checkpoint follows every third commit; deleted rows are marked by deletion vectors. */
const PROPERTIES = { 'delta.checkpointInterval': '3', 'delta.enableDeletionVectors': 'true' };

function kindOf(step: number): (typeof STEPS)[number] {
  return STEPS[step % STEPS.length]!;
}

/** The rows after a step. */
export function rowsAfter(step: number, before: Rows): Rows {
  const rows = new Map(before);
  switch (kindOf(step)) {
    case 'append':
      rows.set(step, step);
      return rows;
    case 'overwrite':
      return new Map(Array.from({ length: 500 }, (_, i) => [step + i * 1000, step]));
    case 'merge':
      return rows.set(step - 1, step).set(-step, step);
    case 'delete':
      rows.delete(step - 3 + 1000);
      return rows;
    default:
      return rows;
  }
}

/** Does a step, as {@link rowsAfter} says. */
export async function doStep(step: number, target: Target): Promise<void> {
  const by = { runId: `step-${step}`, engineInfo: 'tsdbt/test' };
  switch (kindOf(step)) {
    case 'append':
      await (await stageAppend(target, { select: row(step, step), properties: PROPERTIES })).commit(by);
      return;
    case 'overwrite': {
      const select = `SELECT ${step} + range * 1000 AS id, ${step}::BIGINT AS step FROM range(500)`;
      await (await stageOverwrite(target, { select })).commit(by);
      return;
    }
    case 'merge':
      await (
        await stageMerge(target, { source: `${row(step - 1, step)} UNION ALL ${row(-step, step)}`, on: ['id'] })
      ).commit(by);
      return;
    case 'optimize':
      await (await stageOptimize(target)).commit(by);
      return;
    case 'delete':
      await (await stageDelete(target, `id = ${step - 3 + 1000}`)).commit(by);
      return;
    case 'vacuum':
      await vacuum((await DeltaTable.open(target.location, target.engine))!, {
        retentionHours: 0,
        allowShortRetention: true,
      });
  }
}

function row(id: number, step: number): string {
  return `SELECT ${id}::BIGINT AS id, ${step}::BIGINT AS step`;
}
