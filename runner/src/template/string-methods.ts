import { PyBytes } from './bytes.js';
import { encode } from './codecs.js';
import { describe, iterate, PyDict, toArray } from './containers.js';
import { typeFailure, valueFailure } from './failure.js';
import { methods } from './methods.js';
import { characterOf } from './rounding.js';
import type { Bound } from './signature.js';
import { formatString } from './string-format.js';
import { isPrintable, PyTuple, plain, type TemplateValue, truthy, typeName } from './values.js';

function str(value: TemplateValue | undefined, what: string): string {
  if (typeof value === 'string') return value;
  throw typeFailure(`${what} should be a string, not ${typeName(value ?? null)}`);
}

function int(value: TemplateValue | undefined, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  throw typeFailure(`an int is needed, not ${typeName(value)}`);
}

/** Characters that `strip` takes off: white space, or those given. */
export function stripBounds(
  self: string,
  characters: TemplateValue | undefined,
  left: boolean,
  right: boolean,
): [number, number] {
  const set = characters === undefined || characters === null ? undefined : str(characters, 'what to strip');
  const off = (c: string): boolean => (set === undefined ? /[\s\u0085]/.test(c) && c !== '\ufeff' : set.includes(c));
  let from = 0;
  let to = self.length;
  if (left) while (from < to && off(self[from]!)) from++;
  if (right) while (to > from && off(self[to - 1]!)) to--;
  return [from, to];
}

function strip(left: boolean, right: boolean) {
  return (self: string, [characters]: Bound): string => self.slice(...stripBounds(self, characters, left, right));
}

function split(
  self: string,
  separator: TemplateValue | undefined,
  limitGiven: TemplateValue | undefined,
  right: boolean,
): string[] {
  const limit = int(limitGiven, -1);
  if (separator === undefined || separator === null) {
    const words = self.split(/[\s\u0085]+/).filter((w) => w !== '');
    if (limit < 0 || words.length <= limit + 1) return words;
    const ends = [...self.matchAll(/[^\s\u0085]+/g)];
    if (right) {
      const keep = ends.slice(ends.length - limit);
      return [self.slice(0, keep[0]?.index ?? self.length).trim(), ...keep.map((m) => m[0])];
    }
    return [...words.slice(0, limit), self.slice(ends[limit]!.index).trimEnd()];
  }
  const by = str(separator, 'the separator');
  if (by === '') throw valueFailure('the separator is empty');
  const parts = self.split(by);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  return right
    ? [parts.slice(0, parts.length - limit).join(by), ...parts.slice(parts.length - limit)]
    : [...parts.slice(0, limit), parts.slice(limit).join(by)];
}

function window(self: string, from: TemplateValue | undefined, to: TemplateValue | undefined): [number, number] {
  const clamp = (i: number): number => Math.max(0, Math.min(self.length, i < 0 ? i + self.length : i));
  return [clamp(int(from, 0)), clamp(int(to, self.length))];
}

function find(self: string, [sub, from, to]: Bound, last = false): number {
  const [start, end] = window(self, from, to);
  const part = self.slice(start, end);
  const at = last ? part.lastIndexOf(str(sub, 'what to find')) : part.indexOf(str(sub, 'what to find'));
  return at === -1 ? -1 : at + start;
}

function found(at: number): number {
  if (at === -1) throw valueFailure('the text to find is not there');
  return at;
}

function affix(self: string, [given, from, to]: Bound, has: (text: string, affix: string) => boolean): boolean {
  const part = self.slice(...window(self, from, to));
  return given instanceof PyTuple
    ? given.items.some((a) => has(part, str(plain(a), 'each of the tuple')))
    : has(part, str(given, 'what to look for'));
}

function pad(self: string, [width, fill]: Bound, side: 'left' | 'right' | 'both'): string {
  const missing = int(width, 0) - [...self].length;
  const filler = fill === undefined ? ' ' : str(fill, 'the fill character');
  if ([...filler].length !== 1) throw valueFailure('the fill character is one character');
  if (missing <= 0) return self;
  if (side === 'left') return filler.repeat(missing) + self;
  if (side === 'right') return self + filler.repeat(missing);
  const left = Math.floor(missing / 2) + (missing & int(width, 0) & 1);
  return filler.repeat(left) + self + filler.repeat(missing - left);
}

