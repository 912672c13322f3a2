import { PyDict, PyIterator } from '../containers.js';
import { typeFailure } from '../failure.js';
import { bind, defineFunction, signature } from '../signature.js';
import {
  type CallSite,
  type MaybePromise,
  PyTuple,
  plain,
  repr,
  TemplateObject,
  type TemplateValue,
  text,
  typeName,
} from '../values.js';
import { compilePattern, expandTemplate, type PythonPattern } from './python-regex.js';
import { StaticObject } from './static-object.js';

/** Python's flags, as `re.IGNORECASE | re.MULTILINE` would add them up. */
const flagValues: Record<string, number> = {
  ...{
    I: 2,
    IGNORECASE: 2,
    M: 8,
    MULTILINE: 8,
    S: 16,
    DOTALL: 16,
    X: 64,
    VERBOSE: 64,
    A: 256,
    ASCII: 256,
    U: 32,
    UNICODE: 32,
    L: 4,
    LOCALE: 4,
    NOFLAG: 0,
    T: 1,
    TEMPLATE: 1,
    DEBUG: 128,
  },
};

const flagNames = new Map([
  [2, 'IGNORECASE'],
  [8, 'MULTILINE'],
  [16, 'DOTALL'],
  [64, 'VERBOSE'],
  [256, 'ASCII'],
]);

