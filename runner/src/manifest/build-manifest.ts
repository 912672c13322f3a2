import path from 'node:path';
import type { ErrorCode } from '../errors/codes.js';
import type { SourcePlace } from '../errors/source-text.js';
import { GraphError, type ProjectError, type TsdbtError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { behaves } from '../project/behavior-flags.js';
import { forgetProjectFiles } from '../project/find-files.js';
import { orderedErrors } from '../project/ordered-errors.js';
import type { Project } from '../project/project.js';
import { type PropertiesDocument, readProperties } from '../project/properties.js';
import { accessErrors, groupErrors } from './access.js';
import { baseHost } from './base-host.js';
import { graphCodes } from './codes.js';
import { configVersionErrors } from './config-version.js';
import { deprecations } from './deprecations.js';
import { dispatchErrors } from './dispatch-errors.js';
import { readDocs } from './docs.js';
import { readExposures } from './exposures.js';
import type { FunctionNode } from './function-nodes.js';
import { readGenericTests } from './generic-test-nodes.js';
import { inheritDescriptions } from './inherit-descriptions.js';
import { createModuleLoader, type LoadModule } from './load-typescript.js';
import { macroArgumentErrors } from './macro-arguments.js';
import { readMacros } from './macros.js';
import { type Group, graphOf, type MacroProperties, Manifest } from './manifest.js';
import { microbatchErrors } from './microbatch-config.js';
import { readModels } from './models.js';
import { namesWithSpaces } from './names-with-spaces.js';
import { namingMacros } from './naming-macros.js';
import type {
  AnalysisNode,
  ExposureNode,
  ManifestNode,
  ModelNode,
  SourceNode,
  SqlNode,
  TestNode,
  UnitTestNode,
} from './nodes.js';
import type { ParseState } from './parse-state.js';
import { PropertyIndex } from './property-index.js';
import { cycleError, Resolver, withoutConsequences } from './resolve.js';
import { readSemantics } from './semantic/read-semantics.js';
import { SemanticResolver } from './semantic/resolve-semantics.js';
import type { SemanticModelNode, SemanticNode } from './semantic/semantic-nodes.js';
import { validateSemantics } from './semantic/validate/validate-semantics.js';
import { shareEntries } from './share-entries.js';
import { SharedConfigs } from './shared-configs.js';
import { readSingularTests } from './singular-tests.js';
import { readSources } from './sources.js';
import { readUnitTests, resolveUnitTests } from './unit-tests.js';
import { unknownColumns, unknownOverrides, unreadVariables, WrittenNames } from './written-names.js';

/**
 * Reads all files of a project and resolves what they say to each other.
 *
 * @throws TsdbtErrors with every error of every file: TSD1xxx (YAML, TypeScript models, tests), TSD2xxx (templates),
 *   TSD3xxx (refs, sources, cycles)
 */
export async function buildManifest(project: Project): Promise<Manifest> {
  const errors: TsdbtError[] = [];
  const warnings: TsdbtError[] = [];
  for (const one of [project, ...project.packages]) forgetProjectFiles(one);
  const macros = readMacros(project, errors);
  errors.push(...dispatchErrors(project, macros, baseHost(project, macros).adapterTypes));
  const loaders = new Map<string, Promise<LoadModule>>();
  const properties: PropertiesDocument[] = [];
  const configs = new SharedConfigs();
  const states = [project, ...project.packages].map((one): ParseState => {
    const docs = readDocs(one, errors);
    const documents = readProperties(one, errors);
    properties.push(...documents);
    return {
      project: one,
      index: new PropertyIndex(documents, errors),
      docs,
      macros,
      naming: namingMacros(one, macros),
      errors,
      warnings,
      programs: new Map(),
      disabled: new Map(),
      configs,
      loader: () => {
        let loader = loaders.get(one.projectDir);
        loader ??= createModuleLoader(one.projectDir, path.join(project.targetPath, 'cache', 'modules'));
        loaders.set(one.projectDir, loader);
        return loader;
      },
    };
  });
  for (const state of states) state.docs.others.push(...states.filter((one) => one !== state).map((one) => one.docs));
  shareEntries(states);
  const read: ReadNodes[] = [];
  // packages come first: the project may test their nodes
  for (const state of states.toReversed()) {
    const others = read.flatMap((one) => one.models);
    read.unshift(await readNodes(state, others));
  }
  const programs = new Map(states.flatMap((state) => [...state.programs]));
  const disabled = new Map(states.flatMap((state) => [...state.disabled]));
  const models = withoutDuplicates(
    project,
    read.flatMap((one) => one.models),
    errors,
  );
  const sources = read.flatMap((one) => one.sources);
  const exposures = read.flatMap((one) => one.exposures);
  const analyses = read.flatMap((one) => one.analyses);
  const functions = read.flatMap((one) => one.functions);
  const semantics = read.flatMap((one) => one.semantics);
  const allTests = read.flatMap((one) => one.tests);
  const [state] = states;
  const semanticModels = semantics.filter((node) => node.resourceType === 'semantic_model');
  const readers = [...models, ...allTests, ...exposures, ...analyses, ...functions, ...semanticModels];
  const unresolved = resolveAll(
    { ...state!, disabled },
    new Resolver(models, sources, disabled.values(), project, functions),
    readers,
  );
  const semantic = new SemanticResolver(semantics, disabled.values(), project.name, errors);
  for (const node of semantics) if (node.resourceType !== 'semantic_model') semantic.resolve(node);
  for (const node of exposures) semantic.resolveExposure(node);
  validateSemantics(semantics, models, errors, warnings);
  const unitTests = read
    .flatMap((one) => one.unitTests)
    .filter((test) => models.some((m) => m.uniqueId === test.dependsOn[0]));
  const resolver = new Resolver(models, sources, disabled.values(), project);
  resolveUnitTests(unitTests, models, resolver, errors, project.isDbt ? warnings : undefined);
  const projects = [project, ...project.packages];
  const written = new WrittenNames(
    macros,
    programs.values(),
    [...models, ...analyses, ...functions, ...allTests],
    properties,
    projects,
  );
  const unitTestEntries = states.flatMap((one) => one.index.unitTests);
  (project.isDbt ? warnings : errors).push(
    ...unknownOverrides(project, macros, unitTestEntries, written),
    ...unknownColumns(unitTests, models),
  );
  warnings.push(...unreadVariables(project, written));
  const tests = allTests.filter((test) => !unresolved.has(test));
  for (const test of unresolved) disabled.set(test.uniqueId, test);
  const nodes = new Map<string, ModelNode | TestNode>();
  for (const node of [...models, ...tests]) nodes.set(node.uniqueId, node);
  const parts = {
    project,
    nodes,
    sources: byId(sources),
    exposures: byId(exposures),
    unitTests: byId(unitTests),
    disabled,
    analyses: byId(analyses),
    functions: byId(functions),
    semantics: byId(semantics),
    groups: new Map(states.flatMap(readGroups).map((group) => [group.name, group])),
    macros,
    macroProperties: new Map(states.flatMap(readMacroProperties)),
    docs: states.map((one) => one.docs),
    programs,
    argumentPlaces: new Map(read.flatMap((one) => [...one.argumentPlaces])),
    warnings,
  };
  const all = new Map<string, ManifestNode>([
    ...nodes,
    ...parts.sources,
    ...parts.unitTests,
    ...parts.exposures,
    ...parts.analyses,
    ...parts.functions,
    ...parts.semantics,
  ]);
  // a macro of the project's own says itself what it needs
  if (macros.override('get_incremental_microbatch_sql', macros.rootPackage, [project.target.type]) === undefined)
    errors.push(...microbatchErrors(models));
  const holding = new Set([...nodes.values(), ...sources].map((node) => node.packageName));
  errors.push(...configVersionErrors(projects, holding));
  errors.push(...namesWithSpaces(project, [...nodes.values(), ...sources, ...semantics]));
  (project.isDbt ? warnings : errors).push(...states.flatMap(macroArgumentErrors));
  errors.push(...groupErrors(all.values(), parts.groups.keys()));
  errors.push(...accessErrors(all.values(), nodes, projects));
  warnings.push(...deprecations(models, new Date()));
  const graph = graphOf(parts);
  if (graph.order.length < all.size)
    for (const cycle of graph.cycles()) errors.push(cycleError(cycle, (id) => all.get(id)!));
  const unknownKeys = projects.flatMap((one) => one.unknownKeys ?? []);
  if (errors.length > 0) throw orderedErrors(withoutConsequences(errors), [...warnings, ...unknownKeys]);
  warnings.push(...inheritDescriptions(nodes, parts.sources, graph));
  for (const tree of Object.values(project.config)) warnings.push(...tree.unused());
  warnings.push(...unknownKeys);
  return new Manifest(parts, graph);
}

interface ReadNodes {
  readonly models: readonly ModelNode[];
  readonly sources: readonly SourceNode[];
  readonly tests: readonly TestNode[];
  readonly unitTests: readonly UnitTestNode[];
  readonly exposures: readonly ExposureNode[];
  readonly analyses: readonly AnalysisNode[];
  readonly functions: readonly FunctionNode[];
  readonly semantics: readonly SemanticNode[];
  readonly argumentPlaces: ReadonlyMap<string, ReadonlyMap<string, SourcePlace>>;
}

/** Everything that the files of one project or package declare; what they say to each other is resolved later. */
/** @param others models, seeds and snapshots of other packages, which YAML may test */
async function readNodes(state: ParseState, others: readonly ModelNode[]): Promise<ReadNodes> {
  const { project, index, docs, errors } = state;
  const allSources = readSources(project, index, docs, errors);
  const sources = allSources.filter((node) => node.config.enabled);
  for (const node of allSources) if (!node.config.enabled) state.disabled.set(node.uniqueId, node);
  const { models, analyses, functions } = await readModels(state);
  const generic = readGenericTests(state, models, sources, others);
  const singular = readSingularTests(state);
  const exposures = readExposures(project, index, docs, errors);
  for (const node of exposures.disabled) state.disabled.set(node.uniqueId, node);
  reportUnclaimed(state, models, [...analyses, ...functions]);
  return {
    models,
    sources,
    tests: [...generic.nodes.values(), ...singular],
    unitTests: readUnitTests(state, models),
    exposures: exposures.enabled,
    analyses,
    functions,
    semantics: readSemantics(state, [...models, ...others]),
    argumentPlaces: generic.argumentPlaces,
  };
}

/** The groups that YAML declares. */
function readGroups({ index, docs, project, errors }: ParseState): Group[] {
  return [...index.groups.values()].map(({ entry, document, file, at }) => {
    const own: ProjectError[] = [];
    const description = docs.render(entry.description ?? '', () => document.placeOf([...at, 'description']), own);
    errors.push(...own);
    return {
      uniqueId: `group.${project.name}.${entry.name}`,
      packageName: project.name,
      path: file.path,
      name: entry.name,
      owner: entry.owner,
      description,
      config: entry.config ?? {},
    };
  });
}

/** What YAML says of macros, by their unique ids. */
function readMacroProperties({ index, docs, project, errors }: ParseState): [string, MacroProperties][] {
  return [...index.macros.values()].map(({ entry, document, file, at }) => {
    const own: ProjectError[] = [];
    const description = docs.render(entry.description ?? '', () => document.placeOf([...at, 'description']), own);
    errors.push(...own);
    return [`macro.${project.name}.${entry.name}`, { entry, description, path: file.path }];
  });
}

function byId<T extends { readonly uniqueId: string }>(nodes: readonly T[]): Map<string, T> {
  return new Map(nodes.map((node) => [node.uniqueId, node]));
}

/**
 * Models, seeds and snapshots share one space of names, and each writes a table of its own. In a dbt project a seed may have a model's name,
 * unless its flags say otherwise.
 */
function withoutDuplicates(project: Project, nodes: readonly ModelNode[], errors: TsdbtError[]): ModelNode[] {
  const isShared = !project.isDbt || behaves(project, 'require_unique_project_resource_names');
  const names = new Map<string, ModelNode>();
  const relations = new Map<string, ModelNode>();
  const kept: ModelNode[] = [];
  for (const node of nodes) {
    const key = `${isShared ? '' : node.resourceType} ${node.packageName}.${node.name}.${node.version}`;
    const earlier = names.get(key);
    if (earlier !== undefined) {
      errors.push(
        duplicate(
          graphCodes.duplicateNode,
          `two nodes are named "${node.name}"`,
          node,
          earlier,
          'rename one of the files: ref() finds nodes by name',
        ),
      );
      continue;
    }
    names.set(key, node);
    kept.push(node);
    if (node.config.materialized === 'ephemeral') continue;
    for (const identifier of [node.alias, node.latestPointer]) {
      if (identifier === undefined) continue;
      const relation = `${node.config.database ?? ''}.${node.schema}.${identifier}`.toLowerCase();
      const writer = relations.get(relation);
      if (writer === undefined) relations.set(relation, node);
      else {
        const shown = `${node.schema}.${identifier}`;
        const what =
          writer === node
            ? `the latest version of "${node.name}" and the view that points to it are both ${shown}`
            : `"${node.name}" and "${writer.name}" both write ${shown}`;
        const hint = 'give one of them another alias or schema';
        errors.push(duplicate(graphCodes.duplicateRelation, what, node, writer, hint));
      }
    }
  }
  return kept;
}

function duplicate(code: ErrorCode, message: string, node: ModelNode, earlier: ModelNode, hint: string): GraphError {
  const first = (of: ModelNode): SourcePlace => of.source.place(0, Math.max(1, of.source.line(1).length));
  return new GraphError(code, message, {
    place: first(node),
    via: [{ label: 'the other', place: first(earlier) }],
    hint,
  });
}

/** YAML entries of resources that do not exist. Entries of disabled nodes and of files with errors are no mistakes. */
function reportUnclaimed(
  { index, macros, disabled, project, ...state }: ParseState,
  models: readonly ModelNode[],
  others: readonly (AnalysisNode | FunctionNode)[],
): void {
  // dbt warns of them
  const errors = project.unknownKeys ?? state.errors;
  const names = (kind: (ModelNode | AnalysisNode | FunctionNode)['resourceType']) =>
    [...models, ...others, ...disabled.values()].filter((node) => node.resourceType === kind).map((node) => node.name);
  index.models.unclaimed(names('model'), errors);
  index.seeds.unclaimed(names('seed'), errors);
  index.snapshots.unclaimed(names('snapshot'), errors);
  index.analyses.unclaimed(names('analysis'), errors);
  index.functions.unclaimed(names('function'), errors);
  const macroNames = [...macros.all()].filter((m) => m.packageName === project.name).map((m) => m.name);
  for (const { entry } of index.macros.values()) {
    if (macroNames.includes(entry.name) || macroNames.includes(`test_${entry.name}`)) index.macros.take(entry.name);
  }
  index.macros.unclaimed(macroNames, errors);
  for (const name of macroNames) if (name.startsWith('test_')) index.tests.take(name.slice(5));
  index.tests.unclaimed([], errors);
}

type Reader = SqlNode | ExposureNode | AnalysisNode | SemanticModelNode;

/** @returns the tests of a dbt project that read what is disabled or missing: dbt leaves them out, with a warning */
function resolveAll(
  { project, errors, warnings }: ParseState,
  resolver: Resolver,
  readers: readonly Reader[],
): Set<TestNode> {
  const unresolved = new Set<TestNode>();
  for (const node of readers) {
    const found = new Set<string>();
    const collect = (resolve: () => { uniqueId: string }): void => {
      try {
        found.add(resolve().uniqueId);
      } catch (thrown) {
        const ours = tsdbtErrorsOf(thrown);
        if (ours.length === 0) throw thrown;
        if (project.isDbt && node.resourceType === 'test') {
          unresolved.add(node);
          warnings.push(...ours);
        } else errors.push(...ours);
      }
    };
    for (const call of inFileOrder(node))
      collect(() => (call.kind === 'ref' ? resolver.ref(call, node) : resolver.source(call, node)));
    for (const call of 'functions' in node ? node.functions : []) collect(() => resolver.function(call, node));
    node.dependsOn = [...found];
  }
  return unresolved;
}

/** refs and sources in the order in which they stand in the file. */
function inFileOrder(node: Reader) {
  if (node.resourceType === 'semantic_model') return node.refs;
  const calls = [...node.refs, ...node.sources];
  if (node.sources.length === 0 || node.refs.length === 0) return calls;
  return calls.sort((a, b) => (a.place?.start ?? 0) - (b.place?.start ?? 0));
}
