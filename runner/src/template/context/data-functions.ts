import { createHash } from 'node:crypto';
import { parse, stringify } from 'yaml';
import { iterate, PyDict, PyIterator, PySet, toArray } from '../containers.js';
import { toTemplateValue } from '../convert.js';
import { equal } from '../equality.js';
import { typeFailure, valueFailure } from '../failure.js';
import { toJson } from '../json.js';
import { defineFunction } from '../signature.js';
import {
  hostValue,
  PyFloat,
  PyTuple,
  type TemplateFunction,
  type TemplateValue,
  text,
  truthy,
  typeName,
} from '../values.js';

function zipped(bound: readonly (TemplateValue | undefined)[]): PyTuple[] {
  const all = (bound[0] as TemplateValue[]).map(toArray);
  const shortest = all.length === 0 ? 0 : Math.min(...all.map((a) => a.length));
  return Array.from({ length: shortest }, (_, i) => new PyTuple(all.map((a) => a[i]!)));
}

/** Runs, or gives None where the value is not of the kind. */
function orNone(make: () => TemplateValue): TemplateValue {
  try {
    return make();
  } catch {
    return null;
  }
}

/** JSON with floats kept apart from ints. */
export function parseJson(source: string): TemplateValue {
  let floats = false;
  const marked = source.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) => {
    if (token.startsWith('"') || !/[.eE]/.test(token)) return token;
    floats = true;
    return `{"\\u0000float":${token}}`;
  });
  const value = toTemplateValue(JSON.parse(marked));
  return floats ? unmark(value) : value;
}

function unmark(value: TemplateValue): TemplateValue {
  if (Array.isArray(value)) return value.map(unmark);
  if (!(value instanceof PyDict)) return value;
  const marked = value.get('\u0000float');
  if (marked !== undefined) return marked instanceof PyFloat ? marked : new PyFloat(Number(marked));
  return PyDict.of([...value.items()].map(([k, v]) => [k, unmark(v)] as const));
}

function differences(a: TemplateValue, b: TemplateValue): TemplateValue {
  if (!(a instanceof PyDict) || !(b instanceof PyDict))
    throw typeFailure('diff_of_two_dicts() needs two dicts of lists');
  const lower = (items: Iterable<TemplateValue>): TemplateValue[] =>
    [...items].map((i) => (typeof i === 'string' ? i.toLowerCase() : i));
  const others = new Map([...b.items()].map(([k, v]) => [text(k).toLowerCase(), lower(iterate(v))]));
  const out = new PyDict();
  for (const [key, items] of a.items()) {
    const other = others.get(text(key).toLowerCase()) ?? [];
    const left = lower(iterate(items)).filter((i) => !other.some((o) => equal(o, i)));
    if (left.length > 0) out.set(text(key).toLowerCase(), left);
  }
  return out;
}

/** dbt's functions on data: JSON, YAML, sets, zips, hashes. */
export const dataFunctions: readonly TemplateFunction[] = [
  defineFunction('fromjson(string, default?)', ([source, otherwise]) => {
    try {
      return parseJson(text(source!));
    } catch {
      return otherwise ?? null;
    }
  }),
  defineFunction('tojson(value, default?, sort_keys?)', ([value, , sortKeys]) =>
    // what JSON does not have is an error in spite of a default, as in dbt
    toJson(value!, { sortKeys: truthy(sortKeys ?? false) }),
  ),
  defineFunction('fromyaml(value, default?)', ([source, otherwise]) => {
    try {
      return toTemplateValue(parse(text(source!)));
    } catch {
      return otherwise ?? null;
    }
  }),
  defineFunction('toyaml(value, default?, sort_keys?)', ([value, otherwise, sortKeys]) => {
    try {
      return stringify(hostValue(value!), {
        sortMapEntries: truthy(sortKeys ?? false),
        indentSeq: false,
        lineWidth: 80,
        singleQuote: true,
      });
    } catch {
      return otherwise ?? null;
    }
  }),
  defineFunction('set(value, default?)', ([value, otherwise]) => {
    const made = orNone(() => new PySet(iterate(value!)));
    return made ?? otherwise ?? null;
  }),
  defineFunction('set_strict(value)', ([value]) => new PySet(iterate(value!))),
  defineFunction('zip(*args, **kwargs)', (bound) => {
    const made = orNone(() => new PyIterator(zipped(bound), 'zip'));
    return made ?? (bound[1] as PyDict).get('default') ?? null;
  }),
  defineFunction('zip_strict(*args)', (bound) => new PyIterator(zipped(bound), 'zip')),
  defineFunction('local_md5(value)', ([value]) => {
    if (typeof value !== 'string') throw valueFailure(`local_md5() needs a string, not ${typeName(value!)}`);
    return createHash('md5').update(value, 'utf8').digest('hex');
  }),
  defineFunction('diff_of_two_dicts(dict_a, dict_b)', ([a, b]) => differences(a!, b!)),
];
