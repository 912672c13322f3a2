import { didYouMean } from '../errors/suggest.js';
import { arithmetic } from './arithmetic.js';
import { PyComplex } from './complex.js';
import { isIterable, PyDict, PyIterator, PySet } from './containers.js';
import { DecimalValue } from './decimal.js';
import { compare, equal, numeric } from './equality.js';
import { contains } from './evaluate.js';
import { OperationFailure, templateCodes, typeFailure } from './failure.js';
import { filterNames } from './filters/registry.js';
import { type Bound, bind, type Signature, signature } from './signature.js';
import {
  Markup,
  PyFloat,
  PyTuple,
  plain,
  stored,
  TemplateObject,
  type TemplateValue,
  text,
  typeName,
  Undefined,
} from './values.js';

type Test = (value: TemplateValue, bound: Bound) => boolean;

const isInteger = (value: TemplateValue): boolean => typeof value === 'number' || typeof value === 'bigint';
const remainder = (value: TemplateValue, by: TemplateValue): boolean => equal(arithmetic('%', value, by), 0);

function usable(value: TemplateValue): TemplateValue {
  if (value instanceof Undefined) throw value.failure();
  return value;
}

function isSequence(value: TemplateValue): boolean {
  if (typeof value === 'string' || Array.isArray(value)) return true;
  if (!(value instanceof TemplateObject)) return false;
  return value.size !== undefined && (value instanceof PyTuple || value instanceof PyDict || value.typeName !== 'set');
}

const table: Record<string, Test> = {
  'defined()': (value) => !(value instanceof Undefined),
  'undefined()': (value) => value instanceof Undefined,
  'none()': (value) => value === null,
  'boolean()': (value) => typeof value === 'boolean',
  'true()': (value) => value === true,
  'false()': (value) => value === false,
  'integer()': isInteger,
  'float()': (value) => value instanceof PyFloat && !(value instanceof DecimalValue),
  'number()': (value) => numeric(value) !== undefined || value instanceof PyComplex,
  'string()': (value) => typeof value === 'string',
  'mapping()': (value) => value instanceof PyDict || (value instanceof TemplateObject && value.isMapping === true),
  'sequence()': isSequence,
  'iterable()': isIterable,
  'callable()': (value) => value instanceof TemplateObject && (value instanceof Undefined || value.call !== undefined),
  'sameas(other!)': (value, [other]) =>
    value === other || (isInteger(value) && isInteger(other!) && equal(value, other!)),
  'escaped()': (value) => value instanceof Markup,
  'upper()': (value) => /\p{Lu}/u.test(text(value)) && !/\p{Ll}/u.test(text(value)),
  'lower()': (value) => /\p{Ll}/u.test(text(value)) && !/\p{Lu}/u.test(text(value)),
  'odd()': (value) => equal(arithmetic('%', value, 2), 1),
  'even()': (value) => remainder(value, 2),
  'divisibleby(num)': (value, [by]) => remainder(value, by!),
  'in(seq)': (value, [seq]) => contains(seq!, value),
  'filter()': (value) => [...filterNames()].includes(nameOf(value)),
  'test()': (value) => tests.has(nameOf(value)),
};

const comparisons: Record<string, Test> = {
  '==': (a, [b]) => equal(a, b!),
  '!=': (a, [b]) => !equal(a, b!),
  '<': (a, [b]) => compare(usable(a), usable(b!), '<') < 0,
  '<=': (a, [b]) => compare(usable(a), usable(b!), '<=') <= 0,
  '>': (a, [b]) => compare(usable(a), usable(b!), '>') > 0,
  '>=': (a, [b]) => compare(usable(a), usable(b!), '>=') >= 0,
};
const aliases: Record<string, string> = {
  eq: '==',
  equalto: '==',
  ne: '!=',
  lt: '<',
  lessthan: '<',
  le: '<=',
  gt: '>',
  greaterthan: '>',
  ge: '>=',
};

const tests = new Map<string, { signature: Signature; holds: Test }>();
for (const [spec, holds] of Object.entries(table)) {
  const to = signature(spec);
  tests.set(to.name, { signature: to, holds });
}
for (const [operator, holds] of Object.entries(comparisons))
  tests.set(operator, { signature: signature(`${operator}(other)`), holds });
for (const [alias, operator] of Object.entries(aliases))
  tests.set(alias, { signature: signature(`${alias}(other)`), holds: comparisons[operator]! });

/** Lists, dicts and sets are no names, and no keys of anything. */
function nameOf(value: TemplateValue): string {
  if (Array.isArray(value) || value instanceof PyDict || value instanceof PySet)
    throw typeFailure(`a ${typeName(value)} is no name`);
  return text(value);
}

/** Names of all tests. */
export function testNames(): Iterable<string> {
  return tests.keys();
}

/**
 * `value is name(args)`.
 * @throws OperationFailure TSD2007 for a test that does not exist
 */
export function applyTest(
  name: string,
  value: TemplateValue,
  positional: readonly TemplateValue[],
  named: ReadonlyMap<string, TemplateValue>,
): boolean {
  const test = tests.get(name);
  if (test === undefined)
    throw new OperationFailure(templateCodes.unknownTest, `there is no test "${name}"`, didYouMean(name, tests.keys()));
  const given = name === 'escaped' || name === 'sameas' ? stored(value) : plain(value);
  if (given instanceof PyIterator && name === 'sequence') return false;
  return test.holds(given, bind(test.signature, positional, named));
}
