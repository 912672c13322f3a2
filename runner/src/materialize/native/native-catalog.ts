import type { Column, Session } from '../../engines/engine.js';
import { EngineFailure } from '../../engines/engine-failure.js';
import { quoteIdentifier, quoteLiteral, Relation } from '../../engines/relation.js';

/**
 * The table or view of a name in the database file, with its kind; undefined where there is none. Statements are planned that only fit
 * one of them, and not run: what the catalog lists it makes anew for each question, a thousand tables in ten milliseconds.
 */
export async function findRelation(session: Session, relation: Relation): Promise<Relation | undefined> {
  const { schema, identifier, database } = relation;
  // a name without its database may be that of a temporary table
  if (database === undefined) return listedRelation(session, relation);
  const plan = async (sql: string): Promise<EngineFailure | undefined> => {
    try {
      await session.execute(`explain ${sql}`);
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof EngineFailure)) throw thrown;
      return thrown;
    }
  };
  const found = (type: 'table' | 'view') => new Relation(schema, identifier, database, type);
  const missing = await plan(`drop table ${relation}`);
  if (missing !== undefined)
    return missing.kind === 'Catalog' && missing.message.includes('does not exist')
      ? undefined
      : listedRelation(session, relation);
  const notDeleted = await plan(`delete from ${relation} where false`);
  if (notDeleted === undefined) return found('table');
  return notDeleted.message.includes('only delete from base table') ? found('view') : listedRelation(session, relation);
}

async function listedRelation(session: Session, relation: Relation): Promise<Relation | undefined> {
  const { schema, identifier, database } = relation;
  const inDatabase = database === undefined ? '' : ` and lower(table_catalog) = lower(${quoteLiteral(database)})`;
  const { rows } = await session.query(
    `select table_schema, table_name, table_type from system.information_schema.tables
     where lower(table_schema) = lower(${quoteLiteral(schema)}) and lower(table_name) = lower(${quoteLiteral(identifier)})${inDatabase}`,
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return new Relation(String(row[0]), String(row[1]), database, row[2] === 'VIEW' ? 'view' : 'table');
}

/** Whether the database file has a function of a name. */
export async function hasFunction(session: Session, { schema, identifier, database }: Relation): Promise<boolean> {
  const inDatabase = database === undefined ? '' : ` and lower(database_name) = lower(${quoteLiteral(database)})`;
  const { rows } = await session.query(
    `select 1 from system.main.duckdb_functions()
     where lower(schema_name) = lower(${quoteLiteral(schema)}) and lower(function_name) = lower(${quoteLiteral(identifier)})${inDatabase} limit 1`,
  );
  return rows.length > 0;
}

/** Makes a schema of the database file, unless it is there. */
export async function createSchema(session: Session, database: string | undefined, schema: string): Promise<void> {
  await session.execute(`create schema if not exists ${schemaName(database, schema)}`);
}

function schemaName(database: string | undefined, schema: string): string {
  return database === undefined ? quoteIdentifier(schema) : `${quoteIdentifier(database)}.${quoteIdentifier(schema)}`;
}

/** Drops a relation by its kind; nothing happens where there is none. */
export async function dropRelation(session: Session, relation: Relation | undefined): Promise<void> {
  if (relation === undefined) return;
  await session.execute(`drop ${kindOf(relation)} if exists ${relation} cascade`);
}

/** Drops the table or view of a name, where there is one. */
export async function dropByName(session: Session, relation: Relation): Promise<void> {
  try {
    await session.execute(`drop table if exists ${relation} cascade`);
  } catch (thrown) {
    if (!(thrown instanceof EngineFailure)) throw thrown;
    await dropRelation(session, await listedRelation(session, relation));
  }
}

/** Gives a relation another name in its schema. */
export async function renameRelation(session: Session, relation: Relation, identifier: string): Promise<Relation> {
  await session.execute(`alter ${kindOf(relation)} ${relation} rename to ${quoteIdentifier(identifier)}`);
  return new Relation(relation.schema, identifier, relation.database, relation.type);
}

export async function columnsOf(session: Session, relation: Relation): Promise<readonly Column[]> {
  return (await session.query(`select * from ${relation} limit 0`)).columns;
}

function kindOf(relation: Relation): 'table' | 'view' {
  return relation.type === 'view' ? 'view' : 'table';
}
