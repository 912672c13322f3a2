import { didYouMean } from '../errors/suggest.js';
import { chain } from './chain.js';
import { PyDict } from './containers.js';
import { evaluate } from './evaluate.js';
import { executeAll } from './execute.js';
import { argumentFailure, OperationFailure, templateCodes } from './failure.js';
import { type Activation, Frame } from './frame.js';
import type { BlockNode } from './nodes.js';
import { Output } from './output.js';
import { ReturnSignal } from './return-signal.js';
import {
  type CallArguments,
  type MaybePromise,
  PyTuple,
  stored,
  TemplateObject,
  type TemplateValue,
  Undefined,
} from './values.js';

/** Macros may call each other this deep. */
export const maximumDepth = 150;

/** A macro that can be called. What it prints keeps its places; what it returns (dbt's `return`) stays the value it is. */
export class MacroValue extends TemplateObject {
  readonly typeName = 'macro';

  constructor(
    readonly definition: BlockNode,
    /** the variables that it sees */
    readonly closure: Frame,
    /** name to call it by in messages, e.g. `dbt_utils.star` */
    readonly label: string = definition.name,
    /** hears of calls, and how many other macros each comes through */
    readonly onCall?: (depth: number) => void,
  ) {
    super();
  }

  override attributeNames(): Iterable<string> {
    return ['name', 'arguments', 'catch_kwargs', 'catch_varargs', 'caller'];
  }

  override getAttribute(name: string): TemplateValue | undefined {
    const { definition } = this;
    switch (name) {
      case 'name':
        return definition.name;
      case 'arguments':
        return new PyTuple(definition.parameters.map((p) => p.name));
      case 'catch_kwargs':
        return definition.usesKwargs;
      case 'catch_varargs':
        return definition.usesVarargs;
      case 'caller':
        return definition.usesCaller;
      default:
        return undefined;
    }
  }

  override call(args: CallArguments): MaybePromise<TemplateValue> {
    const { closure, definition, label } = this;
    this.onCall?.(args.site.via.length);
    const isCaller = definition.name === 'caller';
    const via = isCaller ? closure.activation.via : [{ label, place: args.site.place }, ...args.site.via];
    if (via.length > maximumDepth)
      throw new OperationFailure(
        templateCodes.recursion,
        `macros call each other more than ${maximumDepth} deep`,
        `does ${label} call itself without end?`,
      );
    const { source, scope, lenient, autoescape } = closure.activation;
    const activation: Activation = { source, via, scope, lenient, autoescape };
    const escaping = args.site.autoescape;
    const frame = new Frame(activation, closure);
    const out = new Output(activation.source, via);
    try {
      const done = chain(this.#bind(args, frame), () => executeAll(definition.body, frame, out));
      if (!(done instanceof Promise)) return out.toValue(escaping);
      return done.then(
        () => out.toValue(escaping),
        (thrown: unknown) => {
          if (thrown instanceof ReturnSignal && !isCaller) return thrown.value;
          throw thrown;
        },
      );
    } catch (thrown) {
      if (thrown instanceof ReturnSignal && !isCaller) return thrown.value;
      throw thrown;
    }
  }

  /** Gives the parameters their values; defaults see the parameters before them. */
  #bind({ positional, named }: CallArguments, frame: Frame): MaybePromise<void> {
    const { parameters, usesCaller, usesKwargs, usesVarargs } = this.definition;
    if (positional.length > parameters.length && !usesVarargs)
      throw argumentFailure(
        `${this.label}() takes ${parameters.length === 0 ? 'no arguments' : `at most ${parameters.length}`}, ${positional.length} given`,
        parameters.length === 0 ? undefined : `its parameters are ${parameters.map((p) => p.name).join(', ')}`,
      );
    const others = new PyDict();
    for (const [name, value] of named) {
      const index = parameters.findIndex((p) => p.name === name);
      if (index !== -1) {
        // given before: Jinja2 keeps it among the others, where the macro takes others
        if (index < positional.length && usesKwargs) others.set(name, stored(value));
        else if (index < positional.length) throw argumentFailure(`${this.label}() got "${name}" twice`);
      } else if (name === 'caller' && usesCaller) frame.set('caller', value);
      else if (usesKwargs) others.set(name, stored(value));
      else throw argumentFailure(...this.#unknownArgument(name));
    }
    if (usesVarargs) frame.set('varargs', new PyTuple(positional.slice(parameters.length).map(stored)));
    if (usesKwargs) frame.set('kwargs', others);
    if (usesCaller && !named.has('caller') && !parameters.some((p) => p.name === 'caller'))
      frame.set('caller', new Undefined(`${this.label}() was not called with {% call %}`, undefined, 'caller'));
    return this.#bindFrom(0, positional, named, frame);
  }

  #unknownArgument(name: string): [string, string | undefined] {
    const names = this.definition.parameters.map((p) => p.name);
    if (name === 'caller') return [`${this.label}() does not use caller(), so {% call %} cannot call it`, undefined];
    const known = names.length === 0 ? 'it has no parameters' : `its parameters are ${names.join(', ')}`;
    return [`${this.label}() has no parameter "${name}"`, didYouMean(name, names) ?? known];
  }

  #bindFrom(
    start: number,
    positional: readonly TemplateValue[],
    named: ReadonlyMap<string, TemplateValue>,
    frame: Frame,
  ): MaybePromise<void> {
    const { parameters } = this.definition;
    for (let i = start; i < parameters.length; i++) {
      const { name, default: standard } = parameters[i]!;
      const given = i < positional.length ? positional[i] : named.get(name);
      if (given !== undefined) {
        frame.set(name, given);
        continue;
      }
      if (standard === undefined) {
        const lenient = frame.activation.lenient ?? false;
        frame.set(
          name,
          new Undefined(`the parameter "${name}" of ${this.label}() was not given`, undefined, name, lenient),
        );
        continue;
      }
      const value = evaluate(standard, frame);
      if (value instanceof Promise)
        return value.then((v) => {
          frame.set(name, v);
          return this.#bindFrom(i + 1, positional, named, frame);
        });
      frame.set(name, value);
    }
    return undefined;
  }

  toText(): string {
    return `<Macro '${this.definition.name}'>`;
  }
}
