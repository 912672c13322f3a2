import type { ManifestNode } from '../nodes.js';

/** In what a node can differ from how it was before, as `state:modified.…` names it. */
export const STATE_ASPECTS = ['body', 'configs', 'relation', 'persisted_descriptions', 'macros', 'contract'] as const;
export type StateAspect = (typeof STATE_ASPECTS)[number];

/** What differs: `{ aspect: 'configs', what: ['materialized'] }`. Some of it has no name of its own in selectors. */
export interface StateChange {
  readonly aspect: StateAspect | 'fqn' | 'references' | 'properties';
  /** keys, columns or unique ids of macros */
  readonly what: readonly string[];
}

/** What the project was, and what became of it, at an earlier time: the artifacts in the folder of `--state`. */
export interface PreviousState {
  /** whether the node was not there yet */
  isNew(node: ManifestNode): boolean;
  /** in what the node is different; empty for one that is the same, and for a new one */
  changesOf(node: ManifestNode): readonly StateChange[];
  /** what a run reported of a node: `success`, `error`, `pass`, `fail`, `warn`, `skipped`; undefined where it had no part in it */
  resultOf(uniqueId: string): string | undefined;
  /** whether a source has newer rows than before */
  isFresher(uniqueId: string): boolean;
}
