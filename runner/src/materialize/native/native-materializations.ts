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
};

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
