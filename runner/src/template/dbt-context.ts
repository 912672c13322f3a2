import { NamedDict, PyDict } from './containers.js';
import { adapterObject, apiObject } from './context/adapter.js';
import { columnClass } from './context/column-value.js';
import { configObject } from './context/config.js';
import type { ContextHost } from './context/context-host.js';
import { ContextValue } from './context/context-value.js';
import { dataFunctions } from './context/data-functions.js';
import { DateTimeValue, utc } from './context/datetime.js';
import { datetimeModule, pytzModule } from './context/datetime-module.js';
import { exceptionsObject } from './context/exceptions.js';
import { flagsDict, invocationArguments } from './context/flags.js';
import { itertoolsModule } from './context/itertools.js';
import { graphKeys, nodeKeys } from './context/known-keys.js';
import { macroValueOf, PackageValue } from './context/package-value.js';
import { queryFunctions } from './context/queries.js';
import { referenceFunctions } from './context/references.js';
import { regexModule } from './context/regex-module.js';
import { unlooked } from './context/relation-value.js';
import { renderingFunctions, validation } from './context/rendering.js';
import { StaticObject } from './context/static-object.js';
import { toTemplateValue } from './convert.js';
import type { Scope } from './frame.js';
import { jinjaGlobals } from './globals.js';
import { internalPackage } from './macros.js';
import type { CallSite, TemplateFunction, TemplateValue, Undefined } from './values.js';

export type { AdapterHost, ContextHost, RefRequest, SourceRequest } from './context/context-host.js';

const modules = new StaticObject(
  'modules',
  [],
  undefined,
  new Map<string, TemplateValue>([
    ['datetime', datetimeModule],
    ['pytz', pytzModule],
    ['re', regexModule],
    ['itertools', itertoolsModule],
  ]),
).asDict();

/** Functions of the context that are macros of dbt's own package, and are called as `dbt.run_query(…)` too. */
const alsoMacros = ['run_query', 'statement', 'is_incremental'];

/**
 * The names that dbt gives to templates, for one file.
 * A bare name is looked for in: macros (own package, root project, engine), these names, packages. Values that cost
 * something (`graph`, `model`) are made when they are first asked for.
 */
export function createDbtContext(host: ContextHost): Scope {
  return new DbtScope(host);
}

class DbtScope implements Scope {
  readonly lenient: boolean;
  readonly #values = new Map<string, TemplateValue>();
  readonly #lazy: ReadonlyMap<string, () => TemplateValue | undefined>;

  constructor(readonly host: ContextHost) {
    this.lenient = !host.execute;
    this.#lazy = lazyNames(host, this);
  }

  get(name: string): TemplateValue | undefined {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const value = this.#find(name);
    if (value !== undefined) this.#values.set(name, value);
    return value;
  }

  /** Gives a name a value for the rest of the rendering (`context.update(…)`). */
  set(name: string, value: TemplateValue): void {
    this.#values.set(name, value);
  }

  #find(name: string): TemplateValue | undefined {
    const { host } = this;
    const macro = host.library.resolve(name, host.packageName);
    if (macro !== undefined) return macroValueOf(macro, this, host);
    if (host.extra !== undefined && Object.hasOwn(host.extra, name)) return toTemplateValue(host.extra[name]);
    const own = this.#lazy.get(name)?.();
    if (own !== undefined) return own;
    return host.library.hasPackage(name) ? this.#package(name) : undefined;
  }

  #package(name: string): PackageValue {
    if (name !== internalPackage) return new PackageValue(name, this, this.host);
    const functions = alsoMacros.map((own) => [own, this.#lazy.get(own)?.() ?? null] as const);
    return new PackageValue(name, this, this.host, new Map(functions));
  }

  *names(): Iterable<string> {
    const { host } = this;
    yield* host.library.names(host.packageName);
    yield* this.#lazy.keys();
    yield* Object.keys(host.extra ?? {});
    yield* host.library.packageNames();
    yield* this.#values.keys();
  }

  unknown(value: Undefined, site: CallSite): void {
    this.host.unknownName?.(value, site);
  }

  loadTemplate(name: string) {
    return this.host.loadTemplate?.(name);
  }
}

