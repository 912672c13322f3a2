import { SourceText } from '../errors/source-text.js';
import { TemplateError } from '../errors/tsdbt-error.js';
import { chain } from './chain.js';
import { fromTemplateValue } from './convert.js';
import { evaluate } from './evaluate.js';
import { executeAll } from './execute.js';
import { locate, OperationFailure, templateCodes } from './failure.js';
import { Frame, type Scope } from './frame.js';
import { MacroValue } from './macro-value.js';
import type { MacroLibrary } from './macros.js';
import { Output } from './output.js';
import { parseTemplate, type TemplateProgram, wholeExpression } from './parse.js';
import { ReturnSignal } from './return-signal.js';
import { SourceMap } from './source-map.js';
import { type CallSite, type MaybePromise, TemplateObject, type TemplateValue } from './values.js';

/** What a template printed, with where each part of it comes from. */
export interface RenderedTemplate {
  readonly text: string;
  readonly map: SourceMap;
}

export interface RenderOptions {
  /** names of this rendering alone; they go before those of the scope */
  readonly variables?: ReadonlyMap<string, TemplateValue>;
  /** the text is not wanted, only what the template calls: it comes out empty */
  readonly isMuted?: boolean;
}

/**
 * Renders a template. The result is a promise only where a function that the template called returned one.
 * @throws TemplateError TSD2xxx at the place of the error, with the macro calls that led to it
 */
export function renderTemplate(
  program: TemplateProgram,
  scope: Scope,
  options: RenderOptions = {},
): MaybePromise<RenderedTemplate> {
  const frame = new Frame({ source: program.source, via: [], scope, lenient: scope.lenient });
  for (const [name, value] of options.variables ?? []) frame.set(name, value);
  const out = new Output(program.source, []);
  out.isMuted = options.isMuted ?? false;
  return guard(program.source, () =>
    chain(executeAll(program.statements, frame, out), () => ({ text: out.text, map: new SourceMap(out.segments) })),
  );
}

/**
 * The value of a text of a YAML file: of one whole `{{ expression }}` its value as it is, of anything else what it prints.
 * @returns plain JavaScript (see {@link fromTemplateValue})
 */
export function evaluateNative(given: string | SourceText, scope: Scope): MaybePromise<unknown> {
  const source = typeof given === 'string' ? new SourceText('<text>', given) : given;
  if (!source.text.includes('{')) return source.text;
  const program = parseTemplate(source);
  const expression = wholeExpression(program);
  if (expression === undefined) return chain(renderTemplate(program, scope), ({ text }) => text);
  const frame = new Frame({ source, via: [], scope, lenient: scope.lenient });
  return guard(source, () => chain(evaluate(expression, frame), fromTemplateValue));
}

/**
 * The value of a text that is an expression without braces, e.g. a macro's default or `target.type == 'duckdb'`.
 */
export function evaluateExpression(source: SourceText, scope: Scope): MaybePromise<TemplateValue> {
  const inner = parseTemplate(new SourceText(source.path, `{{ ${source.text} }}`));
  const expression = wholeExpression(inner);
  if (expression === undefined)
    throw new TemplateError(templateCodes.syntax, 'this is no expression', {
      place: source.place(0, source.text.length),
    });
  const frame = new Frame({ source: inner.source, via: [], scope, lenient: scope.lenient });
  return guard(inner.source, () => evaluate(expression, frame));
}

/**
 * Calls a macro of a library, e.g. `generate_schema_name`.
 * @param name `macro` as a bare name finds it, or `package.macro`
 * @param scope names that the macro sees
 * @returns the value it returned, or what it printed (with places, see `Rendered`)
 * @throws TemplateError TSD2015 where there is no such macro
 */
export function callMacro(
  library: MacroLibrary,
  name: string,
  args: readonly TemplateValue[],
  kwargs: Readonly<Record<string, TemplateValue>>,
  scope: Scope,
  site?: CallSite,
): MaybePromise<TemplateValue> {
  const dot = name.indexOf('.');
  const found =
    dot === -1
      ? library.resolve(name, library.rootPackage)
      : library.inPackage(name.slice(0, dot), name.slice(dot + 1));
  if (found === undefined)
    throw new TemplateError(templateCodes.unknownMacro, `there is no macro "${name}"`, { place: site?.place });
  const { source } = found.program;
  const macro = new MacroValue(found.block.node, new Frame({ source, via: [], scope }), name);
  const { nameSpan } = found.block.node;
  const callSite = site ?? { place: source.place(nameSpan.start, nameSpan.end), via: [] };
  return guard(
    source,
    () => macro.call({ positional: args, named: new Map(Object.entries(kwargs)), site: callSite }),
    callSite,
  );
}

/** Gives what escapes the evaluator its shape: a `return` outside a macro, an exhausted stack, an error without place. */
function guard<T>(source: SourceText, run: () => MaybePromise<T>, site?: CallSite): MaybePromise<T> {
  const fail = (thrown: unknown): never => {
    const place = site?.place ?? source.place(0, Math.min(1, source.text.length));
    if (thrown instanceof ReturnSignal)
      throw new TemplateError(templateCodes.syntax, 'return() outside a macro', { place });
    if (thrown instanceof RangeError && /call stack/i.test(thrown.message))
      throw new TemplateError(templateCodes.recursion, 'this template calls itself too deeply', { place });
    if (thrown instanceof OperationFailure) throw locate(thrown, place, site?.via ?? []);
    throw thrown;
  };
  try {
    const value = run();
    return value instanceof Promise ? value.catch(fail) : value;
  } catch (thrown) {
    return fail(thrown);
  }
}

/**
 * Calls a value that templates can call: a macro, a function of the context.
 * @throws TemplateError at the place of the error, or at `site`
 */
export function callValue(
  value: TemplateValue,
  positional: readonly TemplateValue[],
  site: CallSite,
  named: ReadonlyMap<string, TemplateValue> = new Map(),
): MaybePromise<TemplateValue> {
  return guard(
    site.place.source,
    () => {
      if (value instanceof TemplateObject && value.call !== undefined) return value.call({ positional, named, site });
      throw new OperationFailure(templateCodes.type, 'this value cannot be called');
    },
    site,
  );
}
