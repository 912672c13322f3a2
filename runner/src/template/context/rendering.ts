import { SourceText } from '../../errors/source-text.js';
import { chain } from '../chain.js';
import { OperationFailure, templateCodes, typeFailure } from '../failure.js';
import { parseTemplate } from '../parse.js';
import { renderTemplate } from '../render.js';
import { ReturnSignal } from '../return-signal.js';
import { defineFunction } from '../signature.js';
import { type MaybePromise, TemplateFunction, TemplateObject, type TemplateValue, text } from '../values.js';
import type { FunctionMakers } from './context-host.js';
import { StaticObject } from './static-object.js';

/** Runs a function; any error of it becomes the given one. */
function tried(message: string, run: () => MaybePromise<TemplateValue>): MaybePromise<TemplateValue> {
  const fail = (thrown: unknown): never => {
    if (thrown instanceof ReturnSignal) throw thrown;
    throw new OperationFailure(templateCodes.raised, message, thrown instanceof Error ? thrown.message : undefined);
  };
  try {
    const value = run();
    return value instanceof Promise ? value.catch(fail) : value;
  } catch (thrown) {
    return fail(thrown);
  }
}

/** A validator that lets everything pass: `validation.any[list, string]`. */
const anything = new (class extends StaticObject {
  override getItem(): TemplateValue {
    return defineFunction('validator(value)', () => null);
  }
})(
  'any',
  [],
  defineFunction('any(*args)', () => defineFunction('validator(value)', () => null)),
);

/** `render`, `try_or_compiler_error`, and names that materializations of dbt expect. */
export const renderingFunctions: FunctionMakers = {
  render: (_host, scope) =>
    defineFunction('render(string)', ([given], { site }) => {
      const program = parseTemplate(new SourceText(`${site.place.source.path} (rendered text)`, text(given!)));
      return chain(renderTemplate(program, scope), (rendered) => rendered.text);
    }),
  try_or_compiler_error: () =>
    new TemplateFunction('try_or_compiler_error', ({ positional, named, site }) => {
      const [message, called, ...args] = positional;
      if (!(called instanceof TemplateObject) || called.call === undefined)
        throw typeFailure('try_or_compiler_error() needs a message and a function');
      return tried(text(message!), () => called.call!({ positional: args, named, site }));
    }),
  adapter_macro: (_host, scope) =>
    new TemplateFunction('adapter_macro', ({ positional, named, site }) => {
      const [name, ...args] = positional;
      const [first, second] = text(name!).split('.', 2);
      const [namespace, macroName] = second === undefined ? [undefined, first!] : [first, second];
      const dispatch = scope.get('adapter');
      const found = dispatch instanceof TemplateObject ? dispatch.getAttribute('dispatch') : undefined;
      if (!(found instanceof TemplateObject) || found.call === undefined) throw typeFailure('there is no adapter here');
      return chain(found.call({ positional: [macroName, namespace ?? null], named: new Map(), site }), (macro) =>
        macro instanceof TemplateObject && macro.call !== undefined
          ? macro.call({ positional: args, named, site })
          : null,
      );
    }),
  submit_python_job: () =>
    defineFunction('submit_python_job(parsed_model, compiled_code)', () => {
      throw new OperationFailure(
        templateCodes.unsupported,
        'models in Python cannot be run',
        'write the model in SQL, or in TypeScript',
      );
    }),
  metric: () => defineFunction('metric(*args)', () => unavailable('metric')),
};

function unavailable(name: string): never {
  throw new OperationFailure(templateCodes.unsupported, `${name}() is not available here`);
}

/** `validation.any`: what configs are checked with. */
export const validation = new StaticObject('validation', [], undefined, new Map([['any', anything]]));
