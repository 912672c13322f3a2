import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDuckDb } from '../engines/duckdb/duckdb-engine.js';
import { quoteIdentifier, Relation } from '../engines/relation.js';
import { StorageError } from '../errors/tsdbt-error.js';

/** A relation of the lake: how it is read, and what has to be there before it. */
export interface LakeView {
  readonly relation: Relation;
  readonly select: string;
  readonly dependsOn: readonly {
    readonly schema: string;
    readonly identifier: string;
    readonly select?: string | undefined;
  }[];
}

/**
 * Writes `<warehouse>/lake.duckdb`: views over the tables' current versions, for the duckdb shell and BI tools. The file is
 * written beside the old one and renamed into place, so that open readers keep what they have. Paths in it are absolute.
 * @throws {StorageError} TSD6082 when the file cannot be written
 */
export async function writeLakeFile(
  warehouse: string,
  tempDirectory: string,
  views: readonly LakeView[],
): Promise<void> {
  const path = join(warehouse, 'lake.duckdb');
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(warehouse, { recursive: true });
    rmSync(temporary, { force: true });
    const engine = await openDuckDb({ path: temporary, threads: 1, tempDirectory });
    try {
      const session = await engine.openSession();
      const byName = new Map(views.map((view) => [view.relation.toString(), view]));
      const made = new Set<string>();
      const statements: string[] = ['BEGIN'];
      const make = (view: LakeView): void => {
        const name = view.relation.toString();
        if (made.has(name)) return;
        made.add(name);
        for (const parent of view.dependsOn) {
          const relation = new Relation(parent.schema, parent.identifier);
          const known = byName.get(relation.toString());
          if (known !== undefined) make(known);
          else if (parent.select !== undefined) make({ relation, select: parent.select, dependsOn: [] });
        }
        statements.push(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(view.relation.schema)}`);
        statements.push(`CREATE OR REPLACE VIEW ${name} AS ${view.select}`);
      };
      for (const view of views) make(view);
      statements.push('COMMIT', 'CHECKPOINT');
      for (const statement of statements) await session.execute(statement);
      await session.close();
    } finally {
      await engine.close();
    }
    renameSync(temporary, path);
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
