import { nearest } from '../errors/suggest.js';
import { getAttribute, getItem } from './attributes.js';
import { chain } from './chain.js';
import { evaluate, located } from './evaluate.js';
import type { Frame } from './frame.js';
import type { Expression, NameNode, Span } from './nodes.js';
import { type MaybePromise, TemplateObject, type TemplateValue, Undefined, UnknownName } from './values.js';

/**
 * Names that nothing has. Jinja2 goes on with an undefined value where an attribute is missing, and prints it as nothing; the
 * scope is told where that can only be a mistake, and decides what becomes of it.
 */

/** What may be asked of something that is not there: `x is defined`, `x | default(1)`. */
export const asksWhetherThere = {
  filters: new Set(['default', 'd']),
  tests: new Set(['defined', 'undefined']),
} as const;

/** `target.name` of a template. */
export function attributeOf(
  target: TemplateValue,
  node: Extract<Expression, { kind: 'attribute' }>,
  frame: Frame,
): TemplateValue {
  const value = getAttribute(target, node.name, frame.activation.lenient);
  if (value instanceof Undefined) tell(target, value, node, frame);
  return value;
}

/** `target[index]` of a template. */
export function itemOf(target: TemplateValue, index: TemplateValue, node: Span, frame: Frame): TemplateValue {
  const value = getItem(target, index, frame.activation.lenient);
  if (value instanceof Undefined && typeof index === 'string') tell(target, value, node, frame);
  return value;
}

function tell(target: TemplateValue, value: Undefined, node: Span, frame: Frame): void {
  const { scope } = frame.activation;
  if (scope.unknown === undefined || !(target instanceof TemplateObject)) return;
  const { unknownIsMistake } = target;
  if (unknownIsMistake === undefined) return;
  const known = new Set(target.attributeNames());
  // of some it is known that they may be missing
  if (known.has(value.name)) return;
  if (unknownIsMistake === 'alike' && nearest(value.name, known) === undefined) return;
  scope.unknown(value, frame.site(node));
}

/** The target of a filter or test: those that ask whether it is there may be given what is not. */
export function evaluateFor(
  asking: ReadonlySet<string>,
  name: string,
  node: Expression,
  frame: Frame,
): MaybePromise<TemplateValue> {
  if (!asking.has(name))
    return asking === asksWhetherThere.filters ? evaluateShown(node, frame) : evaluate(node, frame);
  if (node.kind !== 'attribute' && node.kind !== 'item') return evaluate(node, frame);
  const { lenient } = frame.activation;
  const locating = (find: () => TemplateValue): TemplateValue => {
    try {
      return find();
    } catch (thrown) {
      throw located(thrown, node, frame);
    }
  };
  return chain(evaluate(node.target, frame), (target) =>
    node.kind === 'attribute'
      ? locating(() => getAttribute(target, node.name, lenient))
      : chain(evaluate(node.index, frame), (index) => locating(() => getItem(target, index, lenient))),
  );
}

/** A value that is printed or gone through: nothing comes of a name that nothing has. */
export function evaluateShown(node: Expression, frame: Frame): MaybePromise<TemplateValue> {
  return chain(evaluate(node, frame), (value) => {
    if (value instanceof UnknownName && node.kind === 'name') tellUnknown(value, node, frame);
    return value;
  });
}

/** Tells the scope of a name that nothing has. */
export function tellUnknown(value: Undefined, node: NameNode, frame: Frame): void {
  const { scope, lenient, source } = frame.activation;
  if (scope.unknown === undefined || (lenient && isAssigned(node.name, source.text))) return;
  try {
    scope.unknown(value, frame.site(node));
  } catch (thrown) {
    throw located(thrown, node, frame);
  }
}

/** A block that gives the name a value, maybe only where the engine can be asked. */
function isAssigned(name: string, text: string): boolean {
  return new RegExp(`\\{%[-+]?\\s*(?:set|for|from|import|macro|call|with)\\b[^%]*?\\b${name}\\b`).test(text);
}
