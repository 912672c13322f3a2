import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDuckDb } from '../engines/duckdb/duckdb-engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { quoteIdentifier, Relation } from '../engines/relation.js';
import { StorageError } from '../errors/tsdbt-error.js';

/** A relation of the lake: how it is read, and what has to be there before it. */
export interface LakeView {
  readonly relation: Relation;
  /** the rows; of a function the statements that make it */
  readonly select: string | readonly string[];
  readonly dependsOn: readonly {
    readonly schema: string;
    readonly identifier: string;
    readonly select?: string | undefined;
    readonly kind?: 'function' | undefined;
  }[];
}

/** A view that is left out because what it reads is no longer as it was. */
export interface LeftOut {
  readonly relation: Relation;
  /** what the engine says */
  readonly reason: string;
}

/**
 * Writes `<warehouse>/lake.duckdb`: views over the tables' current versions, for the duckdb shell and BI tools. The file is
 * written beside the old one and renamed into place, so that open readers keep what they have. Paths in it are absolute.
 * @returns the views that the engine does not take
 * @throws {StorageError} TSD6082 when the file cannot be written
 */
export async function writeLakeFile(
  warehouse: string,
  tempDirectory: string,
  views: readonly LakeView[],
): Promise<readonly LeftOut[]> {
  const path = join(warehouse, 'lake.duckdb');
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(warehouse, { recursive: true });
    rmSync(temporary, { force: true });
    const leftOut = await writeViews(temporary, tempDirectory, views);
    renameSync(temporary, path);
    return leftOut;
  } catch (cause) {
    throw new StorageError(
      'TSD6082',
      `the file of views ${path} could not be written: ${cause instanceof Error ? cause.message : cause}`,
      {
        hint: 'the tables themselves are complete; check the folder and run again',
        cause,
      },
    );
  } finally {
    rmSync(temporary, { force: true });
    rmSync(`${temporary}.wal`, { force: true });
  }
}

/** A function may have the name of a table. */
function keyOf(relation: Relation): string {
  return `${relation.type === 'function' ? 'function ' : ''}${relation}`;
}

async function writeViews(
  path: string,
  tempDirectory: string,
  views: readonly LakeView[],
): Promise<readonly LeftOut[]> {
  const engine = await openDuckDb({ path, threads: 1, tempDirectory });
  try {
    const session = await engine.openSession();
    const byName = new Map(views.map((view) => [keyOf(view.relation), view]));
    const made = new Set<string>();
    const leftOut: LeftOut[] = [];
    const make = async (view: LakeView): Promise<void> => {
      const key = keyOf(view.relation);
      if (made.has(key)) return;
      made.add(key);
      for (const parent of view.dependsOn) {
        const relation = new Relation(parent.schema, parent.identifier, undefined, parent.kind);
        const known = byName.get(keyOf(relation));
        if (known !== undefined) await make(known);
        else if (parent.select !== undefined) await make({ relation, select: parent.select, dependsOn: [] });
      }
      await session.execute(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(view.relation.schema)}`);
      try {
        const { select } = view;
        const whole = typeof select === 'string' ? [`CREATE OR REPLACE VIEW ${view.relation} AS ${select}`] : select;
        for (const statement of whole) await session.execute(statement);
      } catch (thrown) {
        if (!(thrown instanceof EngineFailure)) throw thrown;
        leftOut.push({ relation: view.relation, reason: thrown.message });
      }
    };
    for (const view of views) await make(view);
    await session.execute('CHECKPOINT');
    await session.close();
    return leftOut;
  } finally {
    await engine.close();
  }
}
