import type { EventBus } from '../events/events.js';
import type { Manifest } from '../manifest/manifest.js';
import { withLake } from '../run/compile.js';
import type { RunState } from '../run/run-state.js';
import type { CatalogColumn, CatalogEntry } from './catalog.js';

/** Every table and view of a database file, a row for each column in order. */
const RELATIONS = `
select r.database_name, r.schema_name, r.name, r.kind, r.comment, c.column_name, c.data_type, c.comment
from (
  select database_name, schema_name, table_name as name, 'table' as kind, comment from duckdb_tables()
  union all
  select database_name, schema_name, view_name, 'view', comment from duckdb_views() where not internal
) r
join duckdb_columns() c
  on c.database_name = r.database_name and c.schema_name = r.schema_name and c.table_name = r.name
order by 1, 2, 3, c.column_index`;

/** What a database file holds of the project's nodes and sources. */
export async function readNativeCatalog(
  manifest: Manifest,
  options: { readonly bus: EventBus; readonly signal: AbortSignal },
): Promise<Map<string, CatalogEntry>> {
  const entries = new Map<string, CatalogEntry>();
  await withLake({ project: manifest.project, manifest, ...options }, async (state, session) => {
    const found = new Map<string, Omit<CatalogEntry, 'uniqueId'> & { readonly columns: CatalogColumn[] }>();
    for (const [database, schema, name, kindName, comment, column, type, columnComment] of (
      await session.query(RELATIONS)
    ).rows) {
      const key = keyOf(String(database), String(schema), String(name));
      let entry = found.get(key);
      if (entry === undefined) {
        entry = {
          ...NO_DELTA_FACTS,
          kind: kindName === 'view' ? 'view' : 'table',
          database: String(database),
          schema: String(schema),
          name: String(name),
          comment: textOf(comment),
          columns: [],
        };
        found.set(key, entry);
      }
      entry.columns.push({ name: String(column), type: String(type), comment: textOf(columnComment) });
    }
    for (const [uniqueId, key] of relationsOf(state)) {
      const entry = found.get(key);
      if (entry !== undefined) entries.set(uniqueId, { ...entry, uniqueId });
    }
  });
  return entries;
}

/** What is known of a relation that is no Delta table. */
export const NO_DELTA_FACTS = {
  rows: undefined,
  bytes: undefined,
  files: undefined,
  version: undefined,
  modifiedAt: undefined,
  partitionBy: [],
  properties: {},
  versions: [],
} as const;

/** The relations of models, tests that keep their failures, and sources. */
function relationsOf(state: RunState): [string, string][] {
  const { project } = state.request;
  const nodes = [...state.manifest.nodes.values(), ...state.manifest.sources.values()];
  return nodes.map((node) => {
    const { database, schema, identifier } = state.relationOf(node.uniqueId);
    return [node.uniqueId, keyOf(database ?? project.target.database ?? '', schema, identifier)];
  });
}

function keyOf(database: string, schema: string, name: string): string {
  return `${database}\0${schema}\0${name}`.toLowerCase();
}

function textOf(value: unknown): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}
