import { SourceText } from '../../errors/source-text.js';
import { didYouMean } from '../../errors/suggest.js';
import { chain } from '../chain.js';
import { toTemplateValue } from '../convert.js';
import { argumentFailure, OperationFailure, templateCodes, typeFailure } from '../failure.js';
import type { Scope } from '../frame.js';
import { parseTemplate } from '../parse.js';
import { renderTemplate } from '../render.js';
import { ReturnSignal } from '../return-signal.js';
import { defineFunction } from '../signature.js';
import {
  hostValue,
  type MaybePromise,
  PyFloat,
  plain,
  TemplateFunction,
  type TemplateValue,
  text,
  truthy,
  typeName,
} from '../values.js';
import type { ContextHost, FunctionMakers } from './context-host.js';
import { unlooked } from './relation-value.js';
import { ConfiguredFunction } from './runtime-config.js';

function str(value: TemplateValue | undefined, what: string): string {
  if (typeof value === 'string') return value;
  throw typeFailure(`${what} should be a string, not ${typeName(value ?? null)}`);
}

function unavailable(name: string): OperationFailure {
  return new OperationFailure(templateCodes.unsupported, `${name}() is not available here`);
}

/** A variable that is a template: it is rendered where it is used, so that it can name models and sources. */
function rendered(name: string, value: string, scope: Scope): MaybePromise<TemplateValue> {
  const program = parseTemplate(new SourceText(`var ${name}`, value));
  return chain(renderTemplate(program, scope), (out) => out.text);
}

/** `var`: a function with the method `has_var`. */
class VarFunction extends TemplateFunction {
  constructor(
    private readonly host: ContextHost,
    scope: Scope,
  ) {
    const get = defineFunction('var(var, default?)', ([nameGiven, otherwise], { site }) => {
      const name = str(nameGiven, 'the name of a variable');
      const value = host.getVar(name, site);
      if (typeof value === 'string' && /\{[{%]/.test(value)) return rendered(name, value, scope);
      if (value !== undefined) return toTemplateValue(value);
      if (otherwise !== undefined) return otherwise;
      if (host.missingVarsAreNone === true) return toTemplateValue(null);
      throw new OperationFailure(
        templateCodes.missingVariable,
        `the variable "${name}" is not set`,
        didYouMean(name, host.varNames?.() ?? []) ??
          `set it under vars: or with --vars, or give a default: var('${name}', …)`,
      );
    });
    super('var', (args) => get.call(args));
  }
  override attributeNames(): Iterable<string> {
    return ['has_var'];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    if (name !== 'has_var') return undefined;
    return defineFunction(
      'has_var(var)',
      ([given], { site }) => this.host.getVar(str(given, 'the name'), site) !== undefined,
    );
  }
}

/** `ref`, `source`, `function`, `var`, `env_var`, `is_incremental`, `return`, `log`, `print`: each is made where it is asked for. */
export const referenceFunctions: FunctionMakers = {
  ref: (host) =>
    new ConfiguredFunction(host, 'ref', ({ positional, named, site }) => {
      const args = positional.map(plain);
      const unknown = [...named.keys()].find((k) => k !== 'version' && k !== 'v');
      if (unknown !== undefined) throw argumentFailure(`ref() has no argument "${unknown}"`, 'did you mean "version"?');
      if (args.length !== 1 && args.length !== 2)
        throw argumentFailure(`ref() takes a name, or a package and a name; ${args.length} given`);
      const name = str(args.at(-1), 'the name that ref() is given');
      const packageName = args.length === 2 ? str(args[0], 'the package that ref() is given') : undefined;
      const wanted = named.get('version') ?? named.get('v');
      if (host.ref === undefined) throw unavailable('ref');
      const request = { package: packageName, name, version: versionOf(wanted), site };
      return chain(host.ref(request), unlooked);
    }),
  function: (host) =>
    new ConfiguredFunction(host, 'function', ({ positional, named, site }) => {
      const args = positional.map(plain);
      if (named.size > 0 || args.length < 1 || args.length > 2)
        throw argumentFailure(
          `function() takes a name, or a package and a name; ${args.length + named.size} given`,
          "what it is called with comes after: {{ function('cents') }}(price)",
        );
      const name = str(args.at(-1), 'the name that function() is given');
      const packageName = args.length === 2 ? str(args[0], 'the package that function() is given') : undefined;
      if (host.function === undefined) throw unavailable('function');
      return chain(host.function({ package: packageName, name, site }), unlooked);
    }),
  source: (host) => new ConfiguredFunction(host, 'source', sourceFunction(host).invoke),
  var: (host, scope) => new VarFunction(host, scope),
  env_var: (host) =>
    defineFunction('env_var(var, default?)', ([nameGiven, otherwise], { site }) => {
      const name = str(nameGiven, 'the name of an environment variable');
      if (host.keepsSecrets === true && name.startsWith('DBT_ENV_SECRET_'))
        throw new OperationFailure(
          templateCodes.missingEnvironmentVariable,
          `secret environment variables are allowed only in profiles.yml and packages.yml, not "${name}"`,
          'what a template reads stands in compiled SQL: give it another name, or keep it in the profile',
        );
      const value = host.getEnv(name, site);
      if (value !== undefined) return value;
      if (otherwise !== undefined) return text(otherwise);
      throw new OperationFailure(
        templateCodes.missingEnvironmentVariable,
        `the environment variable "${name}" is not set`,
        didYouMean(name, host.envNames?.() ?? []) ?? `set it, or give a default: env_var('${name}', '…')`,
      );
    }),
  is_incremental: (host) => defineFunction('is_incremental()', () => host.isIncremental?.() ?? false),
  return: () =>
    new TemplateFunction('return', ({ positional, named }) => {
      if (positional.length > 1 || named.size > 0) throw argumentFailure('return() takes one value');
      throw new ReturnSignal(positional[0] ?? null);
    }),
  log: (host) =>
    defineFunction('log(msg, info?)', ([message, info], { site }) => {
      host.message?.(truthy(info ?? false) ? 'info' : 'debug', text(message!), site);
      return '';
    }),
  print: (host) =>
    defineFunction('print(msg)', ([message], { site }) => {
      if (host.print === undefined) host.message?.('info', text(message!), site);
      else host.print(text(message!));
      return '';
    }),
};

function sourceFunction(host: ContextHost): TemplateFunction {
  return defineFunction('source(source_name, table_name)', ([source, table], { site }) => {
    if (host.source === undefined) throw unavailable('source');
    const request = {
      source: str(source, 'the name of the source'),
      table: str(table, 'the name of the table'),
      site,
    };
    return chain(host.source(request), unlooked);
  });
}

function versionOf(value: TemplateValue | undefined): string | number | undefined {
  const given = value === undefined || value === null ? undefined : plain(value);
  if (given === undefined) return undefined;
  if (typeof given === 'string' || typeof given === 'number') return given;
  if (given instanceof PyFloat) return given.value;
  throw typeFailure(`a version is a number or a string, not ${text(given)} (${String(hostValue(given))})`);
}
