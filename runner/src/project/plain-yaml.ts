import { CST, Document, isScalar, type ScalarTag } from 'yaml';
import { cutBlock, optionsOf, type YamlDialect } from './yaml-dialect.js';
import type { YamlContent, YamlKey, YamlNode } from './yaml-tree.js';

/** A node with its value. */
interface PlainNode extends YamlNode {
  readonly value: unknown;
}

interface PlainKey extends YamlKey {
  /** where its colon stands */
  readonly colon: number;
}

/** What is not plain: the file is read by the library, which knows all of YAML and tells every mistake. */
const ODD = Symbol('not plain YAML');

/**
 * Reads the part of YAML of which most files are made, some ten times faster than the library: block mappings and lists,
 * scalars of all styles, lists of scalars in brackets, comments. Values and places are the library's.
 *
 * @returns undefined where there is anything else in the file, mistakes above all
 */
export function readPlainYaml(text: string, dialect: YamlDialect): YamlContent | undefined {
  if (/[\t\r\uFEFF]/.test(text)) return undefined;
  try {
    const root = new PlainReader(text, scalarsOf(dialect), dialect === 'dbt').read();
    return { root, value: root.value };
  } catch (thrown) {
    if (thrown === ODD) return undefined;
    throw thrown;
  }
}

class PlainReader {
  /** of the line that is read next: where its text begins, and how far it is indented; -1 at the end of the file */
  #at = 0;
  #indent = 0;
  /** where the text that was read ends, before comments and empty lines */
  #end = 0;

  constructor(
    readonly text: string,
    readonly scalar: (text: string) => unknown,
    readonly cutsLastBlock: boolean,
  ) {}

  read(): PlainNode {
    this.#nextLine(0, true);
    if (this.#indent === 0 && this.text.startsWith('---\n', this.#at)) this.#nextLine(this.#at + 4);
    const root = this.#indent === 0 ? this.#collection() : undefined;
    if (root === undefined || !this.#isDone()) throw ODD;
    return root;
  }

  #isDone(): boolean {
    return this.#indent === -1;
  }

  /**
   * Goes to the next line with text. Where one document ends and another begins is nothing plain.
   *
   * @param from start of a line
   */
  #nextLine(from: number, isFirst = false): void {
    const { text } = this;
    this.#end = Math.min(from, text.length);
    let start = from;
    for (;;) {
      let at = start;
      while (text.charCodeAt(at) === SPACE) at++;
      if (at >= text.length) {
        this.#at = text.length;
        this.#indent = -1;
        return;
      }
      const first = text.charCodeAt(at);
      if (first !== NEWLINE && first !== HASH) {
        this.#at = at;
        this.#indent = at - start;
        if (at === start && !isFirst && (text.startsWith('---', at) || text.startsWith('...', at))) throw ODD;
        return;
      }
      start = this.#lineEnd(at) + 1;
    }
  }

