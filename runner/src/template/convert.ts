import { Relation } from '../engines/relation.js';
import { PyDict, PySet } from './containers.js';
import { DateTimeValue, utc } from './context/datetime.js';
import { RelationValue } from './context/relation-value.js';
import { hostValue, PyFloat, TemplateFunction, TemplateObject, type TemplateValue } from './values.js';

/**
 * A JavaScript value as templates see it: whole numbers are ints, others floats; plain objects and Maps are dicts;
 * `undefined` is None. Of objects of other classes only their own enumerable properties
 * are handed out, as a dict; what should be more than that is a {@link TemplateObject}.
 */
export function toTemplateValue(value: unknown): TemplateValue {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return value;
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? value : new PyFloat(value);
    case 'function':
      return new TemplateFunction(value.name, ({ positional }) => toTemplateValue(value(...positional.map(hostValue))));
    default:
  }
  if (value instanceof TemplateObject) return value;
  if (value instanceof Number) return new PyFloat(value.valueOf());
  if (Array.isArray(value)) return value.map(toTemplateValue);
  if (value instanceof Map) return PyDict.of([...value].map(([k, v]) => [toTemplateValue(k), toTemplateValue(v)]));
  if (value instanceof Set) return new PySet([...value].map(toTemplateValue));
  if (value instanceof Date) return new DateTimeValue(BigInt(value.getTime()) * 1000n, utc);
  if (value instanceof Relation) return new RelationValue(value);
  return PyDict.of(Object.entries(value).map(([k, v]) => [k, toTemplateValue(v)]));
}

/** A template's value as plain JavaScript: dicts become objects, tuples and generators arrays, floats numbers. */
export function fromTemplateValue(value: TemplateValue): unknown {
  return hostValue(value);
}
