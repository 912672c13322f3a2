import type { ErrorCode } from '../errors/codes.js';
import type { SourceText } from '../errors/source-text.js';
import { TemplateError } from '../errors/tsdbt-error.js';
import { templateCodes } from './failure.js';
import type { Token, TokenKind } from './lexer.js';

/** A cursor over the tokens of a template. */
export class TokenStream {
  #index = 0;

  constructor(
    readonly source: SourceText,
    private readonly tokens: readonly Token[],
  ) {}

  get current(): Token {
    return this.tokens[this.#index]!;
  }
  get upcoming(): Token {
    return this.tokens[Math.min(this.#index + 1, this.tokens.length - 1)]!;
  }
  /** End of the token before the current one. */
  get lastEnd(): number {
    return this.#index === 0 ? 0 : this.tokens[this.#index - 1]!.end;
  }

  next(): Token {
    const token = this.current;
    if (this.#index < this.tokens.length - 1) this.#index++;
    return token;
  }
  isOperator(value: string): boolean {
    const { kind, value: current } = this.current;
    return kind === 'operator' && current === value;
  }
  isName(value: string): boolean {
    const { kind, value: current } = this.current;
    return kind === 'name' && current === value;
  }
  skipOperator(value: string): boolean {
    if (!this.isOperator(value)) return false;
    this.next();
    return true;
  }
  skipName(value: string): boolean {
    if (!this.isName(value)) return false;
    this.next();
    return true;
  }
  expect(kind: TokenKind, what: string): Token {
    if (this.current.kind !== kind) this.unexpected(what);
    return this.next();
  }
  expectOperator(value: string): Token {
    if (!this.isOperator(value)) this.unexpected(`"${value}"`);
    return this.next();
  }
  /** Throws: another token was expected here. */
  unexpected(expected: string, hint?: string): never {
    const token = this.current;
    const found =
      token.kind === 'end'
        ? 'the template ends'
        : token.kind.endsWith('-end')
          ? 'the tag ends'
          : `found "${this.source.text.slice(token.start, token.end)}"`;
    this.fail(`${found} where ${expected} should be`, token.start, token.end, hint);
  }
  fail(message: string, start: number, end: number, hint?: string, code: ErrorCode = templateCodes.syntax): never {
    throw new TemplateError(code, message, { place: this.source.place(start, Math.max(end, start + 1)), hint });
  }
}
