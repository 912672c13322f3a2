import { didYouMean } from '../errors/suggest.js';
import { arithmetic, negate, slice } from './arithmetic.js';
import { attributeNames, findMethod, getAttribute } from './attributes.js';
import { chain, mapInOrder } from './chain.js';
import { describe, iterate, PyDict, PySet } from './containers.js';
import { compare, equal } from './equality.js';
import { locate, OperationFailure, templateCodes, typeFailure } from './failure.js';
import { applyFilter } from './filters/registry.js';
import type { Frame } from './frame.js';
import { jinjaGlobals } from './globals.js';
import { joinMarkup } from './markup.js';
import type { ArgumentNodes, CallNode, CompareOperator, Expression, NameNode, Span } from './nodes.js';
import { concatRendered } from './rendered.js';
import { applyTest } from './tests.js';
import { asksWhetherThere, attributeOf, evaluateFor, evaluateShown, itemOf, tellUnknown } from './unknown-names.js';
import {
  type CallSite,
  type MaybePromise,
  PyTuple,
  plain,
  Rendered,
  stored,
  TemplateObject,
  type TemplateValue,
  truthy,
  typeName,
  Undefined,
  UnknownName,
} from './values.js';

/** The value of an expression; a promise only where a function that it called returned one. */
export function evaluate(node: Expression, frame: Frame): MaybePromise<TemplateValue> {
  try {
    const value = dispatch(node, frame);
    return value instanceof Promise
      ? value.catch((thrown: unknown) => {
          throw located(thrown, node, frame);
        })
      : value;
  } catch (thrown) {
    throw located(thrown, node, frame);
  }
}

/** Gives an error the place of the node at which it arose. */
export function located(thrown: unknown, node: Span, frame: Frame): unknown {
  if (!(thrown instanceof OperationFailure)) return thrown;
  const { place, via } = frame.site(node);
  return locate(thrown, place, via);
}

function dispatch(node: Expression, frame: Frame): MaybePromise<TemplateValue> {
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'name':
      return lookup(node, frame);
    case 'attribute': {
      const target = evaluate(node.target, frame);
      if (!(target instanceof Promise)) return attributeOf(target, node, frame);
      return target.then((t) => attributeOf(t, node, frame));
    }
    case 'call':
      return call(node, frame);
    case 'filter':
      return chain(evaluateFor(asksWhetherThere.filters, node.name, node.target!, frame), (target) =>
        chain(evaluateArguments(node.args, frame), ({ positional, named }) =>
          applyFilter(node.name, target, positional, named, frame.site(node)),
        ),
      );
    case 'test':
      return chain(evaluateFor(asksWhetherThere.tests, node.name, node.target, frame), (target) =>
        chain(evaluateArguments(node.args, frame), ({ positional, named }) => {
          const holds = applyTest(node.name, target, positional, named);
          return node.negated ? !holds : holds;
        }),
      );
    case 'concat':
      return chain(
        mapInOrder(node.items, (item) => evaluateShown(item, frame)),
        (items) => (frame.activation.autoescape ? joinMarkup(items) : concatRendered(items)),
      );
    case 'binary':
      return both(node.left, node.right, frame, (a, b) => arithmetic(node.operator, a, b));
    case 'compare':
      return compareChain(node, 0, evaluate(node.first, frame), frame);
    case 'logic':
      return chain(evaluate(node.left, frame), (left) =>
        truthy(left) === (node.operator === 'and') ? evaluate(node.right, frame) : left,
      );
    case 'unary':
      return chain(evaluate(node.operand, frame), (value) =>
        node.operator === 'not' ? !truthy(value) : negate(node.operator, value),
      );
    case 'conditional':
      return chain(evaluate(node.test, frame), (test) => {
        if (truthy(test)) return evaluate(node.whenTrue, frame);
        if (node.otherwise !== undefined) return evaluate(node.otherwise, frame);
        return new Undefined('the inline if has no else, and its condition is false');
      });
    case 'list':
      return mapInOrder(node.items, (item) => chain(evaluate(item, frame), stored));
    case 'tuple':
      return chain(
        mapInOrder(node.items, (item) => chain(evaluate(item, frame), stored)),
        (items) => new PyTuple(items),
      );
    case 'dict':
      return chain(
        mapInOrder(node.entries, (entry) =>
          both(entry.key, entry.value, frame, (key, value) => new PyTuple([stored(key), stored(value)])),
        ),
        (entries) => PyDict.of(entries.map((e) => [(e as PyTuple).items[0]!, (e as PyTuple).items[1]!])),
      );
    case 'item':
      return both(node.target, node.index, frame, (target, index) => itemOf(target, index, node, frame));
    case 'slice': {
      const parts = [node.target, node.from, node.to, node.step];
      return chain(
        mapInOrder(parts, (part) => (part === undefined ? null : evaluate(part, frame))),
        ([target, from, to, step]) => {
          if (target instanceof Undefined && target.lenient) return target;
          return slice(target!, from!, to!, step!);
        },
      );
    }
  }
}

