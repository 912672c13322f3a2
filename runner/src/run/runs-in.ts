import type { ManifestNode } from '../manifest/nodes.js';
import type { RunCommand } from './run-types.js';

/** What each command does with what is selected. */
const RESOURCES: Readonly<Record<RunCommand, readonly string[]>> = {
  build: ['model', 'function', 'seed', 'snapshot', 'test', 'unit_test'],
  run: ['model'],
  seed: ['seed'],
  snapshot: ['snapshot'],
  test: ['test', 'unit_test'],
  clone: ['model', 'seed', 'snapshot'],
};

/** What is told of at the end of a dbt project's build, and not built itself. */
export function isNoOp(node: ManifestNode | undefined): boolean {
  return node?.resourceType === 'exposure' || node?.resourceType === 'saved_query';
}

/** Whether a command does anything with a node: ephemeral models and empty files of a dbt project are never run. */
export function runsIn(command: RunCommand, node: ManifestNode | undefined): boolean {
  if (node === undefined || !RESOURCES[command].includes(node.resourceType)) return false;
  if (node.resourceType !== 'model') return true;
  return node.config.materialized !== 'ephemeral' && node.source.text.trim() !== '';
}