  /** Where the line ends in which an offset is. */
  #lineEnd(at: number): number {
    const end = this.text.indexOf('\n', at);
    return end === -1 ? this.text.length : end;
  }

  /** A mapping or list that begins at the line that is next. */
  #collection(): PlainNode {
    return this.#isItem(this.#at) ? this.#list() : this.#map();
  }

  /** `- ` stands there. */
  #isItem(at: number): boolean {
    return this.text.charCodeAt(at) === DASH && this.#isBlank(at + 1);
  }

  #isBlank(at: number): boolean {
    return at >= this.text.length || this.text.charCodeAt(at) === SPACE || this.text.charCodeAt(at) === NEWLINE;
  }

  #map(): PlainNode {
    const start = this.#at;
    const indent = this.#indent;
    const value: Record<string, unknown> = {};
    const keys: YamlKey[] = [];
    const items: PlainNode[] = [];
    while (this.#indent === indent && !this.#isItem(this.#at)) {
      const key = this.#key(this.#at);
      // equal keys are a mistake, or the last of them counts
      if (key === undefined || key.text === '__proto__' || Object.hasOwn(value, key.text)) throw ODD;
      const item = this.#value(this.#afterSpaces(key.colon + 1), indent, true);
      keys.push(key);
      items.push(item);
      value[key.text] = item.value;
    }
    if (this.#indent > indent) throw ODD;
    return { kind: 'map', start, end: this.#end, keys, items, value };
  }

  #list(): PlainNode {
    const start = this.#at;
    const indent = this.#indent;
    const value: unknown[] = [];
    const items: PlainNode[] = [];
    while (this.#indent === indent && this.#isItem(this.#at)) {
      const at = this.#afterSpaces(this.#at + 1);
      let item: PlainNode;
      if (!this.#isLineDone(at) && this.#key(at) !== undefined) {
        this.#indent += at - this.#at;
        this.#at = at;
        item = this.#map();
      } else item = this.#value(at, indent, false);
      items.push(item);
      value.push(item.value);
    }
    if (this.#indent > indent) throw ODD;
    return { kind: 'list', start, end: this.#end, items, value };
  }

  /** The key that stands at an offset, and its colon; undefined where none does. */
  #key(at: number): PlainKey | undefined {
    const first = this.text.charCodeAt(at);
    const isQuoted = first === QUOTE || first === APOSTROPHE;
    const end = isQuoted ? this.#quotedEnd(at) : this.#plainKeyEnd(at);
    if (end === undefined || end - at > LONGEST_KEY || this.text.charCodeAt(end) !== COLON || !this.#isBlank(end + 1))
      return undefined;
    const raw = this.text.slice(at, end);
    if (isQuoted && raw.includes('\n')) return undefined;
    const text = isQuoted ? quotedValue(raw) : this.scalar(raw);
    if (typeof text !== 'string') throw ODD;
    return { kind: 'scalar', text, start: at, end, colon: end };
  }

  /** Where the letters, digits and the like end that stand before a colon. */
  #plainKeyEnd(at: number): number | undefined {
    PLAIN_KEY.lastIndex = at;
    return PLAIN_KEY.test(this.text) ? PLAIN_KEY.lastIndex : undefined;
  }

  #quotedEnd(at: number): number | undefined {
    const pattern = this.text.charCodeAt(at) === QUOTE ? DOUBLE_QUOTED : SINGLE_QUOTED;
    pattern.lastIndex = at;
    return pattern.test(this.text) ? pattern.lastIndex : undefined;
  }

  #afterSpaces(from: number): number {
    let at = from;
    while (this.text.charCodeAt(at) === SPACE) at++;
    return at;
  }

  #afterBlank(from: number): number {
    let at = from;
    while (this.text.charCodeAt(at) === SPACE || this.text.charCodeAt(at) === NEWLINE) at++;
    return at;
  }

  /** Whether a line ends at an offset, or has only a comment from there. */
  #isLineDone(at: number): boolean {
    const code = this.text.charCodeAt(at);
    return at >= this.text.length || code === NEWLINE || (code === HASH && this.text.charCodeAt(at - 1) === SPACE);
  }

  /** A value that begins at an offset, or on a line below. The next line is then the one after it. */
  #value(at: number, indent: number, isUnderKey: boolean): PlainNode {
    if (this.#isLineDone(at)) {
      this.#nextLine(this.#lineEnd(at) + 1);
      if (this.#indent > indent || (isUnderKey && this.#indent === indent && this.#isItem(this.#at)))
        return this.#collection();
      if (!isUnderKey) throw ODD;
      return { kind: 'scalar', start: at, end: at, value: null };
    }
    switch (this.text.charCodeAt(at)) {
      case QUOTE:
      case APOSTROPHE:
        return this.#quoted(at, indent);
      case BRACKET:
      case BRACE:
        return this.#brackets(at, indent);
      case BAR:
      case GREATER:
        return this.#block(at, indent);
      default:
        return this.#plain(at, indent);
    }
  }

  /** Goes on after a value: nothing but a comment may follow in its line. */
  #finish(end: number): void {
    if (!this.#isLineDone(this.#afterSpaces(end))) throw ODD;
    this.#nextLine(this.#lineEnd(end) + 1);
  }

  #quoted(start: number, indent: number): PlainNode {
    const end = this.#quotedEnd(start);
    if (end === undefined) throw ODD;
    const raw = this.text.slice(start, end);
    if (raw.includes('\n')) for (const line of raw.split('\n').slice(1)) if (!isBelow(line, indent)) throw ODD;
    this.#finish(end);
    return { kind: 'scalar', start, end, value: quotedValue(raw) };
  }

  #plain(start: number, indent: number): PlainNode {
    const isDash = this.text.charCodeAt(start) === DASH && !this.#isBlank(start + 1);
    if (ODD_START.has(this.text[start]!) && !isDash) throw ODD;
    let end = start;
    let line = start;
    for (;;) {
      const lineEnd = this.#lineEnd(line);
      const written = this.text.slice(line, lineEnd);
      const comment = written.indexOf(' #');
      end = comment === -1 ? lineEnd : line + comment;
      while (this.text.charCodeAt(end - 1) === SPACE) end--;
      const colon = written.indexOf(': ');
      if ((colon !== -1 && line + colon < end) || this.text.charCodeAt(end - 1) === COLON) throw ODD;
      this.#nextLine(lineEnd + 1);
      if (this.#indent <= indent) break;
      // after a comment no text can follow
      if (comment !== -1 || this.text.slice(lineEnd, this.#at).trim() !== '') throw ODD;
      if (ODD_START.has(this.text[this.#at]!)) throw ODD;
      line = this.#at;
    }
    const raw = this.text.slice(start, end);
    const value = this.scalar(raw.includes('\n') ? libraryValue({ type: 'scalar', source: raw, ...NOWHERE }) : raw);
    return { kind: 'scalar', start, end, value };
  }

  /** `|` and `>` with the lines below them. */
  #block(start: number, indent: number): PlainNode {
    BLOCK_HEADER.lastIndex = start;
    const header = BLOCK_HEADER.exec(this.text)?.[1];
    if (header === undefined) throw ODD;
    const first = this.#lineEnd(start) + 1;
    let inner = -1;
    let end = first;
    let line = first;
    while (line < this.text.length) {
      const at = this.#afterSpaces(line);
      const lineEnd = this.#lineEnd(line);
      // spaces alone may belong to the text
      if (at === lineEnd && at > line) throw ODD;
      if (at < lineEnd) {
        if (at - line <= indent) break;
        if (inner === -1) inner = at - line;
        if (at - line < inner) throw ODD;
        end = lineEnd + 1;
      }
      line = lineEnd + 1;
    }
    if (inner === -1) throw ODD;
    const source = this.text.slice(first, end);
    const props: CST.Token[] = [{ type: 'block-scalar-header', source: header, offset: start, indent }];
    const value = libraryValue({ type: 'block-scalar', offset: start, indent, props, source } as CST.BlockScalar);
    this.#nextLine(end);
    const isCut = end > this.text.length && this.cutsLastBlock;
    return { kind: 'scalar', start, end: Math.min(end, this.text.length), value: isCut ? cutBlock(value) : value };
  }

  /** A list or mapping in brackets. */
  #brackets(start: number, indent: number): PlainNode {
    const node = this.#inBrackets(start);
    const lines = this.text.slice(start, node.end).split('\n');
    for (const line of lines.slice(1)) if (!isBelow(line, indent)) throw ODD;
    this.#finish(node.end);
    return node;
  }

  #inBrackets(start: number): PlainNode {
    const isMap = this.text.charCodeAt(start) === BRACE;
    const close = isMap ? '}' : ']';
    const keys: YamlKey[] = [];
    const items: PlainNode[] = [];
    const record: Record<string, unknown> = {};
    let at = this.#afterBlank(start + 1);
    while (this.text[at] !== close) {
      let key: PlainKey | undefined;
      if (isMap) {
        key = this.#key(at);
        if (key === undefined || key.text === '__proto__' || Object.hasOwn(record, key.text)) throw ODD;
        keys.push(key);
        at = this.#afterSpaces(key.colon + 1);
      }
      const item = this.#bracketItem(at);
      items.push(item);
      if (key !== undefined) record[key.text] = item.value;
      at = this.#afterBlank(item.end);
      if (this.text[at] === ',') at = this.#afterBlank(at + 1);
      else if (this.text[at] !== close) throw ODD;
    }
    if (isMap) return { kind: 'map', start, end: at + 1, keys, items, value: record };
    return { kind: 'list', start, end: at + 1, items, value: items.map((item) => item.value) };
  }

  #bracketItem(start: number): PlainNode {
    const first = this.text.charCodeAt(start);
    if (first === BRACKET || first === BRACE) return this.#inBrackets(start);
    const isQuoted = first === QUOTE || first === APOSTROPHE;
    BRACKET_ITEM.lastIndex = start;
    const end = isQuoted ? this.#quotedEnd(start) : BRACKET_ITEM.test(this.text) ? BRACKET_ITEM.lastIndex : undefined;
    if (end === undefined) throw ODD;
    const raw = this.text.slice(start, end);
    return { kind: 'scalar', start, end, value: isQuoted ? quotedValue(raw) : this.scalar(raw) };
  }
}

