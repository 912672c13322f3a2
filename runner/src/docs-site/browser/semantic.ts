import type { SiteNode } from '../site-data.js';

/** Whether a node is of the semantic layer, of which nothing is built. */
export function isSemantic({ type }: SiteNode): boolean {
  return type === 'metric' || type === 'semantic_model' || type === 'saved_query';
}
