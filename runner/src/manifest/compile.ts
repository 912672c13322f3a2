import { Relation } from '../engines/relation.js';
import { warningText } from '../errors/format-error.js';
import { formatPlace, SourceText } from '../errors/source-text.js';
import { GraphError } from '../errors/tsdbt-error.js';
import type { ContextHost } from '../template/context/context-host.js';
import { macroValueOf } from '../template/context/package-value.js';
import { toTemplateValue } from '../template/convert.js';
import { createDbtContext } from '../template/dbt-context.js';
import type { Scope } from '../template/frame.js';
import { parseTemplate, type TemplateProgram } from '../template/parse.js';
import { evaluateNative, renderTemplate } from '../template/render.js';
import type { TemplateValue } from '../template/values.js';
import { addDirectMacro } from './added-macros.js';
import { baseHost, unknownName } from './base-host.js';
import { graphCodes } from './codes.js';
import type { CompiledCode, CompileOptions } from './compiled-code.js';
import { standardConfig } from './config-for-templates.js';
import { cteName, injectCtes, type MappedSql, type NamedCte } from './ephemeral.js';
import { graphForTemplates } from './graph-for-templates.js';
import { whereMacroId } from './macros.js';
import type { Manifest } from './manifest.js';
import { modelForTemplates } from './model-for-templates.js';
import type { FunctionCall, ModelNode, RefCall, SourceCall, SqlNode, TestNode } from './nodes.js';
import { Resolver } from './resolve.js';
import { sessionAdapter } from './session-adapter.js';
import { isTemplateText, mapTextsAsync, toTemplateText } from './test-arguments.js';

export type { CompiledCode, CompileOptions } from './compiled-code.js';

/**
 * The SQL of a model or test: its template rendered, the ephemeral models that it reads put before it as CTEs.
 *
 * @throws TemplateError at the place in the file, GraphError TSD3011 for a ref that parsing did not meet
 */
export async function compileNode(manifest: Manifest, node: SqlNode, options: CompileOptions): Promise<CompiledCode> {
  const ctes = new Map<string, NamedCte>();
  const main = await renderNode(manifest, node, options, ctes);
  const { sql, map } = injectCtes(main, [...ctes.values()]);
  return { sql, map, ephemerals: [...ctes.keys()] };
}

/**
 * Renders a hook (`pre_hook`, `on-run-start`) or any other text in a node's context.
 *
 * @param node whose `this` and `model` the text sees; undefined for on-run-start and on-run-end
 */
export async function renderText(
  manifest: Manifest,
  node: SqlNode | undefined,
  source: SourceText,
  options: CompileOptions,
): Promise<MappedSql> {
  const plain = hostOf(manifest, node, options, { readsAnything: true, onEphemeral: () => Promise.resolve() });
  const host = options.adapt?.(plain) ?? plain;
  const scope = createDbtContext({ ...host, callsMacro: () => {} });
  const { text, map } = await renderTemplate(parseTemplate(source), scope);
  return { sql: text, map };
}

/**
 * The SQL of a text that is no node of the project (`--inline`): it may read anything, ephemeral models included.
 */
export async function compileInline(
  manifest: Manifest,
  source: SourceText,
  options: CompileOptions,
): Promise<CompiledCode> {
  const ctes = new Map<string, NamedCte>();
  const host = hostOf(manifest, undefined, options, {
    readsAnything: true,
    onEphemeral: (read) => addEphemeral(manifest, read, options, ctes),
  });
  const { text, map } = await renderTemplate(parseTemplate(source), createDbtContext(host));
  const injected = injectCtes({ sql: text, map }, [...ctes.values()]);
  return { sql: injected.sql, map: injected.map, ephemerals: [...ctes.keys()] };
}

