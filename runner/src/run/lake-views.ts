import { join } from 'node:path';
import { pointerOf } from '../manifest/latest-version-pointer.js';
import { type LakeView, writeLakeFile } from './lake-file.js';
import type { RunState } from './run-state.js';

/**
 * Writes the file of views over the current versions of all relations of the project that exist, also those that this run did
 * not touch. Sources outside the warehouse are left to the views that read them.
 * @throws {StorageError} TSD6082 when the file cannot be written
 */
export async function writeViews(state: RunState): Promise<void> {
  const { project } = state.request;
  const views: LakeView[] = [];
  for (const node of state.manifest.all()) {
    if (!['model', 'seed', 'snapshot', 'source', 'test'].includes(node.resourceType)) continue;
    if (node.resourceType === 'source' && node.location !== undefined) continue;
    if ('materialized' in node.config && node.config.materialized === 'ephemeral') continue;
    const relation = state.relationOf(node.uniqueId);
    for (const one of [relation, pointerOf(node, relation)]) {
      if (one === undefined) continue;
      const found = await state.storage.latestSelect(one);
      if (found !== undefined) views.push({ relation: one, ...found });
    }
  }
  for (const node of state.manifest.functions.values()) {
    const relation = state.relationOf(node.uniqueId);
    const found = state.storage.functions?.read(relation);
    if (found !== undefined) views.push({ relation, select: found.statements, dependsOn: found.dependsOn });
  }
  if (views.length === 0) return;
  for (const { relation, reason } of await writeLakeFile(project.warehouse, join(project.targetPath, 'tmp'), views)) {
    state.log(
      'warn',
      `lake.duckdb leaves out ${relation.schema}.${relation.identifier}: ${reason}; run it again, tsdbt build --select ${relation.identifier}`,
    );
  }
}
