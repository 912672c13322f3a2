import { behaves } from '../project/behavior-flags.js';
import type { ConfigKind } from '../project/config-schema.js';
import type { Project } from '../project/project.js';
import type { ConfigLayer } from './merge-config.js';

/** Config of project files for a node. */
export interface ConfigLayers {
  /** of the project or package that the node belongs to: YAML and the node's file come after it */
  readonly own: readonly ConfigLayer[];
  /** what the root project says of a package's node: it has the last word */
  readonly root: readonly ConfigLayer[];
}

/** @param fqn `[package, ...folders, name]` */
export function configLayers(project: Project, kind: ConfigKind, fqn: readonly string[]): ConfigLayers {
  return {
    own: project.config[kind].configsFor(fqn),
    root: project.root === undefined ? [] : project.root.config[kind].configsFor(fqn),
  };
}

/** The config tree of analyses: in dbt projects that of models, below `analysis`, unless the project's flags say otherwise. */
export function treeOfAnalyses(project: Project): 'models' | 'analyses' {
  return project.isDbt && !behaves(project, 'require_corrected_analysis_fqns') ? 'models' : 'analyses';
}
