import { PyDict } from './containers.js';
import { adapterObject, apiObject } from './context/adapter.js';
import { configObject } from './context/config.js';
import type { ContextHost } from './context/context-host.js';
import { dataFunctions } from './context/data-functions.js';
import { DateTimeValue, utc } from './context/datetime.js';
import { datetimeModule, pytzModule } from './context/datetime-module.js';
import { exceptionsObject } from './context/exceptions.js';
import { itertoolsModule } from './context/itertools.js';
import { macroValueOf, PackageValue } from './context/package-value.js';
import { queryFunctions } from './context/queries.js';
import { referenceFunctions } from './context/references.js';
import { regexModule } from './context/regex-module.js';
import { StaticObject } from './context/static-object.js';
import { toTemplateValue } from './convert.js';
import type { Scope } from './frame.js';
import type { TemplateFunction, TemplateValue } from './values.js';

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
);

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

  #find(name: string): TemplateValue | undefined {
    const { host } = this;
    const macro = host.library.resolve(name, host.packageName);
    if (macro !== undefined) return macroValueOf(macro, this, host);
    const own = this.#lazy.get(name)?.();
    if (own !== undefined) return own;
    if (host.extra !== undefined && Object.hasOwn(host.extra, name)) return toTemplateValue(host.extra[name]);
    return host.library.hasPackage(name) ? new PackageValue(name, this, host) : undefined;
  }

  *names(): Iterable<string> {
    const { host } = this;
    yield* host.library.names(host.packageName);
    yield* this.#lazy.keys();
    yield* Object.keys(host.extra ?? {});
    yield* host.library.packageNames();
  }

  loadTemplate(name: string) {
    return this.host.loadTemplate?.(name);
  }
}

function lazyNames(host: ContextHost, scope: Scope): ReadonlyMap<string, () => TemplateValue | undefined> {
  const names = new Map<string, () => TemplateValue | undefined>();
  const add = (functions: readonly TemplateFunction[]): void => {
    for (const f of functions) names.set(f.name, () => f);
  };
  const builtins = referenceFunctions(host);
  add(builtins);
  add(dataFunctions);
  add(queryFunctions(host));
  const config = configObject(host);
  const constants: Record<string, () => TemplateValue | undefined> = {
    config: () => config,
    builtins: () => builtinsDict(builtins, config),
    exceptions: () => exceptionsObject(host),
    adapter: () => adapterObject(host, scope),
    api: () => apiObject(),
    modules: () => modules,
    target: () => toTemplateValue(host.target),
    env: () => toTemplateValue(host.target),
    execute: () => host.execute,
    flags: () => toTemplateValue(host.flags),
    invocation_id: () => host.invocationId,
    run_started_at: () => new DateTimeValue(BigInt(host.runStartedAt.getTime()) * 1000n, utc),
    project_name: () => host.projectName,
    dbt_version: () => host.dbtVersion,
    tsdbt_version: () => host.version,
    this: () => (host.thisRelation === undefined ? undefined : toTemplateValue(host.thisRelation)),
    model: () => (host.model === undefined ? undefined : toTemplateValue(host.model)),
    graph: () => toTemplateValue(host.graph?.() ?? {}),
  };
  for (const [name, make] of Object.entries(constants)) names.set(name, make);
  return names;
}

function builtinsDict(functions: readonly TemplateFunction[], config: TemplateValue): PyDict {
  const dict = PyDict.of(
    functions.filter((f) => f.name === 'ref' || f.name === 'source').map((f) => [f.name, f] as const),
  );
  dict.set('config', config);
  return dict;
}
