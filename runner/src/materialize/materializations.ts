import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { type BuiltIns, mergeConfigs } from '../manifest/materialization-macros.js';
import type { ModelNode } from '../manifest/nodes.js';
import { materializeIncremental, STRATEGIES } from './incremental.js';
import type { Materialization } from './materialization.js';
import { materializeSnapshot } from './snapshot.js';
import { materializeTable } from './table.js';
import { materializeView } from './view.js';

const MATERIALIZATIONS: Readonly<Record<string, Materialization>> = {
  table: materializeTable,
  view: materializeView,
  incremental: materializeIncremental,
  seed: materializeTable,
  snapshot: materializeSnapshot,
};

/** What the lake is written with without macros. Delta tables have no indexes. */
export const deltaBuiltIns: BuiltIns = {
  materializations: new Set(Object.keys(MATERIALIZATIONS)),
  strategies: new Set([...STRATEGIES, 'default']),
  leftToMacros: mergeConfigs,
};

/**
 * The materialization that a node's config names.
 * @throws {ProjectError} TSD1080 where there is none of that name
 */
export function materializationOf(node: ModelNode): Materialization {
  const name = node.resourceType === 'model' ? node.config.materialized : node.resourceType;
  const found = MATERIALIZATIONS[name];
  if (found === undefined || !Object.hasOwn(MATERIALIZATIONS, name)) {
    throw new ProjectError('TSD1080', `${node.name}: unknown materialization "${name}"`, {
      place: node.source.place(0),
      hint:
        didYouMean(name, [...Object.keys(MATERIALIZATIONS), 'ephemeral']) ??
        'use table, view, incremental or ephemeral',
    });
  }
  if (node.language === 'typescript' && name === 'view') {
    throw new ProjectError('TSD1081', `${node.name}: a TypeScript model cannot be a view`, {
      place: node.source.place(0),
      hint: 'its rows are computed once: use materialized: table or incremental',
    });
  }
  return found;
}