function both(
  left: Expression,
  right: Expression,
  frame: Frame,
  operate: (left: TemplateValue, right: TemplateValue) => TemplateValue,
): MaybePromise<TemplateValue> {
  const a = evaluate(left, frame);
  if (a instanceof Promise) return a.then((x) => chain(evaluate(right, frame), (y) => operate(x, y)));
  const b = evaluate(right, frame);
  return b instanceof Promise ? b.then((y) => operate(a, y)) : operate(a, b);
}

function lookup(node: NameNode, frame: Frame): TemplateValue {
  const { scope } = frame.activation;
  // `??` would look past None, which is null here
  let value = frame.get(node.name);
  if (value === undefined) value = scope.get(node.name);
  if (value === undefined) value = jinjaGlobals.get(node.name);
  if (value !== undefined) return value;
  return new UnknownName(
    `"${node.name}" is undefined`,
    () => [...frame.names(), ...scope.names(), ...jinjaGlobals.keys()],
    node.name,
    frame.activation.lenient ?? false,
  );
}

function compareChain(
  node: Extract<Expression, { kind: 'compare' }>,
  index: number,
  leftGiven: MaybePromise<TemplateValue>,
  frame: Frame,
): MaybePromise<TemplateValue> {
  const link = node.rest[index]!;
  return chain(leftGiven, (left) =>
    chain(evaluate(link.operand, frame), (right) => {
      const holds = holdsBetween(link.operator, left, right);
      return holds && index + 1 < node.rest.length ? compareChain(node, index + 1, right, frame) : holds;
    }),
  );
}

function holdsBetween(operator: CompareOperator, left: TemplateValue, right: TemplateValue): boolean {
  switch (operator) {
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case 'in':
      return contains(right, left);
    case 'not in':
      return !contains(right, left);
    default: {
      if (left instanceof Undefined) throw left.failure();
      if (right instanceof Undefined) throw right.failure();
      const order = compare(left, right, operator);
      if (operator === '<') return order < 0;
      if (operator === '<=') return order <= 0;
      return operator === '>' ? order > 0 : order >= 0;
    }
  }
}

/** Python's `item in container`. */
export function contains(containerGiven: TemplateValue, itemGiven: TemplateValue): boolean {
  const container = plain(containerGiven);
  const item = plain(itemGiven);
  if (typeof container === 'string') {
    if (typeof item === 'string') return container.includes(item);
    if (item instanceof Undefined) throw item.failure();
    throw typeFailure(`"in" looks for a string in a string, not for ${describe(item)}`);
  }
  if (container instanceof TemplateObject && container.contains !== undefined) {
    const unhashable = item instanceof PySet || item instanceof PyDict || Array.isArray(item);
    if (unhashable && (container instanceof PyDict || container instanceof PySet))
      throw typeFailure(`${typeName(item)} cannot be a key, so it is in no ${typeName(container)}`);
    return !unhashable && container.contains(item);
  }
  for (const candidate of iterate(container)) if (equal(candidate, item)) return true;
  return false;
}

interface Evaluated {
  readonly positional: TemplateValue[];
  readonly named: Map<string, TemplateValue>;
}

