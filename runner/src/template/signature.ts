import { didYouMean } from '../errors/suggest.js';
import { PyDict } from './containers.js';
import { argumentFailure } from './failure.js';
import {
  type CallArguments,
  type MaybePromise,
  plain,
  stored,
  TemplateFunction,
  type TemplateValue,
} from './values.js';

/** Arguments bound to parameters, in the order of the signature; undefined where an optional one is left out. */
export type Bound = (TemplateValue | undefined)[];

/** A parameter; `markup`: it tells Markup from other text. */
interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly markup: boolean;
}

/** The parameters of a built-in function, filter, test or method. */
export interface Signature {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** `*args`: bound as a list, after the parameters */
  readonly rest: boolean;
  /** `**kwargs`: bound as a dict, last */
  readonly namedRest: boolean;
}

const known = new Map<string, Signature>();

/** Reads `name(a, b?, c!, *rest, **named)`; a `?` marks what may be left out, a `!` what keeps its being Markup. */
export function signature(spec: string): Signature {
  let read = known.get(spec);
  if (read === undefined) {
    read = readSignature(spec);
    known.set(spec, read);
  }
  return read;
}

function readSignature(spec: string): Signature {
  const open = spec.indexOf('(');
  const parts = spec
    .slice(open + 1, -1)
    .split(',')
    .map((p) => p.trim())
    .filter((p) => p !== '');
  return {
    name: spec.slice(0, open),
    parameters: parts
      .filter((p) => !p.startsWith('*'))
      .map((p) => ({ name: p.replace(/[?!]/g, ''), required: !p.includes('?'), markup: p.endsWith('!') })),
    rest: parts.some((p) => /^\*[a-z]/.test(p)),
    namedRest: parts.some((p) => p.startsWith('**')),
  };
}

function given(value: TemplateValue, { markup }: Parameter): TemplateValue {
  return markup ? stored(value) : plain(value);
}

const noNamed: ReadonlyMap<string, TemplateValue> = new Map();

/**
 * Binds arguments to a signature.
 * @throws OperationFailure TSD2008 for arguments that are missing, too many, unknown or given twice
 */
export function bind(
  to: Signature,
  positional: readonly TemplateValue[],
  named: ReadonlyMap<string, TemplateValue> = noNamed,
): Bound {
  const { parameters } = to;
  const bound: Bound = new Array(parameters.length).fill(undefined);
  for (let i = 0; i < parameters.length && i < positional.length; i++) bound[i] = given(positional[i]!, parameters[i]!);
  if (positional.length > parameters.length && !to.rest)
    throw argumentFailure(
      parameters.length === 0
        ? `${to.name}() takes no arguments, ${positional.length} given`
        : `${to.name}() takes at most ${parameters.length} arguments, ${positional.length} given`,
    );
  const others = new PyDict();
  for (const [name, value] of named) {
    const index = parameters.findIndex((p) => p.name === name);
    if (index === -1) {
      if (!to.namedRest)
        throw argumentFailure(
          `${to.name}() has no argument "${name}"`,
          didYouMean(
            name,
            parameters.map((p) => p.name),
          ),
        );
      others.set(name, stored(value));
    } else if (bound[index] !== undefined) throw argumentFailure(`${to.name}() got "${name}" twice`);
    else bound[index] = given(value, parameters[index]!);
  }
  for (let i = 0; i < parameters.length; i++)
    if (bound[i] === undefined && parameters[i]!.required)
      throw argumentFailure(`${to.name}() needs the argument "${parameters[i]!.name}"`);
  if (to.rest) bound.push(positional.slice(parameters.length).map(stored));
  if (to.namedRest) bound.push(others);
  return bound;
}

/** A function that templates can call, from its signature: `defineFunction('log(msg, info?)', ([msg, info]) => …)`. */
export function defineFunction(
  spec: string,
  invoke: (bound: Bound, args: CallArguments) => MaybePromise<TemplateValue>,
): TemplateFunction {
  const to = signature(spec);
  return new TemplateFunction(to.name, (args) => invoke(bind(to, args.positional, args.named), args));
}
