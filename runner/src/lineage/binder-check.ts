import type { Column, Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { quoteIdentifier, Relation } from '../engines/relation.js';
import { type TsdbtError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { CompiledCode } from '../manifest/compiled-code.js';
import type { Manifest } from '../manifest/manifest.js';
import { mapEngineError } from '../manifest/map-engine-error.js';
import type { ManifestNode, SqlNode } from '../manifest/nodes.js';

/** Schema of the engine's catalog that holds typed, empty stand-ins of every node. */
export const CHECK_SCHEMA = 'tsdbt_check';

/** What stands for a node whose columns are known, while the SQL of others is bound. */
export interface StandIns {
  /** Makes one. @returns the name by which SQL reads it */
  add(node: ManifestNode, columns: readonly Column[]): Promise<Relation>;
  /** Columns of a SELECT that may name those made before. */
  describe(sql: string): Promise<readonly Column[]>;
  /** Removes them all. */
  close(): Promise<void>;
}

/** A node to check: how its columns are found. */
export interface CheckedNode {
  readonly node: ManifestNode;
  /** columns that are known without SQL (TypeScript models, seeds, what is published) */
  readonly columns?: (() => Promise<readonly Column[] | undefined>) | undefined;
  /**
   * The node's SQL with every relation replaced by its stand-in; undefined where the SQL depends on what a query returns
   * while it is compiled, so that it cannot be known beforehand.
   */
  readonly compile?: ((relationOf: (uniqueId: string) => Relation) => Promise<CompiledCode | undefined>) | undefined;
  /** of a function: makes it, with what it reads replaced by stand-ins; undefined where that cannot be done beforehand */
  readonly make?: ((relationOf: (uniqueId: string) => Relation) => Promise<Relation | undefined>) | undefined;
  readonly compiledPath: string;
  /** what SQL reads instead of a stand-in: a relation that is there already */
  readonly relation?: Relation | undefined;
  /** what to say of the columns once they are known (contracts) */
  readonly judge?: ((columns: readonly Column[]) => Promise<readonly TsdbtError[]>) | undefined;
  /** ids of the nodes whose stand-ins the SQL names */
  readonly reads: readonly string[];
  /** hooks run before the SQL, and may create a function or table that it names: what does not exist is left to run time */
  readonly afterHooks?: boolean | undefined;
  /** macros make the relation of what the SQL selects, with columns that are known once they have run */
  readonly builtByMacros?: boolean | undefined;
}

/** Thrown inside `compile` when the SQL asks for the stand-in of a node whose columns are not known. */
class UnknownColumns extends Error {}

/**
 * Type-checks SQL with the engine's own binder before anything is written: each node in turn becomes an empty relation
 * with its columns' types, and the nodes below it are bound against these.
 *
 * @param nodes each after everything it reads
 * @param standIns are closed at the end
 * @returns all errors, each in the file that the user wrote; nodes below a wrong one are not judged
 */
export async function checkTypes(
  nodes: readonly CheckedNode[],
  standIns: StandIns,
  manifest: Manifest,
): Promise<readonly TsdbtError[]> {
  const errors: TsdbtError[] = [];
  const names = new Map<string, Relation>();
  try {
    for (const checked of nodes) {
      if (checked.make !== undefined) {
        const made = await madeBy(checked, names, errors);
        if (made !== undefined) names.set(checked.node.uniqueId, made);
        continue;
      }
      const columns = await columnsOf(checked, standIns, names, errors, manifest);
      if (columns === undefined || checked.builtByMacros === true) continue;
      if (checked.judge !== undefined) errors.push(...(await checked.judge(columns)));
      if (checked.node.resourceType === 'test') continue;
      names.set(checked.node.uniqueId, checked.relation ?? (await standIns.add(checked.node, columns)));
    }
  } finally {
    await standIns.close();
  }
  return errors;
}

/** The function that stands for a node; undefined where what it reads is not known, or where it is wrong. */
async function madeBy(
  { make, reads }: CheckedNode,
  names: ReadonlyMap<string, Relation>,
  errors: TsdbtError[],
): Promise<Relation | undefined> {
  if (reads.some((id) => !names.has(id))) return undefined;
  try {
    return await make?.((id) => names.get(id)!);
  } catch (thrown) {
    errors.push(...ownErrors(thrown));
    return undefined;
  }
}

/** Stand-ins as empty views, in a schema of their own. */
export async function viewStandIns(session: Session): Promise<StandIns> {
  await session.execute(`CREATE SCHEMA IF NOT EXISTS ${CHECK_SCHEMA}`);
  return {
    async add(node, columns) {
      const standIn = new Relation(CHECK_SCHEMA, node.uniqueId);
      await session.execute(`CREATE OR REPLACE VIEW ${standIn} AS ${emptySelect(columns)}`);
      return standIn;
    },
    describe: (sql) => session.describe(sql),
    close: () => session.execute(`DROP SCHEMA ${CHECK_SCHEMA} CASCADE`),
  };
}

/** Stand-ins as CTEs before the SELECT, for engines in which nothing should be made for a check. */
export function cteStandIns(session: Session): StandIns {
  const ctes = new Map<string, string>();
  return {
    async add(node, columns) {
      const name = quoteIdentifier(`${CHECK_SCHEMA}.${node.uniqueId}`);
      ctes.set(name, `${name} AS (${emptySelect(columns)})`);
      return new Relation('', name, undefined, 'ephemeral');
    },
    describe(sql) {
      const used = [...ctes].filter(([name]) => sql.includes(name)).map(([, cte]) => cte);
      if (used.length === 0) return session.describe(sql);
      return session.describe(`WITH ${used.join(', ')} SELECT * FROM (\n${sql.replace(/[;\s]+$/, '')}\n) AS checked`);
    },
    close: () => Promise.resolve(),
  };
}

function emptySelect(columns: readonly Column[]): string {
  const typed = columns.map(({ name, type }) => {
    // the types of a bare null and of `row(1, 2)` have no name to cast to
    const value = type === 'UNKNOWN' || type.includes('STRUCT("" ') ? 'NULL' : `CAST(NULL AS ${type})`;
    return `${value} AS ${quoteIdentifier(name)}`;
  });
  return `SELECT ${typed.join(', ')} LIMIT 0`;
}

async function columnsOf(
  checked: CheckedNode,
  standIns: StandIns,
  names: ReadonlyMap<string, Relation>,
  errors: TsdbtError[],
  manifest: Manifest,
): Promise<readonly Column[] | undefined> {
  if (checked.columns !== undefined) {
    try {
      return await checked.columns();
    } catch (thrown) {
      errors.push(...ownErrors(thrown));
      return undefined;
    }
  }
  if (checked.compile === undefined || checked.reads.some((id) => !names.has(id))) return undefined;
  let compiled: CompiledCode | undefined;
  try {
    compiled = await checked.compile((id) => {
      const standIn = names.get(id);
      if (standIn === undefined) throw new UnknownColumns();
      return standIn;
    });
    if (compiled === undefined) return undefined;
    return await standIns.describe(compiled.sql);
  } catch (thrown) {
    if (thrown instanceof UnknownColumns) return undefined;
    if (thrown instanceof EngineFailure && compiled !== undefined) {
      if (checked.afterHooks === true && isMissing(thrown)) return undefined;
      errors.push(
        withoutStandIns(
          mapEngineError(thrown, compiled, checked.compiledPath, {
            node: checked.node as SqlNode,
            manifest,
          }),
        ),
      );
      return undefined;
    }
    errors.push(...ownErrors(thrown));
    return undefined;
  }
}

/** @throws what is none of our errors */
function ownErrors(thrown: unknown): readonly TsdbtError[] {
  const own = tsdbtErrorsOf(thrown);
  if (own.length === 0) throw thrown;
  return own;
}

/** A table, function, type or attached database that the engine does not know (yet). */
function isMissing({ kind, message }: EngineFailure): boolean {
  return kind === 'Catalog' || /^catalog "/i.test(message);
}

/** Stand-ins are nobody's business: their schema is taken out of messages. */
function withoutStandIns(error: TsdbtError): TsdbtError {
  if (!error.message.includes(CHECK_SCHEMA)) return error;
  const Kind = error.constructor as new (...args: ConstructorParameters<typeof TsdbtError>) => TsdbtError;
  return new Kind(error.code, error.message.replaceAll(`${CHECK_SCHEMA}.`, ''), error);
}