class MatchValue extends TemplateObject {
  readonly typeName = 'Match';
  constructor(
    readonly found: RegExpExecArray,
    readonly pattern: PythonPattern,
    readonly pos = 0,
  ) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return [
      ...['group', 'groups', 'groupdict', 'start', 'end', 'span', 'string', 'expand', 're', 'pos', 'endpos', 'regs'],
      ...['lastindex', 'lastgroup'],
    ];
  }
  #span(group: TemplateValue | undefined): [number, number] {
    const index = typeof group === 'string' ? this.#indexOf(group) : Number(group ?? 0);
    return (this.found as unknown as { indices: ([number, number] | undefined)[] }).indices[index] ?? [-1, -1];
  }
  #indexOf(name: string): number {
    return this.pattern.groups().indexOf(name) + 1;
  }
  /** The group that was closed last. */
  #last(): number {
    let last = 0;
    for (let i = 1; i < this.found.length; i++)
      if (this.found[i] !== undefined && (last === 0 || this.#span(i)[1] > this.#span(last)[1])) last = i;
    return last;
  }
  #group(group: TemplateValue): TemplateValue {
    const key = plain(group);
    if (typeof key === 'string') return this.found.groups?.[key] ?? null;
    if (typeof key !== 'number' || key >= this.found.length || key < 0)
      throw typeFailure('the pattern has no such group');
    return this.found[key] ?? null;
  }
  override getAttribute(name: string): TemplateValue | undefined {
    const { found } = this;
    switch (name) {
      case 'string':
        return found.input;
      case 're':
        return new PatternValue(this.pattern);
      case 'pos':
        return this.pos;
      case 'endpos':
        return found.input.length;
      case 'regs':
        return new PyTuple(Array.from(found, (_, i) => new PyTuple(this.#span(i))));
      case 'lastindex':
      case 'lastgroup': {
        const last = this.#last();
        if (last === 0) return null;
        return name === 'lastindex'
          ? last
          : (Object.keys(found.groups ?? {}).find((key) => this.#indexOf(key) === last) ?? null);
      }
      case 'expand':
        return defineFunction('expand(template)', ([template]) => expandTemplate(subject(template), found));
      case 'group':
        return defineFunction('group(*groups)', ([groups]) => {
          const wanted = groups as TemplateValue[];
          if (wanted.length <= 1) return this.#group(wanted[0] ?? 0);
          return new PyTuple(wanted.map((g) => this.#group(g)));
        });
      case 'groups':
        return defineFunction(
          'groups(default?)',
          ([otherwise]) => new PyTuple(found.slice(1).map((g) => g ?? otherwise ?? null)),
        );
      case 'groupdict':
        return defineFunction('groupdict(default?)', ([otherwise]) =>
          PyDict.of(
            Object.entries(found.groups ?? {}).map(([k, v]) => [k, (v as string | undefined) ?? otherwise ?? null]),
          ),
        );
      case 'start':
        return defineFunction('start(group?)', ([g]) => this.#span(g)[0]);
      case 'end':
        return defineFunction('end(group?)', ([g]) => this.#span(g)[1]);
      case 'span':
        return defineFunction('span(group?)', ([g]) => new PyTuple(this.#span(g)));
      default:
        return undefined;
    }
  }
  override getItem(key: TemplateValue): TemplateValue | undefined {
    const name = plain(key);
    return typeof name === 'string' && this.#indexOf(name) === 0 ? undefined : this.#group(key);
  }
  override truthy(): boolean {
    return true;
  }
  toText(): string {
    return `<re.Match object; span=(${this.#span(0).join(', ')}), match=${repr(this.found[0])}>`;
  }
}

/** What `re.compile` gives. */
class PatternValue extends TemplateObject {
  readonly typeName = 'Pattern';
  constructor(readonly pattern: PythonPattern) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return ['pattern', 'flags', 'groups', 'groupindex', ...operations.keys()];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    const names = this.pattern.groups();
    if (name === 'pattern') return this.pattern.source;
    if (name === 'flags') return this.pattern.flagBits;
    if (name === 'groups') return names.length;
    if (name === 'groupindex') return PyDict.of(names.flatMap((key, i) => (key === '' ? [] : [[key, i + 1] as const])));
    const operation = operations.get(name);
    if (operation === undefined) return undefined;
    const window = operation.parameters === 'string' ? ', pos?, endpos?' : '';
    return defineFunction(`${name}(${operation.parameters}${window})`, (bound, { site }) => {
      if (window === '') return operation.run(this.pattern, bound, site);
      const [given, pos, end] = bound;
      const input = subject(given).slice(0, end === undefined ? undefined : Number(end));
      return operation.run(this.pattern, [input], site, Math.min(Number(pos ?? 0), input.length));
    });
  }
  toText(): string {
    const names = [...flagNames].filter(([bit]) => (this.pattern.flagBits & bit) !== 0).map(([, name]) => `re.${name}`);
    return `re.compile(${[repr(this.pattern.source), ...(names.length === 0 ? [] : [names.join('|')])].join(', ')})`;
  }
}

interface Operation {
  readonly parameters: string;
  readonly run: (
    pattern: PythonPattern,
    bound: readonly (TemplateValue | undefined)[],
    site: CallSite,
    /** where in the text the search begins */
    pos?: number,
  ) => MaybePromise<TemplateValue>;
}

function first(
  pattern: PythonPattern,
  kind: 'search' | 'match' | 'fullmatch',
  value: TemplateValue,
  pos = 0,
): TemplateValue {
  const regex = pattern.regex(kind === 'search' ? 'dg' : 'dy', kind === 'fullmatch');
  regex.lastIndex = pos;
  const found = regex.exec(subject(value));
  return found === null ? null : new MatchValue(found, pattern, pos);
}

function subject(value: TemplateValue | undefined): string {
  const given = plain(value ?? null);
  if (typeof given === 'string') return given;
  throw typeFailure(`a pattern is looked for in a string, not in ${typeName(given)}`);
}

function substitute(
  pattern: PythonPattern,
  [by, value, count]: readonly (TemplateValue | undefined)[],
  site: CallSite,
): [string, number] {
  let done = 0;
  const limit = typeof count === 'number' && count > 0 ? count : Number.POSITIVE_INFINITY;
  const input = subject(value);
  let out = '';
  let at = 0;
  for (const found of input.matchAll(pattern.regex('dg'))) {
    if (done++ >= limit) break;
    out += input.slice(at, found.index);
    if (by instanceof TemplateObject && by.call !== undefined)
      out += text(by.call({ positional: [new MatchValue(found, pattern)], named: new Map(), site }) as TemplateValue);
    else out += expandTemplate(subject(by), found);
    at = found.index + found[0].length;
  }
  return [out + input.slice(at), done];
}

function split(pattern: PythonPattern, value: string, maximum: number): TemplateValue[] {
  const out: TemplateValue[] = [];
  let at = 0;
  for (const found of value.matchAll(pattern.regex('g'))) {
    if (maximum > 0 && out.length >= maximum) break;
    out.push(value.slice(at, found.index), ...found.slice(1).map((g) => (g as string | undefined) ?? null));
    at = found.index + found[0].length;
  }
  return [...out, value.slice(at)];
}

function all(pattern: PythonPattern, value: TemplateValue | undefined, pos = 0): RegExpExecArray[] {
  const regex = pattern.regex('dg');
  regex.lastIndex = pos;
  return [...subject(value).matchAll(regex)];
}

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['match', { parameters: 'string', run: (p, [s], _site, pos) => first(p, 'match', s!, pos) }],
  ['search', { parameters: 'string', run: (p, [s], _site, pos) => first(p, 'search', s!, pos) }],
  ['fullmatch', { parameters: 'string', run: (p, [s], _site, pos) => first(p, 'fullmatch', s!, pos) }],
  [
    'findall',
    {
      parameters: 'string',
      run: (p, [s], _site, pos) =>
        all(p, s, pos).map((m) =>
          m.length === 1 ? m[0] : m.length === 2 ? (m[1] ?? '') : new PyTuple(m.slice(1).map((g) => g ?? '')),
        ),
    },
  ],
  [
    'finditer',
    {
      parameters: 'string',
      run: (p, [s], _site, pos) => new PyIterator(all(p, s, pos).map((m) => new MatchValue(m, p))),
    },
  ],
  ['sub', { parameters: 'repl, string, count?', run: (p, bound, site) => substitute(p, bound, site)[0] }],
  ['subn', { parameters: 'repl, string, count?', run: (p, bound, site) => new PyTuple(substitute(p, bound, site)) }],
  [
    'split',
    { parameters: 'string, maxsplit?', run: (p, [s, n]) => split(p, subject(s), typeof n === 'number' ? n : 0) },
  ],
]);

const functions = [...operations].map(([name, operation]) => {
  const to = signature(`${name}(pattern, ${operation.parameters}, flags?)`);
  return defineFunction(`${name}(*args, **kwargs)`, ([args, kwargs], { site }) => {
    const named = new Map([...(kwargs as PyDict).items()].map(([k, v]) => [text(k), v] as const));
    const [pattern, ...others] = bind(to, args as TemplateValue[], named);
    const flags = others.pop();
    return operation.run(patternOf(pattern!, flags), others, site);
  });
});

function patternOf(value: TemplateValue, flags: TemplateValue | undefined): PythonPattern {
  return value instanceof PatternValue
    ? value.pattern
    : compilePattern(subject(value), typeof flags === 'number' ? flags : 0);
}

/** `modules.re` */
export const regexModule = new StaticObject(
  'module re',
  [
    ...functions,
    defineFunction('compile(pattern, flags?)', ([pattern, flags]) => new PatternValue(patternOf(pattern!, flags))),
    defineFunction('purge()', () => null),
    defineFunction('escape(pattern)', ([value]) => subject(value).replace(/[\s\-#$&()*+.?[\\\]^{|}~]/g, '\\$&')),
  ],
  undefined,
  new Map(Object.entries(flagValues)),
).asDict();
