import type { ErrorCode } from '../errors/codes.js';
import type { SourceText } from '../errors/source-text.js';
import { TemplateError } from '../errors/tsdbt-error.js';
import { templateCodes } from './failure.js';
import { unescapePython } from './unescape.js';

export type TokenKind =
  | 'data'
  | 'variable-begin'
  | 'variable-end'
  | 'block-begin'
  | 'block-end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'operator'
  | 'end';

/** A token with its offsets. `value` is the name, operator, text, or the string with its escapes resolved. */
export interface Token {
  readonly kind: TokenKind;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const closers: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
const longOperators = new Set(['//', '**', '==', '!=', '>=', '<=']);
const shortOperators = new Set('+-*/%~[](){}<>=.:|,;');
const namePattern = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
/** names of most templates: the pattern of all letters is slow to make and to match */
const plainNamePattern = /[A-Za-z_]\w*(?![\w\u0080-\uffff])/y;
const numberPattern =
  /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|\d(?:_?\d)*(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?/y;
const spacePattern = /\s*/y;

/**
 * Cuts a template into tokens, with whitespace control done.
 * A trailing newline of the file is left out, as Jinja2 (and dbt) does; `\r\n` in text becomes `\n`.
 * @throws TemplateError TSD2001 for characters that mean nothing, TSD2002 for tags, strings and comments without an end
 */
export function tokenize(source: SourceText): Token[] {
  return new Lexer(source).run();
}

class Lexer {
  readonly #source: SourceText;
  readonly #text: string;
  readonly #length: number;
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(source: SourceText) {
    this.#source = source;
    this.#text = source.text;
    this.#length = source.text.length - (/\r?\n$/.exec(source.text.slice(-2))?.[0].length ?? 0);
  }

  run(): Token[] {
    const text = this.#text;
    while (this.#at < this.#length) {
      const open = this.#nextTag(this.#at);
      if (open === -1) {
        this.#data(this.#at, this.#length);
        break;
      }
      const strip = text[open + 2] === '-';
      this.#data(this.#at, open, strip);
      const inside = open + (strip || text[open + 2] === '+' ? 3 : 2);
      const kind = text[open + 1];
      if (kind === '#') this.#comment(open);
      else if (kind === '{') this.#expression(open, inside, '}}', 'variable');
      else this.#statement(open, inside);
    }
    this.#push('end', '', this.#length, this.#length);
    return this.#tokens;
  }

  #nextTag(from: number): number {
    for (let i = this.#text.indexOf('{', from); i !== -1 && i + 1 < this.#length; i = this.#text.indexOf('{', i + 1)) {
      const next = this.#text[i + 1];
      if (next === '{' || next === '%' || next === '#') return i;
    }
    return -1;
  }

  #push(kind: TokenKind, value: string, start: number, end: number): void {
    this.#tokens.push({ kind, value, start, end });
  }

