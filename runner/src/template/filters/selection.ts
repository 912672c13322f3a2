import { getAttribute } from '../attributes.js';
import { PyDict, PyIterator, toArray } from '../containers.js';
import { argumentFailure, typeFailure } from '../failure.js';
import { applyTest } from '../tests.js';
import { stored, type TemplateValue, text, truthy, typeName, Undefined } from '../values.js';
import { attributeGetter } from './attribute-getter.js';
import { filterTable } from './filter.js';

/** The items of a value; none of one that is false, as Jinja2's filters of this file have it. */
function itemsOf(value: TemplateValue): TemplateValue[] {
  return truthy(value) ? toArray(value) : [];
}

const noNamed: ReadonlyMap<string, TemplateValue> = new Map();

function select(value: TemplateValue, args: TemplateValue[], named: PyDict, keep: boolean): PyIterator {
  const [test, ...rest] = args;
  const kwargs = namedOf(named);
  return new PyIterator(
    itemsOf(value).filter(
      (item) => (test === undefined ? truthy(item) : applyTest(text(test), item, rest, kwargs)) === keep,
    ),
  );
}

function selectBy(value: TemplateValue, args: TemplateValue[], named: PyDict, keep: boolean): PyIterator {
  const [attribute, ...rest] = args;
  if (attribute === undefined) throw argumentFailure('the name of the attribute is missing');
  const get = attributeGetter(attribute);
  const [test, ...testArgs] = rest;
  const kwargs = namedOf(named);
  return new PyIterator(
    itemsOf(value).filter((item) => {
      const part = get(item);
      return (test === undefined ? truthy(part) : applyTest(text(test), part, testArgs, kwargs)) === keep;
    }),
  );
}

function namedOf(named: PyDict): ReadonlyMap<string, TemplateValue> {
  return new Map([...named.items()].map(([k, v]) => [text(k), v]));
}

export const selectionFilters = filterTable(
  {
    'default(default_value?!, boolean?)': (value, [otherwise, boolean]) =>
      value instanceof Undefined || (truthy(boolean ?? false) && !truthy(value))
        ? otherwise === undefined
          ? ''
          : otherwise
        : value,
    'd(default_value?!, boolean?)': (value, [otherwise, boolean]) =>
      value instanceof Undefined || (truthy(boolean ?? false) && !truthy(value))
        ? otherwise === undefined
          ? ''
          : otherwise
        : value,
    'attr(name)': (value, [name]) => {
      // attributes only: the items of a dict are none
      if (value instanceof PyDict && value.has(name!)) {
        const bare = getAttribute(new PyDict(), text(name!));
        return bare instanceof Undefined ? bare : getAttribute(value, text(name!));
      }
      return getAttribute(value, text(name!));
    },
    'map(*args, **kwargs)': (value, [args, kwargs], apply) => {
      const named = kwargs as PyDict;
      const [name, ...rest] = args as TemplateValue[];
      const attribute = named.get('attribute');
      if (name === undefined && attribute !== undefined) {
        const unknown = [...named.keys()].find((k) => k !== 'attribute' && k !== 'default');
        if (unknown !== undefined) throw argumentFailure(`map has no argument "${text(unknown)}" beside attribute`);
        return new PyIterator(itemsOf(value).map(attributeGetter(attribute, named.get('default'))));
      }
      if (name === undefined) throw argumentFailure('map needs the name of a filter, or attribute="…"');
      if (typeof name !== 'string') throw typeFailure(`map takes the name of a filter, not ${typeName(name)}`);
      const filterArgs = namedOf(named);
      return new PyIterator(
        itemsOf(value).map((item) => stored(apply(name, item, rest, filterArgs.size === 0 ? noNamed : filterArgs))),
      );
    },
    'select(*args, **kwargs)': (value, [args, kwargs]) =>
      select(value, args as TemplateValue[], kwargs as PyDict, true),
    'reject(*args, **kwargs)': (value, [args, kwargs]) =>
      select(value, args as TemplateValue[], kwargs as PyDict, false),
    'selectattr(*args, **kwargs)': (value, [args, kwargs]) =>
      selectBy(value, args as TemplateValue[], kwargs as PyDict, true),
    'rejectattr(*args, **kwargs)': (value, [args, kwargs]) =>
      selectBy(value, args as TemplateValue[], kwargs as PyDict, false),
  },
  ['default', 'd', 'attr'],
);
