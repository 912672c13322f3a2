import { quoteLiteral, Relation } from '../engines/relation.js';
import type { AdapterHost } from '../template/context/context-host.js';
import type { CompileSession } from './compiled-code.js';

/** What `adapter.…` and `run_query` ask, answered by queries in one session. */
export function sessionAdapter(session: CompileSession): AdapterHost {
  const relations = async (schema: string, name?: string): Promise<Relation[]> => {
    const named = name === undefined ? '' : ` and lower(table_name) = lower(${quoteLiteral(name)})`;
    const { rows } = await session.query(
      `select table_schema, table_name, table_type from information_schema.tables where lower(table_schema) = lower(${quoteLiteral(schema)})${named} order by table_name`,
    );
    return rows.map(
      ([tableSchema, table, type]) =>
        new Relation(String(tableSchema), String(table), undefined, String(type) === 'VIEW' ? 'view' : 'table'),
    );
  };
  return {
    query: (sql) => session.query(sql),
    getRelation: async (_database, schema, identifier) => (await relations(schema, identifier))[0],
    getColumns: async (relation) => (await session.query(`select * from ${relation.toString()} limit 0`)).columns,
    listRelations: (schema) => relations(schema),
    schemaExists: async (schema) => {
      const { rows } = await session.query(
        `select 1 from information_schema.schemata where lower(schema_name) = lower(${quoteLiteral(schema)})`,
      );
      return rows.length > 0;
    },
  };
}