function lazyNames(host: ContextHost, scope: DbtScope): ReadonlyMap<string, () => TemplateValue | undefined> {
  const names = new Map<string, () => TemplateValue | undefined>();
  const add = (functions: readonly TemplateFunction[]): void => {
    for (const f of functions) names.set(f.name, () => f);
  };
  const builtins = referenceFunctions(host, scope);
  const queries = queryFunctions(host);
  add(builtins);
  add(dataFunctions);
  add(queries);
  const rendering = renderingFunctions(scope);
  add(rendering);
  const config = configObject(host);
  const constants: Record<string, () => TemplateValue | undefined> = {
    config: () => config,
    builtins: () => builtinsDict([...builtins, ...dataFunctions, ...queries, ...rendering], ownConstants()),
    exceptions: () => exceptionsObject(host).asDict(),
    adapter: () => adapterObject(host, scope),
    api: () => apiObject().asDict(),
    column: () => columnClass,
    modules: () => modules,
    validation: () => validation,
    target: () => targetOf(host),
    env: () => targetOf(host),
    execute: () => host.execute,
    flags: () => new NamedDict('flags', flagsDict(host.flags).items(), [], host.unknownIsMistake ?? 'alike'),
    invocation_args_dict: () => invocationArguments(host.flags),
    invocation_id: () => host.invocationId,
    run_started_at: () => new DateTimeValue(BigInt(host.runStartedAt.getTime()) * 1000n, utc),
    project_name: () => host.projectName,
    dbt_version: () => host.dbtVersion,
    tsdbt_version: () => host.version,
    dbt_metadata_envs: () => metadataEnvs(host),
    thread_id: () => 'Thread-1 (worker)',
    selected_resources: () => [...(host.selectedResources?.() ?? [])],
    context: () => new ContextValue(scope),
    this: () => (host.thisRelation === undefined ? undefined : unlooked(host.thisRelation)),
    schema: () => ownPart(host, 'schema'),
    database: () => ownPart(host, 'database'),
    model: () => (host.model === undefined ? undefined : named('model', host.model, nodeKeys, 'alike')),
    // what only materializations and hooks have is nothing elsewhere
    sql: () => null,
    compiled_code: () => null,
    defer_relation: () => null,
    pre_hooks: () => [],
    post_hooks: () => [],
    sql_now: () => 'now()',
    graph: () => sharedGraph(host.graph?.()),
  };
  /** those that are no other view of the whole context */
  const ownConstants = () =>
    Object.entries(constants).flatMap(([name, make]): [string, TemplateValue][] => {
      if (['builtins', 'context', 'graph'].includes(name)) return [];
      const value = make();
      return value === undefined ? [] : [[name, value]];
    });
  for (const [name, make] of Object.entries(constants)) names.set(name, make);
  return names;
}

/** `target`: which keys it has depends on which of the targets is used. */
function targetOf(host: ContextHost): NamedDict {
  return named('target', host.target, host.targetNames ?? [], host.unknownIsMistake ?? 'alike');
}

function named(
  label: string,
  values: Readonly<Record<string, unknown>>,
  others: readonly string[],
  unknownIsMistake: 'always' | 'alike',
): NamedDict {
  const items = Object.entries(values).map(([key, value]) => [key, toTemplateValue(value)] as const);
  return new NamedDict(label, items, others, unknownIsMistake);
}

const graphs = new WeakMap<object, TemplateValue>();

/** One dict for all templates of a run: packages keep in it what they find out, for others to read. */
function sharedGraph(graph: Readonly<Record<string, unknown>> | undefined): TemplateValue {
  if (graph === undefined) return named('graph', {}, graphKeys, 'alike');
  let shared = graphs.get(graph);
  if (shared === undefined) {
    shared = named('graph', graph, graphKeys, 'alike');
    graphs.set(graph, shared);
  }
  return shared;
}

/** The node's schema or database; the target's where no node is rendered. */
function ownPart(host: ContextHost, part: 'schema' | 'database'): TemplateValue {
  return toTemplateValue(host.thisRelation?.[part] ?? host.target[part] ?? null);
}

const metadataPrefix = 'DBT_ENV_CUSTOM_ENV_';

/** Environment variables that are meant for artifacts, without their prefix. */
function metadataEnvs(host: ContextHost): PyDict {
  const site = undefined as never;
  const names = [...(host.envNames?.() ?? [])].filter((name) => name.startsWith(metadataPrefix));
  return PyDict.of(
    names.map((name) => [name.slice(metadataPrefix.length), toTemplateValue(host.getEnv(name, site))] as const),
  );
}

/** `builtins`: what the context's names were before macros of the project took some of them. */
function builtinsDict(functions: readonly TemplateFunction[], constants: Iterable<[string, TemplateValue]>): PyDict {
  const dict = PyDict.of(functions.map((f) => [f.name, f] as const));
  for (const [name, value] of jinjaGlobals) if (!dict.has(name)) dict.set(name, value);
  for (const [name, value] of constants) dict.set(name, value);
  return new NamedDict('builtins', dict.items(), [], 'always');
}