  #data(start: number, end: number, strip = false): void {
    const text = this.#text;
    let stop = end;
    if (strip) while (stop > start && /\s/.test(text[stop - 1]!)) stop--;
    while (start < stop) {
      // each carriage return ends a token so that what is kept maps one to one
      const carriage = text.indexOf('\r', start);
      const cut = carriage === -1 || carriage >= stop ? stop : carriage;
      if (cut > start) this.#push('data', text.slice(start, cut), start, cut);
      start = cut;
      if (cut < stop) {
        if (text[cut + 1] === '\n' && cut + 1 < stop) start = cut + 1;
        else {
          this.#push('data', '\n', cut, cut + 1);
          start = cut + 1;
        }
      }
    }
  }

  #comment(open: number): void {
    const close = this.#text.indexOf('#}', open + 2);
    if (close === -1)
      this.#fail(templateCodes.unclosed, 'this comment is never closed', open, open + 2, 'add #} where it ends');
    this.#at = close + 2;
    if (this.#text[close - 1] === '-' && close - 1 >= open + 2) this.#skipSpace();
  }

  #skipSpace(): void {
    spacePattern.lastIndex = this.#at;
    spacePattern.exec(this.#text);
    this.#at = Math.min(spacePattern.lastIndex, this.#length);
  }

  #statement(open: number, inside: number): void {
    const raw = /\s*(raw|docs)\b/y;
    raw.lastIndex = inside;
    const word = raw.exec(this.#text)?.[1];
    const first = this.#tokens.length;
    this.#expression(open, inside, '%}', 'block');
    if (word === undefined) return;
    const end = new RegExp(`\\{%([-+]?)\\s*end${word}\\s*([-+]?)%\\}`, 'g');
    end.lastIndex = this.#at;
    const found = end.exec(this.#text);
    if (found === null)
      this.#fail(
        templateCodes.unclosed,
        `{% ${word} %} is never closed`,
        open,
        this.#at,
        `add {% end${word} %} where it ends`,
      );
    if (word === 'raw') {
      this.#tokens.length = first;
      this.#data(this.#at, found.index, found[1] === '-');
    } else {
      this.#data(this.#at, found.index);
      this.#push('block-begin', '{%', found.index, found.index + 2);
      this.#push('name', 'enddocs', found.index + 2, end.lastIndex - 2);
      this.#push('block-end', '%}', end.lastIndex - 2, end.lastIndex);
    }
    this.#at = end.lastIndex;
    if (found[2] === '-') this.#skipSpace();
  }

  /** Tokens of `{{ … }}` or `{% … %}`; the closing tag counts only outside brackets. */
  #expression(open: number, inside: number, close: '}}' | '%}', kind: 'variable' | 'block'): void {
    const text = this.#text;
    const brackets: { closer: string; at: number }[] = [];
    this.#push(`${kind}-begin`, text.slice(open, open + 2), open, inside);
    this.#at = inside;
    for (;;) {
      this.#skipSpace();
      const at = this.#at;
      if (at >= this.#length) this.#unclosedTag(open, inside, close, brackets);
      const character = text[at]!;
      if (brackets.length === 0) {
        const offset = (character === '-' || character === '+') && text.startsWith(close, at + 1) ? 1 : 0;
        if (offset === 1 || text.startsWith(close, at)) {
          this.#at = at + offset + 2;
          this.#push(`${kind}-end`, close, at, this.#at);
          if (character === '-') this.#skipSpace();
          return;
        }
      }
      if (character === '"' || character === "'") this.#string(character);
      else if (character >= '0' && character <= '9') this.#number();
      else if (!this.#name()) this.#operator(open, inside, close, brackets);
    }
  }

  #unclosedTag(
    open: number,
    inside: number,
    close: string,
    brackets: readonly { closer: string; at: number }[],
  ): never {
    const bracket = brackets.at(-1);
    if (bracket !== undefined)
      this.#fail(
        templateCodes.unclosed,
        `this bracket is never closed`,
        bracket.at,
        bracket.at + 1,
        `add ${bracket.closer} before ${close}`,
      );
    this.#fail(
      templateCodes.unclosed,
      `${this.#text.slice(open, inside)} is never closed`,
      open,
      inside,
      `add ${close} where it ends`,
    );
  }

  #string(quote: string): void {
    const start = this.#at;
    let at = start + 1;
    while (at < this.#length && this.#text[at] !== quote) at += this.#text[at] === '\\' ? 2 : 1;
    if (at >= this.#length)
      this.#fail(templateCodes.unclosed, 'this string is never closed', start, start + 1, `add ${quote} where it ends`);
    this.#at = at + 1;
    const raw = this.#text.slice(start + 1, at);
    this.#push('string', raw.includes('\\') ? unescapePython(raw) : raw, start, at + 1);
  }

  #number(): void {
    numberPattern.lastIndex = this.#at;
    const found = numberPattern.exec(this.#text)![0];
    const start = this.#at;
    this.#at += found.length;
    const float = !/^0[xXoObB]/.test(found) && /[.eE]/.test(found);
    // `foo.0.1` are two subscripts, not the float 0.1
    const previous = this.#tokens.at(-1);
    if (float && previous?.value === '.' && previous.kind === 'operator' && found.includes('.')) {
      const whole = found.slice(0, found.indexOf('.'));
      this.#at = start + whole.length;
      this.#push('integer', whole, start, this.#at);
      return;
    }
    this.#push(float ? 'float' : 'integer', found.replaceAll('_', ''), start, this.#at);
  }

  #name(): boolean {
    const found = matchAt(plainNamePattern, this.#text, this.#at) ?? matchAt(namePattern, this.#text, this.#at);
    if (found === null) return false;
    const end = this.#at + found[0].length;
    this.#push('name', found[0], this.#at, end);
    this.#at = end;
    return true;
  }

  #operator(open: number, inside: number, close: string, brackets: { closer: string; at: number }[]): void {
    const start = this.#at;
    const long = this.#text.slice(start, start + 2);
    const operator = longOperators.has(long) ? long : long.charAt(0);
    if (!longOperators.has(operator) && !shortOperators.has(operator))
      this.#fail(
        templateCodes.syntax,
        `unexpected character "${String.fromCodePoint(this.#text.codePointAt(start)!)}"`,
        start,
        start + 1,
      );
    const closer = closers[operator];
    if (closer !== undefined) brackets.push({ closer, at: start });
    else if (operator === ')' || operator === ']' || operator === '}') {
      const bracket = brackets.pop();
      if (bracket === undefined)
        this.#fail(templateCodes.syntax, `unexpected "${operator}"`, start, start + 1, `end the tag with ${close}`);
      if (bracket.closer !== operator) {
        if (this.#text.startsWith(close, start)) this.#unclosedTag(open, inside, close, [bracket]);
        this.#fail(templateCodes.syntax, `"${operator}" where "${bracket.closer}" should be`, start, start + 1);
      }
    }
    this.#at = start + operator.length;
    this.#push('operator', operator, start, this.#at);
  }

  #fail(code: ErrorCode, message: string, start: number, end: number, hint?: string): never {
    throw new TemplateError(code, message, { place: this.#source.place(start, end), hint });
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