/** Renders a node, having added the CTEs of the ephemeral models it reads, those that they read first. */
async function renderNode(
  manifest: Manifest,
  node: SqlNode,
  options: CompileOptions,
  ctes: Map<string, NamedCte>,
): Promise<MappedSql> {
  const plain = hostOf(manifest, node, options, {
    readsAnything: false,
    onEphemeral: (read) => addEphemeral(manifest, read, options, ctes),
  });
  const host = options.adapt?.(plain) ?? plain;
  const scope = createDbtContext(host);
  if (node.resourceType === 'test' && node.generic !== undefined) return renderGenericTest(manifest, node, scope, host);
  const { text, map } = await renderTemplate(programOf(manifest, node), scope);
  return { sql: text, map };
}

async function addEphemeral(
  manifest: Manifest,
  read: ModelNode,
  options: CompileOptions,
  ctes: Map<string, NamedCte>,
): Promise<void> {
  if (ctes.has(read.uniqueId)) return;
  const inner = { ...options, this: undefined, isIncremental: false };
  const body = await renderNode(manifest, read, inner, ctes).catch((thrown: unknown) => {
    options.onEphemeralFailed?.(read);
    throw thrown;
  });
  ctes.set(read.uniqueId, { name: cteName(read.alias), ...body });
}

function programOf(manifest: Manifest, node: SqlNode): TemplateProgram {
  return manifest.programs.get(node.uniqueId) ?? parseTemplate(node.source);
}

async function renderGenericTest(
  manifest: Manifest,
  node: TestNode,
  scope: Scope,
  host: ContextHost,
): Promise<MappedSql> {
  const { kwargs } = node.generic!;
  const evaluated = (await mapTextsAsync(kwargs, (text) =>
    isTemplateText(text) ? evaluateNative(toTemplateText(text), scope) : text,
  )) as Record<string, unknown>;
  const model = await testedRelation(manifest, node, scope, host);
  const given = toTemplateValue({ ...evaluated, model });
  const program = parseTemplate(new SourceText(node.path, node.rawCode));
  const variables = new Map<string, TemplateValue>([[testArgumentsName, given]]);
  const { text, map } = await renderTemplate(program, scope, { variables });
  return { sql: text, map };
}

/** The name by which the code of a generic test calls its arguments. */
export const testArgumentsName = '_tsdbt_test_arguments';

/** What `model` is in a test: the table's name, or with a `where` config the rows that it leaves, as in dbt. */
async function testedRelation(manifest: Manifest, node: TestNode, scope: Scope, host: ContextHost): Promise<unknown> {
  const tested = manifest.get(node.attachedNode!)!;
  const site = { place: node.propertiesPlace!, via: [] };
  const relation =
    tested.resourceType === 'source'
      ? await host.source!({ source: tested.sourceName, table: tested.name, site })
      : await host.ref!({
          package: undefined,
          name: tested.name,
          version: 'version' in tested ? tested.version : undefined,
          site,
        });
  for (const id of whereMacroId(manifest.macros, host.packageName)) addDirectMacro(node, id);
  const { where } = node.config;
  const own = manifest.macros.override('get_where_subquery', host.packageName, host.adapterTypes);
  if (own !== undefined) {
    const call = { positional: [toTemplateValue(relation)], named: new Map(), site };
    return macroValueOf(own, scope, host).call(call);
  }
  if (where === undefined) return relation;
  const condition = where.includes('{') ? String(await evaluateNative(where, scope)) : where;
  return `(select * from ${String(relation)} where ${condition}) as dbt_subquery`;
}

/** What a text may read besides what was met when the project was parsed. */
export interface Reads {
  /** hooks may read what the node itself does not */
  readonly readsAnything: boolean;
  /** called before a ref to an ephemeral model is printed */
  onEphemeral(node: ModelNode): Promise<void>;
}

