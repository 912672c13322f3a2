import { EngineFailure } from '../engines/engine-failure.js';
import { quoteIdentifier, quoteLiteral, Relation } from '../engines/relation.js';
import type { AdapterHost } from '../template/context/context-host.js';
import type { CompileSession } from './compiled-code.js';

/**
 * What `adapter.…` and `run_query` ask, answered by queries in one session: in the database that is named where the engine has
 * one of that name, else in the session's own.
 */
export function sessionAdapter(session: CompileSession): AdapterHost {
  const inDatabase = (column: string, database: string | undefined): string => {
    if (database === undefined) return ` and ${column} = current_database()`;
    const name = `lower(${quoteLiteral(database)})`;
    return ` and (lower(${column}) = ${name} or (${name} not in (select lower(catalog_name) from information_schema.schemata) and ${column} = current_database()))`;
  };
  const relations = async (schema: string, name: string | undefined, database: string | undefined) => {
    const named = name === undefined ? '' : ` and lower(table_name) = lower(${quoteLiteral(name)})`;
    const { rows } = await session.query(
      `select table_schema, table_name, table_type, table_catalog from information_schema.tables
       where lower(table_schema) = lower(${quoteLiteral(schema)})${named}${inDatabase('table_catalog', database)} order by table_name`,
    );
    return rows.map(([tableSchema, table, type, catalog]) => {
      const isOwn = database !== undefined && String(catalog).toLowerCase() === database.toLowerCase();
      const kind = String(type) === 'VIEW' ? 'view' : 'table';
      return new Relation(String(tableSchema), String(table), isOwn ? String(catalog) : undefined, kind);
    });
  };
  return {
    query: (sql) => session.query(sql),
    getRelation: async (database, schema, identifier) => (await relations(schema, identifier, database))[0],
    getColumns: async (relation) => {
      // a temporary table lies in no schema that could be named
      const name = relation.schema === '' ? quoteIdentifier(relation.identifier) : relation.toString();
      try {
        return (await session.query(`select * from ${name} limit 0`)).columns;
      } catch (thrown) {
        if (thrown instanceof EngineFailure && thrown.kind === 'Catalog') return [];
        throw thrown;
      }
    },
    listRelations: (schema, database) => relations(schema, undefined, database),
    schemaExists: async (schema, database) => {
      const { rows } = await session.query(
        `select 1 from information_schema.schemata
         where lower(schema_name) = lower(${quoteLiteral(schema)})${inDatabase('catalog_name', database)}`,
      );
      return rows.length > 0;
    },
  };
}