export function capitalize(self: string): string {
  const [first = '', ...others] = self;
  return first.toUpperCase() + others.join('').toLowerCase();
}

function partition(self: string, separator: TemplateValue | undefined, last: boolean): PyTuple {
  const by = str(separator, 'the separator');
  if (by === '') throw valueFailure('the separator is empty');
  const at = last ? self.lastIndexOf(by) : self.indexOf(by);
  if (at === -1) return new PyTuple(last ? ['', '', self] : [self, '', '']);
  return new PyTuple([self.slice(0, at), by, self.slice(at + by.length)]);
}

function replace(self: string, old: string, by: string, count: number): string {
  if (count < 0) return self.replaceAll(old, () => by);
  let out = '';
  let at = 0;
  for (let done = 0; done < count; done++) {
    const next = old === '' ? at + (done === 0 ? 0 : 1) : self.indexOf(old, at);
    if (next === -1 || next > self.length) break;
    out += self.slice(at, next) + by;
    at = next + old.length;
  }
  return out + self.slice(at);
}

const every = (pattern: RegExp) => (self: string) => pattern.test(self);

/** The table of `str.maketrans`: codes of characters, with what takes their place. */
function makeTable([from, to, removed]: Bound): PyDict {
  if (from instanceof PyDict && to === undefined) {
    const pairs = [...from.items()].map(
      ([key, value]) => [typeof key === 'string' ? codeOf(key) : key, value] as const,
    );
    return PyDict.of(pairs);
  }
  const keys = [...str(from, 'what to translate')];
  const values = [...str(to, 'what to translate to')];
  if (keys.length !== values.length) throw valueFailure('maketrans() needs two texts of equal length');
  const table = PyDict.of(keys.map((key, i) => [codeOf(key), codeOf(values[i]!)] as const));
  if (removed !== undefined) for (const c of str(removed, 'what to remove')) table.set(codeOf(c), null);
  return table;
}

function codeOf(character: string): number {
  if ([...character].length !== 1) throw valueFailure('keys of a table of characters have one character each');
  return character.codePointAt(0)!;
}

/** Python's `str.translate`. */
function translate(self: string, table: TemplateValue): string {
  let out = '';
  for (const character of self) {
    const code = character.codePointAt(0)!;
    const to = table instanceof PyDict ? table.get(code) : toArray(table)[code];
    if (to === null) continue;
    if (to === undefined) out += character;
    else if (typeof to === 'number') out += characterOf(to);
    else if (typeof to === 'string') out += to;
    else throw typeFailure(`a character is translated to a text, a code or none, not ${typeName(to)}`);
  }
  return out;
}

