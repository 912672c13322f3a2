import { isDeepStrictEqual } from 'node:util';
import { quoteIdentifier } from '../engines/relation.js';
import type { SourcePlace } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { Project, ValueScope } from '../project/project.js';
import type { ColumnEntry } from '../project/properties-schema.js';
import { isRenderedLater, renderValues } from '../project/render-values.js';
import { projectScope } from '../project/value-scope.js';
import type { YamlDocument, YamlPath } from '../project/yaml-document.js';
import { internalPackage, type LibraryMacro } from '../template/macros.js';
import { configLayers } from './config-layers.js';
import { checkArguments, readTestEntries, type TestEntry } from './generic-tests.js';
import { kindConfigErrors } from './kind-config.js';
import { testMacroOf, testNames, whereMacroId } from './macros.js';
import { mergeLayers, textList } from './merge-config.js';
import { versionsByFile } from './model-versions.js';
import { aliasOf, schemaOf } from './node-names.js';
import type { ModelNode, RefCall, SourceCall, SourceNode, TestNode } from './nodes.js';
import { argumentFacts, testMacroFacts } from './parse-facts.js';
import type { ParseState } from './parse-state.js';
import { dbtTestHash, genericTestNames, testHash } from './test-names.js';

type Tests = readonly (string | Readonly<Record<string, unknown>>)[] | null | undefined;

/** A place in YAML that lists tests of one table. */
interface Attachment {
  readonly node: ModelNode | SourceNode;
  readonly document: YamlDocument;
  readonly folders: readonly string[];
  readonly path: string;
  /** what templates in it see */
  readonly scope: ValueScope;
}

/** Generic tests, and where their arguments stand in YAML. */
export interface GenericTests {
  readonly nodes: Map<string, TestNode>;
  readonly argumentPlaces: Map<string, ReadonlyMap<string, SourcePlace>>;
}

/**
 * The tests that YAML lists under models, seeds, snapshots, sources and their columns.
 * @param others models, seeds and snapshots of other packages
 */
export function readGenericTests(
  state: ParseState,
  models: readonly ModelNode[],
  sources: readonly SourceNode[],
  others: readonly ModelNode[],
): GenericTests {
  const result: GenericTests = { nodes: new Map(), argumentPlaces: new Map() };
  const byId = new Map<string, ModelNode | SourceNode>([...models, ...sources].map((node) => [node.uniqueId, node]));
  const { index, project } = state;
  const scope = projectScope(project);
  const kinds = { model: index.models, seed: index.seeds, snapshot: index.snapshots };
  for (const [kind, table] of Object.entries(kinds)) {
    for (const { entry, document, file, at } of table.values()) {
      // dbt makes the tests of an entry whatever the kind of the node that bears its name
      const found = [kind, ...(project.isDbt ? Object.keys(kinds) : [])]
        .map((one) => byId.get(`${one}.${project.name}.${entry.name}`))
        .find((node) => node !== undefined);
      const elsewhere = () => others.find((node) => node.name === entry.name && node.resourceType === kind);
      const node = found ?? elsewhere();
      if (node === undefined) continue;
      readTable(state, result, { node, document, folders: file.folders, path: file.path, scope }, entry, at);
    }
  }
  for (const { name, version, located } of new Set(versionsByFile(index).values())) {
    const node = byId.get(`model.${project.name}.${name}.v${version}`);
    if (node === undefined) continue;
    const { document, file, entry, at } = located;
    readTable(state, result, { node, document, folders: file.folders, path: file.path, scope }, entry, at);
  }
  for (const { entry: source, document, file, at } of index.sources) {
    for (const [i, table] of (source.tables ?? []).entries()) {
      const node = byId.get(`source.${project.name}.${source.name}.${table.name}`);
      if (node === undefined) continue;
      readTable(state, result, { node, document, folders: file.folders, path: file.path, scope }, table, [
        ...at,
        'tables',
        i,
      ]);
    }
  }
  return result;
}

function readTable(
  state: ParseState,
  result: GenericTests,
  attachment: Attachment,
  entry: { tests?: Tests; data_tests?: Tests; columns?: readonly ColumnEntry[] | null | undefined },
  at: YamlPath,
): void {
  readList(state, result, attachment, entry, at, undefined);
  for (const [i, column] of (entry.columns ?? []).entries())
    readList(state, result, attachment, column, [...at, 'columns', i], column);
}

