import { findMethod } from '../attributes.js';
import { isIterable, iterate, PyDict, toArray } from '../containers.js';
import { typeFailure, valueFailure } from '../failure.js';
import { toJson } from '../json.js';
import { formatPercent } from '../percent-format.js';
import { sliceRendered } from '../rendered.js';
import { capitalize, stripBounds } from '../string-methods.js';
import { PyTuple, plain, Rendered, repr, type TemplateValue, text, truthy, typeName, Undefined } from '../values.js';
import { filterTable } from './filter.js';
import { prettyPrinted } from './pretty-print.js';
import { truncate, urlize, wordWrap } from './wrap.js';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' };

export function escapeHtml(value: TemplateValue): string {
  return text(value).replace(/[&<>'"]/g, (c) => escapes[c]!);
}

function int(value: TemplateValue | undefined, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  throw typeFailure(`an int is needed, not ${typeName(value)}`);
}

function urlEncode(value: TemplateValue, keepSlash: boolean): string {
  const encoded = encodeURIComponent(text(value)).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return keepSlash ? encoded.replaceAll('%2F', '/') : encoded;
}

/** A key and its value. */
function pairOf(value: TemplateValue): [TemplateValue, TemplateValue] {
  const [key, of, ...more] = toArray(value);
  if (key === undefined || of === undefined || more.length > 0)
    throw valueFailure(`urlencode needs pairs, and ${repr(value)} is none`);
  return [key, of];
}

/** The text of a filter that works on lines. */
function textOnly(value: TemplateValue, filter: string): string {
  if (value instanceof Undefined) throw value.failure();
  const given = plain(value);
  if (typeof given === 'string') return given;
  throw typeFailure(`${filter} needs a text, not ${typeName(value)}`, 'make one of it first: … | string | …');
}

/** The text that truncate cuts: of what has a length. */
function measured(value: TemplateValue): string {
  if (!(value instanceof Undefined) && typeof plain(value) !== 'string' && !isIterable(value))
    throw typeFailure(`truncate needs a text, not ${typeName(value)}`, 'make one of it first: … | string | …');
  return text(value);
}

function indent(value: TemplateValue, [width, first, blank]: (TemplateValue | undefined)[]): string {
  const by = typeof width === 'string' ? width : ' '.repeat(Math.max(0, int(width, 4)));
  const lines = textOnly(value, 'indent').split('\n');
  return lines
    .map((line, i) => {
      if (i === 0) return truthy(first ?? false) ? by + line : line;
      return line !== '' || truthy(blank ?? false) ? by + line : line;
    })
    .join('\n');
}

function xmlAttributes(value: TemplateValue, autospace: boolean): string {
  if (!(value instanceof PyDict)) throw typeFailure(`xmlattr needs a dict, not ${typeName(value)}`);
  const parts: string[] = [];
  for (const [key, v] of value.items()) {
    if (v === null || v instanceof Undefined) continue;
    if (/[\s/>=]/.test(text(key))) throw valueFailure(`invalid character in the attribute name ${repr(key)}`);
    parts.push(`${escapeHtml(key)}="${escapeHtml(v)}"`);
  }
  return parts.length > 0 && autospace ? ` ${parts.join(' ')}` : parts.join(' ');
}

/** Jinja2's `title`: a letter after anything but a letter or apostrophe is a capital. */
function title(value: string): string {
  return value
    .split(/([-\s({[<]+)/u)
    .filter((part) => part !== '')
    .map(capitalize)
    .join('');
}

function replace(value: TemplateValue, [old, by, count]: (TemplateValue | undefined)[]): TemplateValue {
  const counted = count === null ? undefined : count;
  const args = [text(old!), text(by!), ...(counted === undefined ? [] : [counted])];
  return findMethod(text(value), 'replace')!(args, new Map()) as TemplateValue;
}

export const textFilters = filterTable(
  {
    'upper()': (value) => text(value).toUpperCase(),
    'lower()': (value) => text(value).toLowerCase(),
    'capitalize()': (value) => capitalize(text(value)),
    'title()': (value) => title(text(value)),
    'trim(chars?)': (value, [chars]) => {
      const given = text(value);
      const bounds = stripBounds(given, chars, true, true);
      return value instanceof Rendered ? sliceRendered(value, ...bounds) : given.slice(...bounds);
    },
    'string()': (value) => (value instanceof Rendered ? value : text(value)),
    'safe()': (value) => (value instanceof Rendered ? value : text(value)),
    'escape()': escapeHtml,
    'e()': escapeHtml,
    'forceescape()': escapeHtml,
    'replace(old, new, count?)': replace,
    'format(*args, **kwargs)': (value, [args, kwargs]) => {
      const named = kwargs as PyDict;
      return formatPercent(text(value), named.size() > 0 ? named : new PyTuple(args as TemplateValue[]));
    },
    'indent(width?, first?, blank?)': indent,
    'center(width?)': (value, [width]) => findMethod(text(value), 'center')!([int(width, 80)], new Map()) as string,
    'truncate(length?, killwords?, end?, leeway?)': (value, [length, kill, end, leeway]) =>
      truncate(
        measured(value),
        int(length, 255),
        truthy(kill ?? false),
        end === undefined ? '...' : text(end),
        int(leeway, 5),
      ),
    'wordcount()': (value) => text(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0,
    'wordwrap(width?, break_long_words?, wrapstring?, break_on_hyphens?)': (value, [width, long, by, hyphens]) =>
      wordWrap(
        textOnly(value, 'wordwrap'),
        int(width, 79),
        truthy(long ?? true),
        by === undefined || by === null ? '\n' : text(by),
        truthy(hyphens ?? true),
      ),
    'striptags()': (value) =>
      text(value)
        .replace(/<!--[\s\S]*?-->/g, '')
        .replace(/<[^>]*>/g, '')
        .split(/\s+/)
        .filter((w) => w !== '')
        .join(' '),
    'urlencode()': (value) => {
      if (typeof value === 'string') return urlEncode(value, true);
      if (!isIterable(value)) return urlEncode(value, true);
      const pairs = value instanceof PyDict ? [...value.items()] : [...iterate(value)].map(pairOf);
      return pairs.map(([k, v]) => `${urlEncode(k, false)}=${urlEncode(v, false)}`.replaceAll('%20', '+')).join('&');
    },
    'urlize(trim_url_limit?, nofollow?, target?, rel?, extra_schemes?)': (value, [limit, nofollow, target, rel]) =>
      urlize(
        text(value),
        limit === undefined || limit === null ? undefined : int(limit, 0),
        [...(truthy(nofollow ?? false) ? ['nofollow'] : []), 'noopener', ...(rel ? text(rel).split(' ') : [])]
          .sort()
          .join(' '),
        target === undefined || target === null ? undefined : text(target),
      ),
    'xmlattr(autospace?)': (value, [autospace]) => xmlAttributes(value, truthy(autospace ?? true)),
    'tojson(indent?)': (value, [width]) =>
      toJson(value, {
        indent: width === undefined || width === null ? undefined : Math.max(0, int(width, 0)),
        sortKeys: true,
      }).replace(/[<>&']/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
    'pprint()': prettyPrinted,
    // what dbt adds for values of YAML files
    'is_list()': (value) => Array.isArray(value),
    'as_text()': (value) => text(value),
    'as_native()': (value) => value,
    'as_bool()': (value) => {
      if (typeof value === 'boolean') return value;
      const lower = text(plain(value)).toLowerCase();
      if (lower === 'true' || lower === 'false') return lower === 'true';
      throw valueFailure(`${repr(value)} is no bool`);
    },
  },
  ['trim', 'string', 'safe'],
);
