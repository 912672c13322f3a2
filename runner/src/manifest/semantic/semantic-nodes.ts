import type { SavedQueryEntry, SemanticModelEntry } from '../../project/semantic-schema.js';
import type { NodeBase, NodeConfig, RefCall, WrittenConfig } from '../nodes.js';
import type { MetricDefinition } from './metric-definition.js';

/** What a model means: its entities, dimensions and measures. Nothing is built of it. */
export interface SemanticModelNode extends NodeBase {
  readonly resourceType: 'semantic_model';
  readonly config: NodeConfig;
  readonly writtenConfig: WrittenConfig;
  readonly entry: SemanticModelEntry;
  readonly refs: readonly RefCall[];
  dependsOn: string[];
}

/** A figure computed from measures or from other metrics. */
export interface MetricNode extends NodeBase {
  readonly resourceType: 'metric';
  readonly config: NodeConfig;
  readonly writtenConfig: WrittenConfig;
  readonly entry: MetricDefinition;
  dependsOn: string[];
}

/** Metrics with what they are grouped and filtered by. */
export interface SavedQueryNode extends NodeBase {
  readonly resourceType: 'saved_query';
  readonly config: NodeConfig;
  readonly writtenConfig: WrittenConfig;
  readonly entry: SavedQueryEntry;
  dependsOn: string[];
}

export type SemanticNode = SemanticModelNode | MetricNode | SavedQueryNode;