function readList(
  state: ParseState,
  result: GenericTests,
  attachment: Attachment,
  lists: { tests?: Tests; data_tests?: Tests },
  at: YamlPath,
  column: ColumnEntry | undefined,
): void {
  if (lists.tests == null && lists.data_tests == null) return;
  const own: ProjectError[] = [];
  const { evaluate } = state.project;
  // a condition is rendered when the test runs
  const isKept = (path: YamlPath): boolean => path.at(-1) === 'where' || isRenderedLater(path);
  const render = (value: unknown, path: YamlPath): unknown =>
    isKept(path) ? value : renderValues(value, attachment.document, evaluate, attachment.scope, isKept, own, path);
  const reading = { errors: own, unknownKeys: state.project.unknownKeys, render };
  for (const key of ['tests', 'data_tests'] as const) {
    for (const entry of readTestEntries(lists[key], attachment.document, [...at, key], reading)) {
      try {
        const node = toNode(state, attachment, entry, column, own);
        if (node !== undefined) addNode(state, result, node, entry, own);
      } catch (thrown) {
        const ours = tsdbtErrorsOf(thrown);
        if (ours.length === 0) throw thrown;
        state.errors.push(...ours);
      }
    }
  }
  state.errors.push(...own);
}

function addNode(
  state: ParseState,
  result: GenericTests,
  node: TestNode,
  entry: TestEntry,
  errors: ProjectError[],
): void {
  if (!node.config.enabled) {
    state.disabled.set(node.uniqueId, node);
    return;
  }
  const earlier = result.nodes.get(node.uniqueId);
  if (earlier !== undefined) {
    errors.push(
      new ProjectError(projectCodes.duplicateName, `the test "${entry.name}" stands twice with the same arguments`, {
        place: entry.place,
        via: [{ label: 'the first', place: earlier.propertiesPlace! }],
        hint: 'take one out, or give one a name of its own',
      }),
    );
    return;
  }
  result.nodes.set(node.uniqueId, node);
  result.argumentPlaces.set(
    node.uniqueId,
    new Map(Object.keys(entry.args).map((name) => [name, entry.placeOfArgument(name)])),
  );
}