/** The methods of `str`. */
export const stringMethods = methods<string>({
  'upper()': (self) => self.toUpperCase(),
  'lower()': (self) => self.toLowerCase(),
  'casefold()': (self) => self.toLowerCase().replaceAll('ß', 'ss'),
  'capitalize()': capitalize,
  'title()': (self) => self.replace(/\p{L}+/gu, capitalize),
  'swapcase()': (self) => [...self].map((c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())).join(''),
  'strip(chars?)': strip(true, true),
  'lstrip(chars?)': strip(true, false),
  'rstrip(chars?)': strip(false, true),
  'split(sep?, maxsplit?)': (self, [by, limit]) => split(self, by, limit, false),
  'rsplit(sep?, maxsplit?)': (self, [by, limit]) => split(self, by, limit, true),
  'splitlines(keepends?)': (self, [keep]) => {
    const lines = self.match(/[^\r\n\v\f\u0085\u2028\u2029]*(?:\r\n|[\r\n\v\f\u0085\u2028\u2029]|$)/g) ?? [];
    if (lines.at(-1) === '') lines.pop();
    return truthy(keep ?? false) ? lines : lines.map((l) => l.replace(/[\r\n\v\f\u0085\u2028\u2029]+$/, ''));
  },
  'replace(old, new, count?)': (self, [old, by, count]) =>
    replace(self, str(old, 'what to replace'), str(by, 'the replacement'), int(count, -1)),
  'startswith(prefix, start?, end?)': (self, bound) => affix(self, bound, (t, a) => t.startsWith(a)),
  'endswith(suffix, start?, end?)': (self, bound) => affix(self, bound, (t, a) => t.endsWith(a)),
  'removeprefix(prefix)': (self, [a]) => (self.startsWith(str(a, 'the prefix')) ? self.slice(str(a, '').length) : self),
  'removesuffix(suffix)': (self, [a]) =>
    a !== '' && self.endsWith(str(a, 'the suffix')) ? self.slice(0, -str(a, '').length) : self,
  'find(sub, start?, end?)': (self, bound) => find(self, bound),
  'rfind(sub, start?, end?)': (self, bound) => find(self, bound, true),
  'index(sub, start?, end?)': (self, bound) => found(find(self, bound)),
  'rindex(sub, start?, end?)': (self, bound) => found(find(self, bound, true)),
  'count(sub, start?, end?)': (self, [sub, from, to]) => {
    const part = self.slice(...window(self, from, to));
    const by = str(sub, 'what to count');
    return by === '' ? part.length + 1 : part.split(by).length - 1;
  },
  'join(iterable)': (self, [items]) =>
    Array.from(iterate(items!), (item, i) => {
      const value = plain(item);
      if (typeof value !== 'string')
        throw typeFailure(
          `join() puts strings together; item ${i} is ${describe(value)}`,
          'the filter "join" takes any values',
        );
      return value;
    }).join(self),
  'format(*args, **kwargs)': (self, bound) => formatString(self, bound),
  'format_map(mapping)': (self, [mapping]) => formatString(self, [[], mapping]),
  'zfill(width)': (self, [width]) => {
    const sign = /^[+-]/.exec(self)?.[0] ?? '';
    return sign + self.slice(sign.length).padStart(int(width, 0) - sign.length, '0');
  },
  'center(width, fillchar?)': (self, bound) => pad(self, bound, 'both'),
  'ljust(width, fillchar?)': (self, bound) => pad(self, bound, 'right'),
  'rjust(width, fillchar?)': (self, bound) => pad(self, bound, 'left'),
  'partition(sep)': (self, [by]) => partition(self, by, false),
  'rpartition(sep)': (self, [by]) => partition(self, by, true),
  'expandtabs(tabsize?)': (self, [size]) => {
    const stop = int(size, 8);
    return self
      .split('\n')
      .map((line) => {
        let out = '';
        for (const c of line) out += c !== '\t' ? c : stop === 0 ? '' : ' '.repeat(stop - (out.length % stop));
        return out;
      })
      .join('\n');
  },
  'translate(table)': (self, [table]) => translate(self, table!),
  'maketrans(x, y?, z?)': (_self, bound) => makeTable(bound),
  'encode(encoding?, errors?)': (self, [encoding, errors]) =>
    new PyBytes(
      encode(self, encoding === undefined ? 'utf-8' : str(encoding, 'the encoding'), str(errors ?? 'strict', 'errors')),
    ),
  'isdigit()': every(/^[\d\p{Nd}¹²³⁰⁴-⁹]+$/u),
  'isdecimal()': every(/^\p{Nd}+$/u),
  'isnumeric()': every(/^\p{N}+$/u),
  'isalpha()': every(/^\p{L}+$/u),
  'isalnum()': every(/^[\p{L}\p{N}]+$/u),
  'isprintable()': (self) => [...self].every(isPrintable),
  'isspace()': every(/^\s+$/),
  'isascii()': (self) => [...self].every((c) => c.charCodeAt(0) < 128),
  'isidentifier()': every(/^[\p{ID_Start}_]\p{ID_Continue}*$/u),
  'isupper()': (self) => /\p{Lu}/u.test(self) && !/\p{Ll}/u.test(self),
  'islower()': (self) => /\p{Ll}/u.test(self) && !/\p{Lu}/u.test(self),
  'istitle()': (self) => /\p{L}/u.test(self) && self === self.replace(/\p{L}+/gu, capitalize),
});
