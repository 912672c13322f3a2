import { macroValueOf } from '../template/context/package-value.js';
import { toTemplateValue } from '../template/convert.js';
import { createDbtContext } from '../template/dbt-context.js';
import { callValue } from '../template/render.js';
import { text } from '../template/values.js';
import { namedMacro } from './call-macro.js';
import { hostOf } from './compile.js';
import type { CompileOptions } from './compiled-code.js';
import type { Manifest } from './manifest.js';
import type { SqlNode } from './nodes.js';
import { macroPlace } from './run-materialization.js';

/**
 * The query by which `show` reads rows in a dbt project: what the macro `get_show_sql` makes of compiled SQL. A project's own
 * macro of that name comes first, as does its `get_limit_sql`.
 *
 * @param node whose SQL it is; undefined for a text of the command line
 * @param limit rows at most; undefined: all
 */
export async function showSql(
  manifest: Manifest,
  node: SqlNode | undefined,
  options: CompileOptions,
  { sql, limit }: { readonly sql: string; readonly limit: number | undefined },
): Promise<string> {
  const macro = namedMacro(manifest, 'get_show_sql');
  const host = hostOf(manifest, node, options, { readsAnything: true, onEphemeral: () => Promise.resolve() });
  const site = { place: macroPlace(macro), via: [] };
  const given = { compiled_code: sql, sql_header: node?.config.extra.sql_header ?? null, limit: limit ?? null };
  const named = new Map(Object.entries(given).map(([name, value]) => [name, toTemplateValue(value)]));
  return text(await callValue(macroValueOf(macro, createDbtContext(host), host), [], site, named));
}
