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
import { nodeKeys } from './context/known-keys.js';
import { macroValueOf, PackageValue } from './context/package-value.js';
import { queryFunctions } from './context/queries.js';
import { referenceFunctions } from './context/references.js';
import { regexModule } from './context/regex-module.js';
import { unlooked } from './context/relation-value.js';
import { renderingFunctions, validation } from './context/rendering.js';
import { sharedGraph } from './context/shared-graph.js';
import { StaticObject } from './context/static-object.js';
import { toTemplateValue } from './convert.js';
import type { Scope } from './frame.js';
import { jinjaGlobals } from './globals.js';
import { internalPackage } from './macros.js';
import { type CallSite, TemplateFunction, type TemplateValue, type Undefined } from './values.js';

export type { AdapterHost, ContextHost, RefRequest, SourceRequest } from './context/context-host.js';

let modules: TemplateValue | undefined;
/** Made when a template asks for them: the names of all time zones are among them. */
const modulesOf = () =>
  new StaticObject(
    'modules',
    [],
    undefined,
    new Map<string, TemplateValue>([
      ['datetime', datetimeModule],
      ['pytz', pytzModule()],
      ['re', regexModule],
      ['itertools', itertoolsModule],
    ]),
  ).asDict();

/** Functions of the context that are macros of dbt's own package, and are called as `dbt.run_query(…)` too. */
const alsoMacros: readonly string[] = ['run_query', 'statement', 'is_incremental'];

/**
 * The names that dbt gives to templates, for one file.
 * A bare name is looked for in: macros (own package, root project, engine), these names, packages. Values that cost
 * something (`graph`, `model`) are made when they are first asked for.
 */
export function createDbtContext(host: ContextHost): Scope {
  return new DbtScope(host);
}

/** Names of dbt's base context that templates in YAML values see, beside those that are given to {@link createYamlContext}. */
const yamlNames: ReadonlySet<string> = new Set([
  ...dataFunctions.map(({ name }) => name),
  ...['modules', 'flags', 'dbt_version', 'tsdbt_version', 'invocation_id', 'run_started_at', 'thread_id'],
  ...['project_name', 'dbt_metadata_envs', 'log', 'print'],
]);

/**
 * The names that templates in YAML values see: dbt's base context, no macros, nothing of a node or of the engine.
 *
 * @param own names that count before those
 */
export function createYamlContext(host: ContextHost, own: Readonly<Record<string, TemplateValue>>): Scope {
  const context = new DbtScope(host);
  return {
    get: (name) => (Object.hasOwn(own, name) ? own[name] : yamlNames.has(name) ? context.get(name) : undefined),
    names: () => [...Object.keys(own), ...yamlNames],
  };
}

class DbtScope implements Scope {
  readonly lenient: boolean;
  readonly #values = new Map<string, TemplateValue>();

  constructor(readonly host: ContextHost) {
    this.lenient = !host.execute;
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
    const own = contextNames.get(name)?.(host, this);
    if (own !== undefined) return alsoMacros.includes(name) ? asMacro(name, own, host) : own;
    return host.library.hasPackage(name) ? this.#package(name) : undefined;
  }

  #package(name: string): PackageValue {
    if (name !== internalPackage) return new PackageValue(name, this, this.host);
    const functions = alsoMacros.map(
      (own) => [own, asMacro(own, contextNames.get(own)!(this.host, this)!, this.host)] as const,
    );
    return new PackageValue(name, this, this.host, new Map(functions));
  }

  *names(): Iterable<string> {
    const { host } = this;
    yield* host.library.names(host.packageName);
    yield* contextNames.keys();
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

/** A function that is a macro in dbt: the host learns of calls of it as of calls of macros. */
function asMacro(name: string, own: TemplateValue, host: ContextHost): TemplateFunction {
  return new TemplateFunction(name, (args) => {
    if (args.site.via.length === (host.callDepth ?? 0))
      host.callsMacro?.({ uniqueId: `macro.${internalPackage}.${name}` });
    return (own as TemplateFunction).call(args);
  });
}

/** Whether a name of the context is a value, and neither a function nor a macro. */
export function isContextValue(name: string): boolean {
  return Object.hasOwn(constants, name);
}

type Maker = (host: ContextHost, scope: DbtScope) => TemplateValue | undefined;

const constants: Readonly<Record<string, Maker>> = {
  config: configObject,
  builtins: builtinsDict,
  exceptions: (host) => exceptionsObject(host).asDict(),
  adapter: adapterObject,
  api: () => apiObject().asDict(),
  column: () => columnClass,
  modules: () => {
    modules ??= modulesOf();
    return modules;
  },
  validation: () => validation,
  target: targetOf,
  env: targetOf,
  execute: (host) => host.execute,
  flags: (host) => new NamedDict('flags', flagsDict(host.flags).items(), [], host.unknownIsMistake ?? 'alike'),
  invocation_args_dict: (host) => invocationArguments(host.flags),
  invocation_id: (host) => host.invocationId,
  run_started_at: (host) => new DateTimeValue(BigInt(host.runStartedAt.getTime()) * 1000n, utc),
  project_name: (host) => host.projectName,
  dbt_version: (host) => host.dbtVersion,
  tsdbt_version: (host) => host.version,
  dbt_metadata_envs: metadataEnvs,
  thread_id: () => 'Thread-1 (worker)',
  selected_resources: (host) => [...(host.selectedResources?.() ?? [])],
  context: (_host, scope) => new ContextValue(scope),
  this: (host) => (host.thisRelation === undefined ? undefined : unlooked(host.thisRelation)),
  schema: (host) => ownPart(host, 'schema'),
  database: (host) => ownPart(host, 'database'),
  model: (host) => {
    const model = host.model?.();
    return model === undefined ? undefined : named('model', model, nodeKeys, 'alike');
  },
  // what only materializations and hooks have is nothing elsewhere
  sql: () => null,
  compiled_code: () => null,
  defer_relation: () => null,
  pre_hooks: () => [],
  post_hooks: () => [],
  sql_now: () => 'now()',
  graph: (host) => sharedGraph(host.graph?.()),
};

/** Every name of the context with what makes its value, where a template asks for it. */
const contextNames: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ...Object.entries(referenceFunctions),
  ...dataFunctions.map((own) => [own.name, () => own] as const),
  ...Object.entries(queryFunctions),
  ...Object.entries(renderingFunctions),
  ...Object.entries(constants),
]);

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

/** Names that are another view of the whole context. */
const views: ReadonlySet<string> = new Set(['builtins', 'context', 'graph']);

/** `builtins`: what the context's names were before macros of the project took some of them. */
function builtinsDict(host: ContextHost, scope: DbtScope): PyDict {
  const dict = new PyDict();
  const add = (names: Iterable<string>): void => {
    for (const name of names) {
      const value = views.has(name) ? undefined : contextNames.get(name)!(host, scope);
      if (value !== undefined) dict.set(name, value);
    }
  };
  add(Object.keys(referenceFunctions));
  for (const own of dataFunctions) dict.set(own.name, own);
  add(Object.keys(queryFunctions));
  add(Object.keys(renderingFunctions));
  for (const [name, value] of jinjaGlobals) if (!dict.has(name)) dict.set(name, value);
  add(Object.keys(constants));
  return new NamedDict('builtins', dict.items(), [], 'always');
}
