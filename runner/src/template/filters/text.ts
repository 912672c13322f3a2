import { arithmetic } from '../arithmetic.js';
import { findMethod } from '../attributes.js';
import { isIterable, iterate, size as lengthOf, PyDict, toArray } from '../containers.js';
import { typeFailure, valueFailure } from '../failure.js';
import { toJson } from '../json.js';
import { MarkedText } from '../marked-text.js';
import { addMarkup, escaped, escapedText, escapeHtml, keepMarkup, stripTags } from '../markup.js';
import { sliceRendered } from '../rendered.js';
import { capitalize, stripBounds } from '../string-methods.js';
import {
  Markup,
  PyTuple,
  plain,
  Rendered,
  repr,
  type TemplateValue,
  text,
  truthy,
  typeName,
  Undefined,
} from '../values.js';
import { filterTable } from './filter.js';
import { prettyPrinted } from './pretty-print.js';
import { truncate, urlize, wordWrap } from './wrap.js';

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

/** Jinja2's `truncate`: what is short stays the value that it is, a list too; what is long has to be text. */
function truncated(value: TemplateValue, [size, kill, end, leeway]: (TemplateValue | undefined)[]): TemplateValue {
  const length = int(size, 255);
  const ending = end === undefined ? '...' : end;
  if (typeof plain(ending) !== 'string') throw typeFailure(`the end of truncate is a text, not ${typeName(ending)}`);
  const room = length + int(leeway, 5);
  if (length < text(ending).length || room < length)
    throw valueFailure(`truncate to ${length} characters with "${text(ending)}" at the end`);
  if (!(value instanceof Undefined) && lengthOf(value) <= room) return value;
  const cut = truncate(textOnly(value, 'truncate'), length, truthy(kill ?? false), text(ending));
  return value instanceof Markup || ending instanceof Markup
    ? addMarkup(value instanceof Markup ? new Markup(cut) : cut, ending)
    : cut + text(ending);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what Python's splitlines takes for the end of a line
const lineEnds = /\r\n|[\n\r\v\f\x1c-\x1e\u0085\u2028\u2029]/;

function indent(value: TemplateValue, [width, first, blank]: (TemplateValue | undefined)[]): TemplateValue {
  const by = typeof width === 'string' ? width : ' '.repeat(Math.max(0, int(width, 4)));
  const lines = textOnly(value, 'indent').split(lineEnds);
  const indented = lines.map((line, i) => {
    if (i === 0) return truthy(first ?? false) ? by + line : line;
    return line !== '' || truthy(blank ?? false) ? by + line : line;
  });
  return value instanceof Markup ? new Markup(indented.join('\n')) : indented.join('\n');
}

function xmlAttributes(value: TemplateValue, autospace: boolean): string {
  if (!(value instanceof PyDict)) throw typeFailure(`xmlattr needs a dict, not ${typeName(value)}`);
  const parts: string[] = [];
  for (const [key, v] of value.items()) {
    if (v === null || v instanceof Undefined) continue;
    if (/[\s/>=]/.test(text(key))) throw valueFailure(`invalid character in the attribute name ${repr(key)}`);
    parts.push(`${escapedText(key)}="${escapedText(v)}"`);
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

/** Methods of text call nothing. */
const noSite = undefined as never;

function replace(
  value: TemplateValue,
  [old, by, count]: (TemplateValue | undefined)[],
  autoescape: boolean,
): TemplateValue {
  const more = count === null || count === undefined ? [] : [count];
  const run = (given: TemplateValue, to: TemplateValue): TemplateValue =>
    findMethod(given, 'replace')!([text(old!), to, ...more], new Map(), noSite) as TemplateValue;
  if (!autoescape) return run(text(value), text(by!));
  const safe = value instanceof Markup || old instanceof Markup || by instanceof Markup;
  return run(safe ? escaped(value) : text(value), by instanceof Markup ? by : text(by!));
}

/** `safe` or `escape`: Markup. Places stay where the text does. */
function markup(value: TemplateValue): Markup {
  if (value instanceof Markup) return value;
  return value instanceof Rendered ? new Markup(value.text, value.segments) : new Markup(text(value));
}

export const textFilters = filterTable(
  {
    'upper()': keepMarkup((given) => given.toUpperCase()),
    'lower()': keepMarkup((given) => given.toLowerCase()),
    'capitalize()': keepMarkup(capitalize),
    'title()': (value) => title(text(value)),
    'trim(chars?)': (value, [chars]) => {
      const given = text(value);
      const bounds = stripBounds(given, chars, true, true);
      if (value instanceof Markup) return new Markup(given.slice(...bounds));
      return value instanceof Rendered ? sliceRendered(value, ...bounds) : given.slice(...bounds);
    },
    'string()': (value) => (value instanceof Rendered ? value : text(value)),
    'safe()': markup,
    'escape()': escaped,
    'e()': escaped,
    'forceescape()': (value) => new Markup(escapeHtml(text(value))),
    'replace(old!, new!, count?)': (value, bound, _apply, autoescape) => replace(value, bound, autoescape),
    'format(*args, **kwargs)': (value, [args, kwargs]) => {
      const named = kwargs as PyDict;
      const given = value instanceof Markup ? value : text(value);
      const values = named.size() > 0 ? named : new PyTuple(args as TemplateValue[]);
      if (named.size() > 0 && (args as TemplateValue[]).length > 0)
        throw typeFailure('format takes values by position or by name, not both');
      return arithmetic('%', given, values);
    },
    'indent(width?, first?, blank?)': indent,
    'center(width?)': (value, [width]) =>
      keepMarkup((given) => findMethod(given, 'center')!([int(width, 80)], new Map(), noSite) as string)(value),
    'truncate(length?, killwords?, end?!, leeway?)': truncated,
    'wordcount()': (value) => text(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0,
    'wordwrap(width?, break_long_words?, wrapstring?, break_on_hyphens?)': (value, [width, long, by, hyphens]) =>
      wordWrap(
        textOnly(value, 'wordwrap'),
        int(width, 79),
        truthy(long ?? true),
        by === undefined || by === null ? '\n' : text(by),
        truthy(hyphens ?? true),
      ),
    'striptags()': (value) => stripTags(text(value)),
    'urlencode()': (value) => {
      if (typeof value === 'string') return urlEncode(value, true);
      if (!isIterable(value)) return urlEncode(value, true);
      const pairs = value instanceof PyDict ? [...value.items()] : [...iterate(value)].map(pairOf);
      return pairs.map(([k, v]) => `${urlEncode(k, false)}=${urlEncode(v, false)}`.replaceAll('%20', '+')).join('&');
    },
    'urlize(trim_url_limit?, nofollow?, target?!, rel?!, extra_schemes?)': (
      value,
      [limit, nofollow, target, rel, schemes],
      _apply,
      autoescape,
    ) => {
      const words =
        rel === undefined || rel === null
          ? []
          : text(rel)
              .split(/\s+/)
              .filter((word) => word !== '');
      const rels = new Set([...words, ...(truthy(nofollow ?? false) ? ['nofollow'] : []), 'noopener']);
      const linked = urlize(escapedText(value), {
        limit: limit === undefined || limit === null ? undefined : int(limit, 0),
        rel: [...rels].sort().join(' '),
        target: target === undefined || target === null ? '' : escapedText(target),
        schemes: schemes === undefined || schemes === null ? [] : toArray(schemes).map(text),
      });
      return autoescape ? new Markup(linked) : linked;
    },
    'xmlattr(autospace?)': (value, [autospace], _apply, autoescape) => {
      const written = xmlAttributes(value, truthy(autospace ?? true));
      return autoescape ? new Markup(written) : written;
    },
    'tojson(indent?)': (value, [width]) =>
      new Markup(
        toJson(value, {
          indent: width === undefined || width === null ? undefined : Math.max(0, int(width, 0)),
          sortKeys: true,
        }).replace(/[<>&']/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
      ),
    'pprint()': prettyPrinted,
    // what dbt adds for values of YAML files
    'is_list()': (value) => Array.isArray(value),
    'as_text()': (value) => text(value),
    'as_native()': (value) => value,
    'as_bool()': (value) => {
      if (typeof value === 'boolean') return value;
      const lower = text(plain(value)).toLowerCase();
      if (lower === 'true' || lower === 'false') return lower === 'true';
      return new MarkedText(text(value), 'bool');
    },
  },
  [
    ...['trim', 'string', 'safe', 'escape', 'e', 'upper', 'lower', 'capitalize', 'replace', 'format', 'indent'],
    ...['center', 'truncate', 'urlize', 'pprint', 'as_text', 'as_native'],
  ],
);
