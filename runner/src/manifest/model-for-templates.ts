import { translateType } from '../template/context/column-value.js';
import { manifestEntry } from './entries/manifest-entry.js';
import { entryContextOf } from './graph-for-templates.js';
import type { Manifest } from './manifest.js';
import type { SqlNode } from './nodes.js';

type Json = Readonly<Record<string, unknown>>;

/** What dbt has classes for within a node: their nulls are left out, too. Nulls in what the user has written stay. */
const PARTS = ['docs', 'contract', 'refs', 'test_metadata', 'time_spine', 'freshness', 'constraints'];
const PARTS_OF_CONFIG = [
  ...['docs', 'contract', 'pre-hook', 'post-hook', 'snapshot_meta_column_names', 'freshness', 'latest_version_pointer'],
];

/** `model` of dbt's context: the node as `manifest.json` holds it, without what is null, types of columns by the engine's names. */
export function modelForTemplates(manifest: Manifest, node: SqlNode): Record<string, unknown> {
  const entry = withoutNulls(manifestEntry(node, entryContextOf(manifest)), PARTS);
  entry.config = withoutNulls(entry.config as Json, PARTS_OF_CONFIG);
  entry.columns = Object.fromEntries(
    Object.entries((entry.columns ?? {}) as Readonly<Record<string, Json>>).map(([name, column]) => {
      const { data_type: type } = column;
      const translated = typeof type === 'string' ? { ...column, data_type: translateType(type) } : column;
      return [name, withoutNulls(translated, ['constraints'])];
    }),
  );
  if (entry.compiled_code !== undefined) entry.compiled_sql = entry.compiled_code;
  return entry;
}

/** @param parts keys below which nulls are left out as well */
function withoutNulls(json: Json, parts: readonly string[] = []): Record<string, unknown> {
  const kept = Object.entries(json).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(
    kept.map(([key, value]) => {
      if (!parts.includes(key) || typeof value !== 'object') return [key, value];
      return [key, Array.isArray(value) ? value.map((item) => withoutNulls(item)) : withoutNulls(value as Json)];
    }),
  );
}