function toNode(
  state: ParseState,
  { node: tested, document, folders, path }: Attachment,
  entry: TestEntry,
  column: ColumnEntry | undefined,
  errors: ProjectError[],
): TestNode | undefined {
  const { project, naming } = state;
  const found = testMacroOf(state.macros, entry.name, entry.package);
  if (found === undefined) {
    // a dbt project may name tests of packages that are not installed: they fail when they run
    (project.unknownKeys ?? errors).push(unknownTest(state, entry));
    if (!project.isDbt) return undefined;
  }
  const columnName = column === undefined ? undefined : nameOf(column, project);
  const before = errors.length;
  if (found !== undefined) checkArguments(entry, found, columnName, errors, project.isDbt ? state.warnings : undefined);
  if (errors.length > before) return undefined;
  const macro = found?.macro;

  const kwargs = { ...entry.args, ...(columnName === undefined ? {} : { column_name: columnName }) };
  const isSource = tested.resourceType === 'source';
  const prefix = isSource ? 'source_' : '';
  const testName = `${prefix}${entry.package === undefined ? '' : `${entry.package}_`}${entry.name}`;
  const version = isSource ? undefined : tested.version;
  const versioned = version === undefined ? tested.name : `${tested.name}_v${version}`;
  const target = isSource ? `${tested.sourceName}_${tested.name}` : versioned;
  const names = genericTestNames(testName, target, kwargs);
  const name = entry.customName ?? names.full;
  const fqn = [project.name, ...folders, name];
  const hash = project.isDbt
    ? dbtTestHash(
        name,
        { namespace: entry.package, name: entry.name, kwargs },
        isSource
          ? `source('${tested.sourceName}', '${tested.name}')`
          : `ref('${tested.name}'${version === undefined ? '' : `, version='${version}'`})`,
      )
    : testHash({ package: entry.package, name: entry.name, kwargs, tested: tested.uniqueId });
  const stub = {
    uniqueId: `test.${project.name}.${name}.${hash}`,
    resourceType: 'test' as const,
    packageName: project.name,
    name,
    fqn,
    path,
  };
  const own = isSource
    ? { refs: [] as RefCall[], sources: [sourceCall(tested, entry.place)] }
    : { refs: [refCall(tested, entry.place)], sources: [] as SourceCall[] };
  const args = argumentFacts(state, entry.args, (argument) => entry.placeOfArgument(argument));
  // the macros that come with the engine read nothing but their arguments
  const isOwn = macro === undefined || macro.packageName === internalPackage;
  const body = isOwn ? undefined : testMacroFacts(state, macro, stub, tested, kwargs);
  const layers = configLayers(project, 'tests', fqn);
  const merged = mergeLayers([...layers.own, ...(body?.config ?? []), entry.config, ...layers.root]);
  const given = state.configs.of(merged, 'tests');
  const isLong = given.alias === undefined && entry.customName === undefined && names.short !== names.full;
  const config = isLong ? { ...given, alias: names.short } : given;
  state.errors.push(...kindConfigErrors({ ...stub, config }, entry.place));
  return {
    uniqueId: stub.uniqueId,
    resourceType: stub.resourceType,
    packageName: stub.packageName,
    name,
    fqn,
    path,
    source: document.source,
    description: entry.description,
    tags: tagsOf(config.tags, column, tested),
    meta: config.meta,
    propertiesPlace: entry.place,
    config,
    schema: schemaOf(project, config, folders, 'test', naming, () => ({ ...stub, config })),
    alias: aliasOf(config, name, naming, () => ({ ...stub, config })),
    rawCode: `{{ ${entry.package === undefined ? '' : `${entry.package}.`}test_${entry.name}(**_tsdbt_test_arguments) }}`,
    generic: { name: entry.name, package: entry.package, kwargs, fileName: entry.customName ?? names.short },
    columnName,
    writtenConfig: { given: entry.config, raw: mergeLayers(body?.config ?? []) },
    attachedNode: tested.uniqueId,
    refs: [...own.refs, ...args.refs, ...(body?.refs ?? []).filter((call) => !isAmong(call, args.refs))],
    sources: [...own.sources, ...args.sources, ...(body?.sources ?? []).filter((call) => !isAmong(call, args.sources))],
    functions: body?.functions ?? [],
    dependsOn: [],
    dependsOnMacros: [...(macro === undefined ? [] : [macro.uniqueId]), ...(body?.macros ?? [])],
    directMacros:
      macro === undefined ? [] : [macro.uniqueId, ...(isKnown(macro) ? [] : whereMacroId(state.macros, project.name))],
  };
}

/** dbt knows what these read without rendering them. */
function isKnown({ packageName, name }: LibraryMacro): boolean {
  return packageName === internalPackage && (name === 'test_unique' || name === 'test_not_null');
}

/** Whether a call that the test's body makes is one of its arguments, which were read before. */
function isAmong<T extends RefCall | SourceCall>({ place: _, ...call }: T, calls: readonly T[]): boolean {
  return calls.some(({ place: __, ...other }) => isDeepStrictEqual(call, other));
}

/** A test has the tags of its column, too, and of the source that it tests. */
function tagsOf(own: readonly string[], column: ColumnEntry | undefined, tested: ModelNode | SourceNode): string[] {
  const outer = tested.resourceType === 'source' ? tested.tags : [];
  const inherited = [...textList(column?.tags), ...textList(column?.config?.tags), ...outer];
  return inherited.length === 0 ? [...own] : [...new Set([...own, ...inherited])].sort();
}

/** A column's name as tests are given it: a dbt project may ask for quotes around it. */
function nameOf({ name, quote }: ColumnEntry, { isDbt }: Project): string {
  return isDbt && quote === true ? quoteIdentifier(String(name)) : String(name);
}

function refCall(node: ModelNode, place: SourcePlace): RefCall {
  return { kind: 'ref', package: node.packageName, name: node.name, version: node.version, place };
}

function sourceCall(node: SourceNode, place: SourcePlace): SourceCall {
  return { kind: 'source', source: node.sourceName, table: node.name, place };
}

function unknownTest(state: ParseState, entry: TestEntry): ProjectError {
  const shown = entry.package === undefined ? entry.name : `${entry.package}.${entry.name}`;
  const known = testNames(state.macros);
  return new ProjectError(projectCodes.unknownTest, `there is no generic test "${shown}"`, {
    place: entry.place,
    hint: didYouMean(entry.name, known) ?? `tests: ${known.sort().join(', ')}`,
  });
}
