import type { SourcePlace } from '../errors/source-text.js';
import type { TsdbtError } from '../errors/tsdbt-error.js';
import type { Project } from '../project/project.js';
import type { MacroEntry } from '../project/properties-schema.js';
import type { MacroLibrary } from '../template/macros.js';
import type { TemplateProgram } from '../template/parse.js';
import type { DocBlocks } from './docs.js';
import type { FunctionNode } from './function-nodes.js';
import { Graph } from './graph.js';
import type {
  AnalysisNode,
  ExposureNode,
  ManifestNode,
  ModelNode,
  SourceNode,
  TestNode,
  UnitTestNode,
} from './nodes.js';
import type { SemanticNode } from './semantic/semantic-nodes.js';

/** A group of nodes with an owner. */
export interface Group {
  readonly uniqueId: string;
  readonly packageName: string;
  /** project-relative path of the YAML file */
  readonly path: string;
  readonly name: string;
  readonly owner: Readonly<Record<string, unknown>>;
  readonly description: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** What YAML says of a macro. */
export interface MacroProperties {
  readonly entry: MacroEntry;
  readonly description: string;
  /** project-relative path of the YAML file */
  readonly path: string;
}

export interface ManifestParts {
  readonly project: Project;
  readonly nodes: ReadonlyMap<string, ModelNode | TestNode>;
  readonly sources: ReadonlyMap<string, SourceNode>;
  readonly exposures: ReadonlyMap<string, ExposureNode>;
  readonly unitTests?: ReadonlyMap<string, UnitTestNode> | undefined;
  readonly analyses?: ReadonlyMap<string, AnalysisNode> | undefined;
  readonly functions?: ReadonlyMap<string, FunctionNode> | undefined;
  /** semantic models, metrics and saved queries */
  readonly semantics?: ReadonlyMap<string, SemanticNode> | undefined;
  readonly disabled: ReadonlyMap<string, ManifestNode>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly macros: MacroLibrary;
  /** what YAML says of macros, by unique id */
  readonly macroProperties: ReadonlyMap<string, MacroProperties>;
  /** of the project and of each of its packages */
  readonly docs: readonly DocBlocks[];
  /** the parsed template of every SQL model and test */
  readonly programs: ReadonlyMap<string, TemplateProgram>;
  /** where the arguments of generic tests stand in YAML, by the test's unique id and the argument's name */
  readonly argumentPlaces: ReadonlyMap<string, ReadonlyMap<string, SourcePlace>>;
  readonly warnings: readonly TsdbtError[];
}

/** What reads what, in the order in which a build meets it. */
export function graphOf(
  parts: Pick<ManifestParts, 'nodes' | 'sources' | 'unitTests' | 'exposures' | 'analyses' | 'functions' | 'semantics'>,
): Graph {
  const { nodes, sources, unitTests, exposures, analyses, functions, semantics } = parts;
  const all = [functions, nodes, sources, unitTests, exposures, analyses, semantics].flatMap((part): ManifestNode[] =>
    part === undefined ? [] : [...part.values()],
  );
  return new Graph(new Map(all.map((node) => [node.uniqueId, node.dependsOn])));
}

/** Everything that a project declares, resolved: nodes, what they read, macros and docs. */
export class Manifest implements ManifestParts {
  readonly project: Project;
  /** models, seeds, snapshots and tests by unique id, in the order of their files */
  readonly nodes: ReadonlyMap<string, ModelNode | TestNode>;
  readonly sources: ReadonlyMap<string, SourceNode>;
  readonly exposures: ReadonlyMap<string, ExposureNode>;
  readonly unitTests: ReadonlyMap<string, UnitTestNode>;
  readonly analyses: ReadonlyMap<string, AnalysisNode>;
  readonly functions: ReadonlyMap<string, FunctionNode>;
  readonly semantics: ReadonlyMap<string, SemanticNode>;
  readonly disabled: ReadonlyMap<string, ManifestNode>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly macros: MacroLibrary;
  readonly macroProperties: ReadonlyMap<string, MacroProperties>;
  readonly docs: readonly DocBlocks[];
  readonly programs: ReadonlyMap<string, TemplateProgram>;
  readonly argumentPlaces: ReadonlyMap<string, ReadonlyMap<string, SourcePlace>>;
  /** what is likely a mistake and stops nothing */
  readonly warnings: readonly TsdbtError[];
  #models: Map<string, ModelNode | undefined> | undefined;
  /** nodes, sources and exposures; tests and exposures are leaves */
  readonly graph: Graph;

  constructor(parts: ManifestParts, graph?: Graph) {
    this.project = parts.project;
    this.nodes = parts.nodes;
    this.sources = parts.sources;
    this.exposures = parts.exposures;
    this.unitTests = parts.unitTests ?? new Map();
    this.analyses = parts.analyses ?? new Map();
    this.functions = parts.functions ?? new Map();
    this.semantics = parts.semantics ?? new Map();
    this.disabled = parts.disabled;
    this.groups = parts.groups;
    this.macros = parts.macros;
    this.macroProperties = parts.macroProperties;
    this.docs = parts.docs;
    this.programs = parts.programs;
    this.argumentPlaces = parts.argumentPlaces;
    this.warnings = parts.warnings;
    this.graph = graph ?? new Graph(new Map([...this.all()].map((node) => [node.uniqueId, node.dependsOn])));
  }

  /** The project or package that a node belongs to. */
  projectOf(node: { readonly packageName: string } | undefined): Project {
    return this.project.packages.find((one) => one.name === node?.packageName) ?? this.project;
  }

  /** Everything that is enabled and has a place in the graph. */
  *all(): Generator<ManifestNode> {
    yield* this.sources.values();
    yield* this.nodes.values();
    yield* this.unitTests.values();
    yield* this.exposures.values();
    yield* this.analyses.values();
    yield* this.functions.values();
    yield* this.semantics.values();
  }

  get(uniqueId: string): ManifestNode | undefined {
    return (
      this.nodes.get(uniqueId) ??
      this.sources.get(uniqueId) ??
      this.unitTests.get(uniqueId) ??
      this.exposures.get(uniqueId) ??
      this.analyses.get(uniqueId) ??
      this.functions.get(uniqueId) ??
      this.semantics.get(uniqueId)
    );
  }

  /** Unique ids of what a node reads. */
  parentsOf(uniqueId: string): readonly string[] {
    return this.graph.parentsOf(uniqueId);
  }

  /** Unique ids of what reads a node: models, tests, exposures. */
  childrenOf(uniqueId: string): readonly string[] {
    return this.graph.childrenOf(uniqueId);
  }

  /** All unique ids, each after everything it reads. */
  get order(): readonly string[] {
    return this.graph.order;
  }

  /** Models, seeds and snapshots. */
  *models(): Generator<ModelNode> {
    for (const node of this.nodes.values()) if (node.resourceType !== 'test') yield node;
  }

  *tests(): Generator<TestNode> {
    for (const node of this.nodes.values()) if (node.resourceType === 'test') yield node;
  }

  /** The model, seed or snapshot of a name, as `ref` resolves it; undefined when none or several have it. */
  model(name: string): ModelNode | undefined {
    if (this.#models === undefined) {
      this.#models = new Map();
      for (const node of this.models()) this.#models.set(node.name, this.#models.has(node.name) ? undefined : node);
    }
    return this.#models.get(name);
  }
}
