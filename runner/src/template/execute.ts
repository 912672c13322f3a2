import { setAttribute } from './attributes.js';
import { chain, mapInOrder } from './chain.js';
import { describe, Namespace, toArray } from './containers.js';
import { call, evaluate, evaluateArguments, located } from './evaluate.js';
import { OperationFailure, templateCodes, typeFailure, valueFailure } from './failure.js';
import { applyFilter } from './filters/registry.js';
import type { Frame } from './frame.js';
import { executeImport, executeInclude } from './import.js';
import { executeFor } from './loop.js';
import { MacroValue } from './macro-value.js';
import { escaped } from './markup.js';
import type { AssignTarget, FilterNode, Span, Statement } from './nodes.js';
import { Output } from './output.js';
import { evaluateShown } from './unknown-names.js';
import { type MaybePromise, stored, type TemplateValue, truthy } from './values.js';

/** How a list of statements ended. */
export type Flow = 'next' | 'break' | 'continue';

/** Runs statements in order, printing to `out`; a promise only where one of them waits. */
export function executeAll(statements: readonly Statement[], frame: Frame, out: Output, from = 0): MaybePromise<Flow> {
  for (let i = from; i < statements.length; i++) {
    const flow = execute(statements[i]!, frame, out);
    if (flow instanceof Promise)
      return flow.then((f) => (f === 'next' ? executeAll(statements, frame, out, i + 1) : f));
    if (flow !== 'next') return flow;
  }
  return 'next';
}

function execute(node: Statement, frame: Frame, out: Output): MaybePromise<Flow> {
  switch (node.kind) {
    case 'data':
      out.data(node);
      return 'next';
    case 'print':
      return chain(evaluateShown(node.value, frame), (value) => {
        out.print(node, frame.activation.autoescape ? escaped(value) : value);
        return 'next';
      });
    case 'do':
      return chain(evaluate(node.value, frame), () => 'next');
    case 'set':
      return chain(evaluate(node.value, frame), (value) => {
        assign(node.target, value, frame);
        return 'next';
      });
    case 'if':
      return executeIf(node, 0, frame, out);
    case 'for':
      return executeFor(node, frame, out);
    case 'block':
      if (node.blockKind === 'macro') frame.set(node.name, new MacroValue(node, frame));
      return 'next';
    case 'set-block':
      return chain(capture(node.body, frame), (value) =>
        chain(filtered(node.filter, value, frame), (result) => {
          assign(node.target, result, frame);
          return 'next';
        }),
      );
    case 'filter-block':
      return chain(capture(node.body, frame), (value) =>
        chain(filtered(node.filter, value, frame), (result) => {
          out.print(node, result);
          return 'next';
        }),
      );
    case 'call-block': {
      const caller = new MacroValue(node.caller, frame);
      const value = evaluateAt(node.call, frame, () => call(node.call, frame, ['caller', caller]));
      return chain(value, (printed) => {
        out.print(node.call, printed);
        return 'next';
      });
    }
    case 'with': {
      const inner = frame.child();
      return chain(
        mapInOrder(node.assignments, (a) => evaluate(a.value, frame)),
        (values) => {
          for (const [i, a] of node.assignments.entries()) assign(a.target, values[i]!, inner);
          return executeAll(node.body, inner, out);
        },
      );
    }
    case 'autoescape':
      return chain(evaluate(node.enabled, frame), (enabled) =>
        executeAll(node.body, frame.escaping(truthy(enabled)), out),
      );
    case 'template-block':
      if (node.required)
        throw located(typeFailure(`the block "${node.name}" has to be filled by another template`), node, frame);
      return executeAll(node.body, node.scoped ? frame.escaping(false) : frame.top().child(), out);
    case 'import':
    case 'from-import':
      return executeImport(node, frame);
    case 'include':
      return executeInclude(node, frame, out);
    case 'break':
    case 'continue':
      return node.kind;
  }
}

function evaluateAt<T>(node: Span, frame: Frame, run: () => MaybePromise<T>): MaybePromise<T> {
  const fail = (thrown: unknown): never => {
    throw located(thrown, node, frame);
  };
  try {
    const value = run();
    return value instanceof Promise ? value.catch(fail) : value;
  } catch (thrown) {
    return fail(thrown);
  }
}

function executeIf(
  node: Extract<Statement, { kind: 'if' }>,
  index: number,
  frame: Frame,
  out: Output,
): MaybePromise<Flow> {
  const branch = node.branches[index];
  if (branch === undefined) return executeAll(node.otherwise, frame, out);
  return chain(evaluate(branch.test, frame), (value) =>
    truthy(value) ? executeAll(branch.body, frame, out) : executeIf(node, index + 1, frame, out),
  );
}

/** What a body prints, as a value that keeps its places. */
export function capture(body: readonly Statement[], frame: Frame): MaybePromise<TemplateValue> {
  const { source, via, autoescape } = frame.activation;
  const out = new Output(source, via);
  return chain(executeAll(body, frame.child(), out), () => out.toValue(autoescape));
}

/** A captured text through the filters of its block. */
function filtered(filter: FilterNode | undefined, value: TemplateValue, frame: Frame): MaybePromise<TemplateValue> {
  if (filter === undefined) return value;
  const { target } = filter;
  const input = target?.kind === 'filter' ? filtered(target, value, frame) : value;
  return evaluateAt(filter, frame, () =>
    chain(input, (given) =>
      chain(evaluateArguments(filter.args, frame), ({ positional, named }) =>
        applyFilter(filter.name, given, positional, named, frame.site(filter)),
      ),
    ),
  );
}

/**
 * Gives a value to a name, to an attribute of a namespace, or item by item to several.
 * @throws TemplateError TSD2017 where the number of items does not fit
 */
export function assign(target: AssignTarget, value: TemplateValue, frame: Frame): void {
  if (target.kind === 'name') {
    frame.set(target.name, value);
    return;
  }
  try {
    if (target.kind === 'targets') unpack(target.items, value, frame);
    else {
      const holder = frame.get(target.namespace) ?? frame.activation.scope.get(target.namespace);
      if (holder === undefined)
        throw new OperationFailure(templateCodes.undefinedValue, `"${target.namespace}" is undefined`);
      if (!(holder instanceof Namespace)) throw typeFailure(...namespaceMessage(target.namespace, holder));
      setAttribute(holder, target.attribute, stored(value));
    }
  } catch (thrown) {
    throw located(thrown, target, frame);
  }
}

function namespaceMessage(name: string, holder: TemplateValue): [string, string] {
  return [
    `"${name}" is ${describe(holder)}, whose attributes set cannot change`,
    `make it a namespace: {% set ${name} = namespace(…) %}`,
  ];
}

function unpack(targets: readonly AssignTarget[], value: TemplateValue, frame: Frame): void {
  const items = toArray(value);
  if (items.length !== targets.length)
    throw valueFailure(`${targets.length} names for ${items.length} items of ${describe(value)}`);
  for (const [i, target] of targets.entries()) assign(target, items[i]!, frame);
}
