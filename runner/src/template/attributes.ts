import { PyBytes } from './bytes.js';
import { bytesMethods } from './bytes-methods.js';
import { dictMethods, listMethods, setMethods, tupleMethods } from './collection-methods.js';
import { PyComplex } from './complex.js';
import { describe, NamedDict, PyDict, PySet } from './containers.js';
import { DecimalValue } from './decimal.js';
import { decimalMethods } from './decimal-methods.js';
import { typeFailure } from './failure.js';
import { escapedText, markupMethod } from './markup.js';
import type { Method } from './methods.js';
import { complexMethods, floatMethods, intMethods, numberAttribute } from './number-methods.js';
import { sliceRendered } from './rendered.js';
import { bind } from './signature.js';
import { formatString } from './string-format.js';
import { stringMethods, stripBounds } from './string-methods.js';
import {
  type CallSite,
  Markup,
  type MaybePromise,
  PyFloat,
  PyTuple,
  plain,
  Rendered,
  TemplateFunction,
  TemplateObject,
  type TemplateValue,
  typeName,
  Undefined,
} from './values.js';

const none: ReadonlyMap<string, Method<never>> = new Map();

/** The table of methods of a built-in type. */
function methodTable(value: TemplateValue): ReadonlyMap<string, Method<never>> {
  if (typeof value === 'string' || value instanceof Rendered) return stringMethods;
  if (Array.isArray(value)) return listMethods;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return intMethods;
  if (value instanceof PyDict) return dictMethods;
  if (value instanceof PyTuple) return tupleMethods;
  if (value instanceof PySet) return setMethods;
  if (value instanceof PyFloat) return value instanceof DecimalValue ? decimalMethods : floatMethods;
  if (value instanceof PyBytes) return bytesMethods();
  if (value instanceof PyComplex) return complexMethods;
  return none;
}

const strips: Record<string, readonly [boolean, boolean]> = {
  strip: [true, true],
  lstrip: [true, false],
  rstrip: [false, true],
};

/** The bound method of a built-in type, or undefined where it has none of that name. */
export function findMethod(
  value: TemplateValue,
  name: string,
):
  | ((
      positional: readonly TemplateValue[],
      named: ReadonlyMap<string, TemplateValue>,
      site: () => CallSite,
    ) => MaybePromise<TemplateValue>)
  | undefined {
  const method = methodTable(value).get(name);
  if (value instanceof Markup) return methodOfMarkup(value, name, method);
  if (method === undefined) return undefined;
  if (value instanceof Rendered && strips[name] !== undefined)
    return (positional, named) => {
      const [characters] = bind(method.signature, positional, named);
      return sliceRendered(value, ...stripBounds(value.text, characters, ...strips[name]!));
    };
  const self = plain(value) as never;
  return (positional, named, site) => method.run(self, bind(method.signature, positional, named), site);
}

/** Methods of text call nothing. */
const noSite = undefined as never;

function methodOfMarkup(value: Markup, name: string, method: Method<never> | undefined) {
  if (method === undefined) return markupMethod(value, name, undefined);
  if (name === 'format' || name === 'format_map')
    return (positional: readonly TemplateValue[], named: ReadonlyMap<string, TemplateValue>) => {
      const bound = bind(method.signature, positional, named);
      return new Markup(formatString(value.text, name === 'format' ? bound : [[], ...bound], escapedText));
    };
  const ofText = (positional: readonly TemplateValue[], named: ReadonlyMap<string, TemplateValue>) =>
    method.run(value.text as never, bind(method.signature, positional, named), noSite) as TemplateValue;
  return markupMethod(value, name, ofText) ?? ofText;
}

/** Names of attributes, methods and string keys, for suggestions. */
export function attributeNames(value: TemplateValue): string[] {
  const own = value instanceof TemplateObject ? [...value.attributeNames()] : [];
  const keys = value instanceof PyDict ? [...value.keys()].filter((k) => typeof k === 'string') : [];
  return [...own, ...keys, ...methodTable(value).keys()];
}

function missing(value: TemplateValue, what: string, name: string, lenient: boolean): Undefined {
  const holder = value instanceof NamedDict ? value.label : typeName(value);
  return new Undefined(`${holder} has no ${what}`, () => attributeNames(value), name, lenient);
}

/**
 * `value.name`: an attribute or method, else the item of that name, as Jinja2 looks.
 * @param lenient what is missing gives an undefined value that can be gone on with (dbt's parsing)
 * @throws OperationFailure TSD2005 where the value is undefined itself
 */
export function getAttribute(value: TemplateValue, name: string, lenient = false): TemplateValue {
  if (value instanceof TemplateObject && !(value instanceof Rendered)) {
    if (value instanceof Undefined) {
      if (value.lenient) return new Undefined(`"${name}" of an undefined value`, undefined, name, true);
      throw value.failure();
    }
    const own = value.getAttribute(name);
    if (own !== undefined) return own;
  }
  const method = findMethod(value, name);
  if (method !== undefined)
    return new TemplateFunction(name, (args) => method(args.positional, args.named, () => args.site));
  if (value instanceof TemplateObject) {
    const item = value.getItem(name);
    if (item !== undefined) return item;
  }
  const ofNumber = numberAttribute(value, name);
  if (ofNumber !== undefined) return ofNumber;
  return missing(value, `attribute "${name}"`, name, lenient);
}

/** `value[key]`: an item, else the attribute of that name, as Jinja2 looks. */
export function getItem(value: TemplateValue, keyGiven: TemplateValue, lenient = false): TemplateValue {
  const key = plain(keyGiven);
  if (value instanceof Undefined) {
    if (value.lenient) return value;
    throw value.failure();
  }
  const items = value instanceof PyTuple ? value.items : value;
  if (Array.isArray(items)) {
    if (typeof key === 'number' || typeof key === 'boolean') {
      const index = Number(key);
      const item = items[index < 0 ? index + items.length : index];
      // none is an item like others
      return item === undefined ? missing(value, `item ${index}: it has ${items.length}`, '', lenient) : item;
    }
  } else if (typeof items === 'string' || items instanceof Rendered) {
    if (typeof key === 'number' || typeof key === 'boolean') {
      const string = plain(items as TemplateValue) as string;
      const all = /[\ud800-\udbff]/.test(string) ? [...string] : string;
      const index = Number(key);
      const character = all[index < 0 ? index + all.length : index];
      if (character === undefined) return missing(value, `item ${index}: it has ${all.length}`, '', lenient);
      return value instanceof Markup ? new Markup(character) : character;
    }
  } else if (value instanceof TemplateObject) {
    const item = value.getItem(key);
    if (item !== undefined) return item;
  }
  if (typeof key === 'string') {
    if (value instanceof TemplateObject && !(value instanceof Rendered)) {
      const own = value.getAttribute(key);
      if (own !== undefined) return own;
    }
    const method = findMethod(value, key);
    if (method !== undefined)
      return new TemplateFunction(key, (args) => method(args.positional, args.named, () => args.site));
  }
  return missing(value, `item ${describe(key)}`, typeof key === 'string' ? key : '', lenient);
}

/** @throws OperationFailure TSD2009 where the object does not let its attributes be set */
export function setAttribute(value: TemplateValue, name: string, to: TemplateValue): void {
  if (value instanceof TemplateObject && value.setAttribute(name, to)) return;
  throw typeFailure(`cannot set "${name}" of ${typeName(value)}`, 'only a namespace(…) can be changed with set');
}
