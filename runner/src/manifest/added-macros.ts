import type { AnalysisNode, SqlNode } from './nodes.js';

const changed = new WeakSet<object>();

/** dbt counts a macro as called once something has called it: conditions on `execute` hide some from the parse. */
export function addDirectMacro(node: SqlNode, uniqueId: string): void {
  const known = node.directMacros ?? [];
  if (known.includes(uniqueId)) return;
  node.directMacros = [...known, uniqueId];
  changed.add(node);
}

/** Whether a node has called macros since it was parsed that it did not call then. */
export function hasAddedMacros(node: SqlNode | AnalysisNode): boolean {
  return changed.has(node);
}
