import type { Column, Session } from '../../engines/engine.js';
import { quoteIdentifier, quoteLiteral, Relation } from '../../engines/relation.js';

/** The table or view of a name in the database file, with its kind; undefined where there is none. */
export async function findRelation(session: Session, relation: Relation): Promise<Relation | undefined> {
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