/** What templates see while a node is compiled or run. */
export function hostOf(
  manifest: Manifest,
  node: SqlNode | undefined,
  options: CompileOptions,
  reads: Reads,
): ContextHost {
  const { packageName } = options;
  const project = manifest.projectOf(node ?? (packageName === undefined ? undefined : { packageName }));
  const resolver = resolverOf(manifest);
  const check = (
    found: { uniqueId: string; name: string },
    call: RefCall | SourceCall | FunctionCall,
    shown: string,
  ): void => {
    if (reads.readsAnything || node === undefined || node.dependsOn.includes(found.uniqueId)) return;
    throw new GraphError(
      graphCodes.hiddenRef,
      `${shown} was not met when the project was parsed, so "${node.name}" may run before it`,
      {
        place: call.place,
        hint: `put a comment outside of the condition: -- depends_on: {{ ${shown} }}`,
      },
    );
  };
  const base = baseHost(project, manifest.macros);
  return {
    ...base,
    execute: options.execute,
    flags: {
      ...base.flags,
      FULL_REFRESH: options.fullRefresh ?? false,
      ...options.flags,
      WHICH: options.command ?? 'compile',
    },
    invocationId: options.invocationId,
    runStartedAt: options.runStartedAt,
    ref: ({ package: packageName, name, version, site }) => {
      const call: RefCall = { kind: 'ref', package: packageName, name, version, place: site.place };
      const found = resolver.ref(call, node);
      check(found, call, `ref('${name}')`);
      if (found.config.materialized !== 'ephemeral') return options.relationOf(found.uniqueId);
      const relation = new Relation('', cteName(found.alias), undefined, 'ephemeral');
      return reads.onEphemeral(found).then(() => relation);
    },
    source: ({ source, table, site }) => {
      const call: SourceCall = { kind: 'source', source, table, place: site.place };
      const found = resolver.source(call, node);
      // nothing builds a source: dbt lets it be met late
      if (!project.isDbt) check(found, call, `source('${source}', '${table}')`);
      return options.relationOf(found.uniqueId);
    },
    function: ({ package: packageName, name, site }) => {
      const call: FunctionCall = { kind: 'function', package: packageName, name, place: site.place };
      const found = resolver.function(call, node);
      check(found, call, `function('${name}')`);
      return options.relationOf(found.uniqueId);
    },
    setConfig: () => {},
    getConfig: (name) => (node === undefined ? undefined : configValue(node, name)),
    ...(node === undefined
      ? {}
      : {
          thisRelation:
            options.this ?? new Relation(node.schema, node.alias, node.config.database ?? project.target.database),
          model: () => modelForTemplates(manifest, node),
        }),
    isIncremental: () => options.isIncremental,
    graph: () => graphForTemplates(manifest),
    adapter: options.adapter ?? (options.session === undefined ? undefined : sessionAdapter(options.session)),
    message: (level, text) => options.onLog?.(level, text),
    unknownName: (value, site) => {
      const warning = unknownName(project, value, site, manifest.warnings);
      if (warning !== undefined) options.onLog?.('warn', `${warningText(warning)} (${formatPlace(site.place)})`);
    },
    callsMacro: ({ uniqueId }) => {
      if (options.execute && node !== undefined) addDirectMacro(node, uniqueId);
    },
    selectedResources: () => options.selectedResources ?? [],
    extra: options.extra,
  };
}

/** Keys that a kind of node has by itself; other kinds have them where they are set. */
const ownKeys: Readonly<Record<string, ReadonlySet<string>>> = {
  test: new Set([
    'severity',
    'warn_if',
    'error_if',
    'fail_calc',
    'where',
    'limit',
    'store_failures',
    'store_failures_as',
  ]),
  seed: new Set(['delimiter', 'quote_columns', 'column_types']),
};

function configValue(node: SqlNode, name: string): unknown {
  const { config } = node;
  const given = config.extra[name];
  if (given !== undefined) return given;
  const foreign = Object.entries(ownKeys).some(([kind, keys]) => kind !== node.resourceType && keys.has(name));
  const own = foreign ? undefined : (config as unknown as Record<string, unknown>)[name];
  return own ?? (node.resourceType === 'test' ? undefined : standardConfig(name));
}

const resolvers = new WeakMap<Manifest, Resolver>();

/** Finds what refs and sources of a manifest's nodes mean. */
export function resolverOf(manifest: Manifest): Resolver {
  let resolver = resolvers.get(manifest);
  if (resolver === undefined) {
    const { functions, sources, disabled, project } = manifest;
    resolver = new Resolver(manifest.models(), sources.values(), disabled.values(), project, functions.values());
    resolvers.set(manifest, resolver);
  }
  return resolver;
}
