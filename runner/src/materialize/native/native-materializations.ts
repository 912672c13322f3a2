import { didYouMean } from '../../errors/suggest.js';
import { ProjectError } from '../../errors/tsdbt-error.js';
import { type BuiltIns, mergeConfigs } from '../../manifest/materialization-macros.js';
import type { ModelNode } from '../../manifest/nodes.js';
import { nativeIncremental, STRATEGIES } from './native-incremental.js';
import { nativeTable, nativeView } from './native-models.js';
import type { NativeMaterialization } from './native-request.js';
import { nativeSeed } from './native-seed.js';
import { nativeSnapshot } from './native-snapshot.js';

const MATERIALIZATIONS: ReadonlyMap<string, NativeMaterialization> = new Map([
  ['table', nativeTable],
  ['view', nativeView],
  ['incremental', nativeIncremental],
  ['seed', nativeSeed],
  ['snapshot', nativeSnapshot],
]);

/** What a database file is written with without macros. */
export const nativeBuiltIns: BuiltIns = {
  materializations: new Set(MATERIALIZATIONS.keys()),
  strategies: new Set(STRATEGIES),
  leftToMacros: ['indexes', ...mergeConfigs],
  leavesToMacros: ({ resourceType, config: { extra, materialized, incremental_strategy: strategy } }) =>
    (resourceType === 'snapshot' && isGiven(extra.indexes)) ||
    (materialized === 'incremental' && strategy === 'merge' && !isPlainMerge(extra)),
};

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Whether the configs of a merge that are read here have the types which dbt-duckdb's have. */
function isPlainMerge(extra: Readonly<Record<string, unknown>>): boolean {
  const all = (keys: readonly string[], isRight: (value: unknown) => boolean): boolean =>
    keys.every((key) => !isGiven(extra[key]) || isRight(extra[key]));
  return (
    all(['merge_update_condition', 'merge_insert_condition'], (value) => typeof value === 'string') &&
    all(['merge_update_columns', 'merge_exclude_columns'], Array.isArray)
  );
}

/**
 * How a node is written into a database file.
 * @throws {ProjectError} TSD1080 for a materialization that nobody defines
 */
export function nativeMaterializationOf(node: ModelNode): NativeMaterialization {
  const name = node.resourceType === 'model' ? node.config.materialized : node.resourceType;
  const found = MATERIALIZATIONS.get(name);
  if (found !== undefined) return found;
  throw new ProjectError('TSD1080', `${node.name}: unknown materialization "${name}"`, {
    place: node.source.place(0),
    hint: didYouMean(name, MATERIALIZATIONS.keys()) ?? 'use table, view, incremental or ephemeral',
  });
}
