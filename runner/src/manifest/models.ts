import { createHash } from 'node:crypto';
import { SourceText } from '../errors/source-text.js';
import { type ProjectError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { ModelDefinition } from '../project/define-model.js';
import { type FoundFile, findProjectFiles } from '../project/find-files.js';
import type { ModelEntry } from '../project/properties-schema.js';
import { blockProgram, parseTemplate, type TemplateProgram } from '../template/parse.js';
import { columnsFromYaml, columnsOfDefinition, constraintsFromYaml } from './columns.js';
import { configLayers, treeOfAnalyses } from './config-layers.js';
import { placeOfConfig, unknownConfigValues } from './config-values.js';
import { dateText } from './deprecations.js';
import { foreignKeyReads } from './foreign-keys.js';
import type { FunctionNode } from './function-nodes.js';
import { type FunctionFile, functionLanguages, functionNode, withOverloads } from './functions.js';
import { kindConfigErrors } from './kind-config.js';
import { pointerName } from './latest-version-pointer.js';
import { loadTypeScriptModel } from './load-typescript.js';
import { type ConfigLayer, mergeLayers } from './merge-config.js';
import { checkVersions, type ModelVersion, versionsByFile } from './model-versions.js';
import { aliasOf, schemaOf } from './node-names.js';
import type { AnalysisNode, ColumnProperties, ModelNode, RefCall, SourceCall } from './nodes.js';
import { parseFacts } from './parse-facts.js';
import type { ParseState } from './parse-state.js';
import { entryLayer, type Located } from './property-index.js';
import { pythonTemplate } from './python-model.js';
import { readSource } from './read-source.js';
import { seedHookErrors } from './seed-hooks.js';
import { timeSpineErrors } from './semantic/time-spines.js';
import { placeOfKey, placeOfLiteral } from './typescript-places.js';
import { writtenConfig } from './written-config.js';

type ReadFile = ModelNode | AnalysisNode | FunctionFile;
type Kind = ReadFile['resourceType'];
/** Where the entries of a kind are. */
const entryKinds = {
  model: 'models',
  seed: 'seeds',
  snapshot: 'snapshots',
  analysis: 'analyses',
  function: 'functions',
} as const;

/** What a file brought before config and YAML are joined to it. */
interface Draft {
  readonly kind: Kind;
  readonly language: ModelNode['language'] | FunctionNode['language'];
  readonly name: string;
  readonly file: FoundFile;
  readonly source: SourceText;
  readonly checksum: string;
  readonly program?: TemplateProgram;
  readonly definition?: ModelDefinition;
}

/** Models, seeds, snapshots, analyses and functions of a project, the disabled ones put apart. Errors go to the state. */
export async function readModels(
  state: ParseState,
): Promise<{ readonly models: ModelNode[]; readonly analyses: AnalysisNode[]; readonly functions: FunctionNode[] }> {
  const nodes: ModelNode[] = [];
  const analyses: AnalysisNode[] = [];
  const functions: FunctionNode[] = [];
  checkVersions(state);
  const versions = versionsByFile(state.index);
  for await (const draft of drafts(state)) {
    try {
      const version = draft.kind === 'model' ? versions.get(draft.file.stem) : undefined;
      const read = toNode(state, version === undefined ? draft : { ...draft, name: version.name }, version);
      const node = read.resourceType === 'function' ? functionNode(state, read) : read;
      if (!node.config.enabled) state.disabled.set(node.uniqueId, node);
      else if (node.resourceType === 'analysis') analyses.push(node);
      else if (node.resourceType === 'function') functions.push(node);
      else nodes.push(node);
    } catch (thrown) {
      const ours = tsdbtErrorsOf(thrown);
      if (ours.length === 0) throw thrown;
      state.errors.push(...ours);
      // what YAML says of it is not wrong because the file is
      state.index[entryKinds[draft.kind]].take(draft.name);
    }
  }
  return { models: nodes, analyses, functions: withOverloads(state, functions) };
}

async function* drafts(state: ParseState): AsyncGenerator<Draft> {
  const { project, errors, index } = state;
  for (const file of findProjectFiles(project, project.paths.models)) {
    const isPython = project.isDbt && file.extension === '.py';
    const isTypeScript = file.extension === '.ts' && !/\.(d|test|spec)$/.test(file.stem);
    const isModel = file.extension === '.sql' || isTypeScript || isPython;
    if (!isModel) continue;
    const read = readSource(file, errors, project.prefix);
    const base = { kind: 'model' as const, name: file.stem, file };
    if (read === undefined) index.models.take(file.stem);
    else if (file.extension === '.sql') yield* sqlDraft(state, { ...base, language: 'sql', ...read });
    else if (isPython) yield* sqlDraft(state, { ...base, language: 'python', ...read }, pythonTemplate(read.source));
    else {
      const definition = await loadTypeScriptModel(read.source, file.absolutePath, await state.loader(), errors);
      if (definition === undefined) index.models.take(file.stem);
      else yield { ...base, language: 'typescript', ...read, definition };
    }
  }
  for (const file of findProjectFiles(project, project.paths.seeds)) {
    if (file.extension !== '.csv') continue;
    const read = readSource(file, errors, project.prefix);
    if (read === undefined) index.seeds.take(file.stem);
    else yield { kind: 'seed', language: 'csv', name: file.stem, file, ...read };
  }
  for (const file of findProjectFiles(project, project.paths.snapshots)) {
    if (file.extension !== '.sql') continue;
    const read = readSource(file, errors, project.prefix);
    if (read === undefined) continue;
    for (const draft of sqlDraft(state, { kind: 'snapshot', name: file.stem, file, language: 'sql', ...read })) {
      for (const block of draft.program!.blocks.filter((b) => b.kind === 'snapshot'))
        yield { ...draft, name: block.name, program: blockProgram(draft.program!, block) };
    }
  }
  yield* yamlSnapshots(state);
  for (const file of findProjectFiles(project, project.paths.analyses)) {
    if (file.extension !== '.sql') continue;
    const read = readSource(file, errors, project.prefix);
    if (read === undefined) index.analyses.take(file.stem);
    else yield* sqlDraft(state, { kind: 'analysis', name: file.stem, file, language: 'sql', ...read });
  }
  for (const file of findProjectFiles(project, project.paths.functions)) {
    const language = functionLanguages[file.extension];
    if (language === undefined) continue;
    const read = readSource(file, errors, project.prefix);
    if (read === undefined) index.functions.take(file.stem);
    else yield* sqlDraft(state, { kind: 'function', name: file.stem, file, language, ...read });
  }
}

/** Snapshots that YAML declares with the `relation` that they keep. */
function* yamlSnapshots(state: ParseState): Generator<Draft> {
  for (const { entry, file } of state.index.snapshots.values()) {
    const { relation } = entry as { readonly relation?: string };
    if (relation === undefined) continue;
    const call = relation.replace(/^\s*\{\{-?|-?\}\}\s*$/g, '').trim();
    const source = new SourceText(state.project.prefix + file.path, `select * from {{ ${call} }}`);
    const checksum = createHash('sha256').update(source.text).digest('hex');
    yield* sqlDraft(state, { kind: 'snapshot', language: 'sql', name: entry.name, file, source, checksum });
  }
}

/** The draft with its template, or nothing where the template does not parse. */
function* sqlDraft(state: ParseState, draft: Draft, template = draft.source): Generator<Draft> {
  try {
    yield { ...draft, program: parseTemplate(template) };
  } catch (thrown) {
    const ours = tsdbtErrorsOf(thrown);
    if (ours.length === 0) throw thrown;
    state.errors.push(...ours);
    state.index[entryKinds[draft.kind]].take(draft.name);
  }
}

function toNode(state: ParseState, draft: Draft, versioned: ModelVersion | undefined): ReadFile {
  const { project, index, docs, errors, naming } = state;
  const { kind, name, file, definition, source } = draft;
  const tree = kind === 'analysis' ? treeOfAnalyses(project) : entryKinds[kind];
  const taken = index[entryKinds[kind]].take(name) as Located<ModelEntry> | undefined;
  const located = versioned?.located ?? taken;
  const suffix = versioned === undefined ? '' : `v${versioned.version}`;
  const entry = located?.entry;
  // dbt names the file of a snapshot's block too
  const inBlock = project.isDbt && kind === 'snapshot' && file.extension === '.sql';
  const fqn = [
    project.name,
    ...(kind === 'analysis' && tree === 'models' ? ['analysis'] : []),
    ...file.folders,
    ...(inBlock ? [file.stem] : []),
    name,
    ...(suffix === '' ? [] : [suffix]),
  ];
  const { own: ofProject, root: ofRoot } = configLayers(project, tree, fqn);
  // dbt's default for Python
  const first: ConfigLayer[] = draft.language === 'python' ? [{ materialized: 'table' }] : [];
  const outer: ConfigLayer[] = [...first, ...ofProject, ...(entry === undefined ? [] : entryLayer(entry))];
  const uniqueId = `${kind}.${project.name}.${name}${suffix === '' ? '' : `.${suffix}`}`;
  const stub = { uniqueId, resourceType: kind, name, fqn, path: file.path, packageName: project.name };
  const facts =
    draft.program === undefined
      ? { refs: [], sources: [], functions: [], config: [], macros: [], directMacros: [], configCall: {} }
      : parseFacts(state, draft.program, stub, tree, outer, ofRoot);
  if (definition?.config !== undefined) facts.config.push(definition.config);
  const merged = mergeLayers([...outer, ...facts.config, ...ofRoot]);
  if (definition !== undefined) typeScriptDefaults(merged, definition);
  const config = state.configs.of(merged, tree);
  if (draft.program !== undefined) state.programs.set(uniqueId, draft.program);
  const own: ProjectError[] = [];
  const yaml =
    located === undefined
      ? new Map<string, ColumnProperties>()
      : columnsFromYaml(entry?.columns, located.document, [...located.at, 'columns'], docs, own, project.unknownKeys);
  const columns = definition === undefined ? yaml : columnsOfDefinition(definition, yaml, name, own);
  const described = entry?.description ?? definition?.description ?? '';
  const description =
    located === undefined
      ? described
      : docs.render(described, () => located.document.placeOf([...located.at, 'description']), own);
  const inYaml = entry?.config !== undefined && 'group' in entry.config;
  if (located !== undefined && kind === 'model') own.push(...timeSpineErrors(located));
  const constraints = constraintsFromYaml(entry?.constraints);
  const place = located?.place ?? source.place(0);
  const keys = foreignKeyReads(name, columns.values(), constraints, place);
  own.push(...keys.errors);
  if (kind === 'seed' && project.isDbt) own.push(...seedHookErrors(config, place));
  errors.push(...own);
  if (kind === 'seed' || kind === 'snapshot')
    errors.push(...kindConfigErrors({ resourceType: kind, name, config }, place));
  const unknown = unknownConfigValues(project, state.macros, { ...stub, config }, (key) => {
    const written = { source, configCall: facts.configCall };
    const inConfig = entry?.config !== undefined && key in entry.config;
    const yamlPlace = () => located!.document.placeOf([...located!.at, 'config', key]);
    const tree_ = (project.root ?? project).config[tree].placeOf(fqn, key) ?? project.config[tree].placeOf(fqn, key);
    return placeOfConfig(written, key, inConfig ? yamlPlace : undefined, tree_);
  });
  (project.isDbt ? state.warnings : errors).push(...(config.enabled ? unknown : []));
  const forTemplates = () => ({
    ...stub,
    unique_id: uniqueId,
    resource_type: kind,
    original_file_path: file.path,
    config: merged,
    tags: config.tags,
    package_name: project.name,
    version: versioned?.version ?? null,
    latest_version: versioned?.latest ?? null,
  });
  // every key is written here: growing a copy of the stub by thirty of them is slow
  return {
    uniqueId,
    resourceType: kind,
    packageName: project.name,
    name,
    fqn,
    path: file.path,
    source,
    description: project.isDbt ? description : description.trim(),
    docBlocks: docs.idsIn(described),
    tags: config.tags,
    meta: config.meta,
    propertiesPlace: located?.place,
    language: draft.language,
    config,
    schema: schemaOf(project, config, file.folders, kind, naming, forTemplates),
    alias: aliasOf(config, suffix === '' ? name : `${name}_${suffix.replaceAll('.', '_')}`, naming, forTemplates),
    columns,
    constraints,
    refs: [...(definition === undefined ? facts.refs : refsOf(definition, source)), ...keys.refs],
    sources: [...(definition === undefined ? facts.sources : sourcesOf(definition, source)), ...keys.sources],
    functions: facts.functions,
    dependsOn: [],
    dependsOnMacros: facts.macros,
    directMacros: facts.directMacros,
    configCall: definition === undefined ? facts.configCall : { ...definition.config },
    checksum: draft.checksum,
    absolutePath: file.absolutePath,
    version: versioned?.version,
    latestVersion: versioned?.latest,
    latestPointer: pointerName(project, config, versioned, naming, forTemplates),
    deprecationDate: dateText(entry?.deprecation_date),
    groupPlace: inYaml ? located!.document.placeOf([...located!.at, 'config', 'group']) : source.place(0),
    timeSpine: entry?.time_spine ?? undefined,
    writtenConfig: located === undefined ? undefined : writtenConfig(located, versioned),
    definition,
  } as ReadFile;
}

/** A TypeScript model is a table with a contract unless its own file says otherwise. */
function typeScriptDefaults(merged: Record<string, unknown>, definition: ModelDefinition): void {
  const materialized = definition.config?.materialized ?? merged.materialized;
  merged.materialized = materialized === 'incremental' ? 'incremental' : (definition.config?.materialized ?? 'table');
  merged.contract = { enforced: true, ...(merged.contract as object | undefined) };
}

function refsOf(definition: ModelDefinition, source: SourceText): RefCall[] {
  return (definition.refs ?? []).map((name) => ({
    kind: 'ref',
    package: undefined,
    name,
    version: undefined,
    place: placeOfLiteral(source, name) ?? placeOfKey(source, 'refs'),
  }));
}

function sourcesOf(definition: ModelDefinition, source: SourceText): SourceCall[] {
  return (definition.sources ?? []).map(([name, table]) => ({
    kind: 'source',
    source: name,
    table,
    place: placeOfLiteral(source, table) ?? placeOfKey(source, 'sources'),
  }));
}