const SPACE = 32;
const NEWLINE = 10;
const QUOTE = 34;
const HASH = 35;
const APOSTROPHE = 39;
const DASH = 45;
const COLON = 58;
const GREATER = 62;
const BRACKET = 91;
const BRACE = 123;
const BAR = 124;
/** YAML allows 1024 characters. */
const LONGEST_KEY = 1000;

const PLAIN_KEY = /[A-Za-z_+](?:[\w.+/-]| (?=[\w.+/-]))*(?=:)/y;
const DOUBLE_QUOTED = /"(?:[^"\\]|\\[\s\S])*"/y;
const SINGLE_QUOTED = /'(?:[^']|'')*'/y;
const BLOCK_HEADER = /([|>]-?)(?: +#[^\n]*| *)\n/y;
const BRACKET_ITEM = /(?:[^\s,[\]{}#&*!|>'"%@`?:-]|-(?=\w))(?:[^\s,[\]{}:#]|:(?=[^\s,[\]{}])| +(?=[^\s,[\]{}:#]))*/y;
/** What a plain scalar does not begin with, or only under conditions. */
const ODD_START: ReadonlySet<string> = new Set('[]{},#&*!|>\'"%@`?:-');
const NOWHERE = { offset: 0, indent: 0, end: [] };

/** Whether a line is indented further, or empty. */
function isBelow(line: string, indent: number): boolean {
  const at = line.search(/[^ ]/);
  return at === -1 || at > indent;
}

function quotedValue(raw: string): string {
  const type = raw[0] === '"' ? 'double-quoted-scalar' : 'single-quoted-scalar';
  const inner = raw.slice(1, -1);
  if (!/['\\\n]/.test(inner) || (type === 'double-quoted-scalar' && !/[\\\n]/.test(inner))) return inner;
  return libraryValue({ type, source: raw, ...NOWHERE });
}

function refuse(): never {
  throw ODD;
}

function libraryValue(token: CST.FlowScalar | CST.BlockScalar): string {
  return CST.resolveAsScalar(token, true, refuse)!.value;
}

const resolvers = new Map<YamlDialect, (text: string) => unknown>();

/** What plain scalars of a dialect stand for: by the library's own rules where they can be anything but text. */
function scalarsOf(dialect: YamlDialect): (text: string) => unknown {
  let resolver = resolvers.get(dialect);
  if (resolver === undefined) {
    const { schema, options } = new Document(undefined, optionsOf(dialect));
    const tags = schema.tags.filter((tag): tag is ScalarTag => tag.default === true && 'test' in tag);
    resolver = (text) => {
      if (isWord(text)) return text;
      const tag = tags.find((one) => one.test?.test(text));
      const value = tag === undefined ? text : tag.resolve(text, refuse, options);
      return isScalar(value) ? value.value : value;
    };
    resolvers.set(dialect, resolver);
  }
  return resolver;
}

/** What begins with a letter and is longer than `false` is text in every dialect. */
function isWord(text: string): boolean {
  return text.length > 5 && /^[A-Za-z_]/.test(text);
}