/** The values of arguments, with `*args` and `**kwargs` spread. */
export function evaluateArguments(args: ArgumentNodes, frame: Frame): MaybePromise<Evaluated> {
  const positional = mapInOrder(args.positional, (p) => evaluate(p, frame));
  if (args.named.length === 0 && args.spread === undefined && args.namedSpread === undefined)
    return chain(positional, (p) => ({ positional: p, named: new Map<string, TemplateValue>() }));
  return chain(positional, (p) =>
    chain(
      mapInOrder(args.named, (n) => evaluate(n.value, frame)),
      (values) =>
        chain<TemplateValue, Evaluated>(args.spread === undefined ? [] : evaluate(args.spread, frame), (spread) =>
          chain<TemplateValue, Evaluated>(
            args.namedSpread === undefined ? null : evaluate(args.namedSpread, frame),
            (namedSpread) => {
              const named = new Map<string, TemplateValue>(args.named.map((n, i) => [n.name, values[i]!]));
              for (const item of iterate(spread)) p.push(item);
              if (args.namedSpread === undefined) return { positional: p, named };
              if (!(namedSpread instanceof PyDict))
                throw typeFailure(`** spreads a dict, not ${describe(namedSpread)}`);
              for (const [key, value] of namedSpread.items()) {
                if (typeof key !== 'string') throw typeFailure('** needs string keys');
                if (named.has(key)) throw typeFailure(`the argument "${key}" is given twice`);
                named.set(key, value);
              }
              return { positional: p, named };
            },
          ),
        ),
    ),
  );
}

/** Evaluates a call, with further named arguments (the `caller` of a call block). */
export function call(
  node: CallNode,
  frame: Frame,
  further?: readonly [name: string, value: TemplateValue],
): MaybePromise<TemplateValue> {
  const { callee } = node;
  if (callee.kind !== 'attribute')
    return chain(evaluate(callee, frame), (target) => callWith(target, node, frame, further));
  // a method of a built-in type is called without being made a value first
  return chain(evaluate(callee.target, frame), (target) => {
    const own = target instanceof TemplateObject ? target.getAttribute(callee.name) : undefined;
    const method = own === undefined ? findMethod(target, callee.name) : undefined;
    if (method === undefined) return callWith(own ?? methodOf(target, callee, frame), node, frame, further);
    return chain(evaluateArguments(node.args, frame), ({ positional, named }) => {
      if (further !== undefined) named.set(...further);
      return method(positional, named, () => frame.site(node));
    });
  });
}

function methodOf(
  target: TemplateValue,
  callee: Extract<Expression, { kind: 'attribute' }>,
  frame: Frame,
): TemplateValue {
  const { lenient } = frame.activation;
  try {
    // where it is not lenient, the call itself fails
    return lenient ? attributeOf(target, callee, frame) : getAttribute(target, callee.name);
  } catch (thrown) {
    throw located(thrown, callee, frame);
  }
}

function callWith(
  target: TemplateValue,
  node: CallNode,
  frame: Frame,
  further: readonly [name: string, value: TemplateValue] | undefined,
): MaybePromise<TemplateValue> {
  if (target instanceof Undefined) {
    if (!target.lenient) throw located(undefinedCall(target, node), node.callee, frame);
    if (node.callee.kind === 'name') tellUnknown(unknownMacro(target), node.callee, frame);
    return chain(evaluateArguments(node.args, frame), () => target);
  }
  return chain(evaluateArguments(node.args, frame), ({ positional, named }) => {
    if (further !== undefined) named.set(...further);
    return callValue(target, positional, named, frame.site(node));
  });
}

function undefinedCall(target: Undefined, node: CallNode): OperationFailure {
  const hint = didYouMean(target.name, new Set(target.candidates()));
  const { message } = node.callee.kind === 'name' ? unknownMacro(target) : target;
  return new OperationFailure(templateCodes.undefinedValue, message, hint);
}

function unknownMacro({ name, candidates }: Undefined): Undefined {
  return new UnknownName(`there is no macro or function "${name}"`, candidates, name, true);
}

/**
 * Calls a value.
 * @throws OperationFailure TSD2009 where it cannot be called
 */
export function callValue(
  target: TemplateValue,
  positional: readonly TemplateValue[],
  named: ReadonlyMap<string, TemplateValue>,
  site: CallSite,
): MaybePromise<TemplateValue> {
  if (target instanceof TemplateObject && target.call !== undefined) return target.call({ positional, named, site });
  throw typeFailure(`${target instanceof Rendered ? 'a string' : describe(target)} cannot be called`, callHint(target));
}

function callHint(target: TemplateValue): string | undefined {
  const names = target instanceof TemplateObject ? attributeNames(target).slice(0, 5) : [];
  return names.length === 0 ? undefined : `${typeName(target)} has ${names.join(', ')}`;
}
