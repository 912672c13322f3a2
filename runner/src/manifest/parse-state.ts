import type { TsdbtError } from '../errors/tsdbt-error.js';
import type { Project } from '../project/project.js';
import type { MacroLibrary } from '../template/macros.js';
import type { TemplateProgram } from '../template/parse.js';
import type { DocBlocks } from './docs.js';
import type { LoadModule } from './load-typescript.js';
import type { ConfigLayer } from './merge-config.js';
import type { NamingMacros } from './node-names.js';
import type { FunctionCall, ManifestNode, RefCall, SourceCall } from './nodes.js';
import type { PropertyIndex } from './property-index.js';
import type { SharedConfigs } from './shared-configs.js';

/** What a template said when it was rendered at parse, without an engine. */
export interface TemplateFacts {
  readonly refs: RefCall[];
  readonly sources: SourceCall[];
  readonly functions: readonly FunctionCall[];
  /** its `config(…)` calls, in order */
  readonly config: ConfigLayer[];
  /** unique ids of the macros it called, directly or not */
  readonly macros: string[];
  /** those among them that stand in the template itself */
  readonly directMacros: readonly string[];
  /** its first `config(…)` call as it is written */
  readonly configCall: Readonly<Record<string, string>>;
}

/** Everything that reading the nodes of a project needs and adds to. */
export interface ParseState {
  readonly project: Project;
  readonly index: PropertyIndex;
  readonly docs: DocBlocks;
  readonly macros: MacroLibrary;
  readonly naming: NamingMacros;
  readonly errors: TsdbtError[];
  readonly warnings: TsdbtError[];
  readonly programs: Map<string, TemplateProgram>;
  readonly disabled: Map<string, ManifestNode>;
  readonly configs: SharedConfigs;
  /** loads TypeScript; made when the first such file is met */
  readonly loader: () => Promise<LoadModule>;
}
