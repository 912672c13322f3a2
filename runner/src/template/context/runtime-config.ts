import { PyDict } from '../containers.js';
import { toTemplateValue } from '../convert.js';
import { defineFunction } from '../signature.js';
import { TemplateFunction, type TemplateValue } from '../values.js';
import type { ContextHost } from './context-host.js';
import { invocationArguments } from './flags.js';
import { StaticObject } from './static-object.js';

/**
 * `ref.config` and `source.config`: what dbt calls its runtime config, by which packages ask for names, variables, versions
 * of packages and arguments of the command.
 */
export function runtimeConfig(host: ContextHost): StaticObject {
  const { vars = {}, cliVars = {}, dependencies = {}, ...rest } = host.runtimeConfig?.() ?? {};
  const dict = (values: Readonly<Record<string, unknown>>): PyDict => toTemplateValue(values) as PyDict;
  const packages = Object.entries(dependencies).map(
    ([name, values]) => [name, withAttributes('RuntimeConfig', values)] as const,
  );
  return withAttributes('RuntimeConfig', rest, [
    ['vars', new StaticObject('VarProvider', [defineFunction('to_dict()', () => dict(vars))])],
    ['cli_vars', dict(cliVars)],
    ['dependencies', PyDict.of(packages)],
    ['args', new StaticObject('Namespace', [], undefined, attributesOf(invocationArguments(host.flags)))],
    ['credentials', withAttributes('DuckDBCredentials', host.target)],
  ]);
}

function withAttributes(
  name: string,
  values: Readonly<Record<string, unknown>>,
  more: readonly (readonly [string, TemplateValue])[] = [],
): StaticObject {
  const plain = Object.entries(values).map(([key, value]) => [key, toTemplateValue(value)] as const);
  return new StaticObject(name, [], undefined, new Map([...plain, ...more]));
}

function attributesOf(dict: PyDict): Map<string, TemplateValue> {
  const found = new Map<string, TemplateValue>();
  for (const [key, value] of dict.items()) if (typeof key === 'string') found.set(key, value);
  return found;
}

/** A function with the attribute `config`, as dbt's `ref` and `source` have it. */
export class ConfiguredFunction extends TemplateFunction {
  constructor(
    private readonly host: ContextHost,
    name: string,
    invoke: TemplateFunction['invoke'],
  ) {
    super(name, invoke);
  }
  override attributeNames(): Iterable<string> {
    return ['config'];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    return name === 'config' ? runtimeConfig(this.host) : undefined;
  }
}
