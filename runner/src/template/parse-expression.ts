import type { ArgumentNodes, BinaryOperator, CompareOperator, Expression, Span } from './nodes.js';
import { parseArguments, parseParenthesized } from './parse-arguments.js';
import type { TokenStream } from './token-stream.js';
import { PyFloat } from './values.js';

const noArguments: ArgumentNodes = { positional: [], named: [], spread: undefined, namedSpread: undefined };
const constants = new Map<string, boolean | null>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);
const arithmetic: ReadonlySet<string> = new Set(['+', '-', '~', '*', '/', '//', '%', '**']);
const comparisons = new Set(['==', '!=', '<', '<=', '>', '>=']);
/** deeper nesting than anybody writes; keeps a hostile file from exhausting the stack */
const maximumNesting = 200;

/** Jinja2's expression grammar, one method per level of precedence. */
export class ExpressionParser {
  #depth = 0;

  constructor(readonly stream: TokenStream) {}

  /** An expression; `conditional: false` leaves `x if y` to the caller (the iterable of `for … if`). */
  parse(conditional = true): Expression {
    if (++this.#depth > maximumNesting)
      this.stream.fail('this expression is nested too deeply', this.stream.current.start, this.stream.current.end);
    const node = conditional ? this.#conditional() : this.#or();
    this.#depth--;
    return node;
  }

  /**
   * One expression, or several with commas as a tuple.
   * @param ends names that end the tuple without being part of it (`in`, `recursive`, …)
   */
  parseTuple(conditional = true, ends: readonly string[] = [], parenthesized = false): Expression {
    const start = this.stream.current.start;
    const items: Expression[] = [];
    let comma = false;
    for (;;) {
      if (items.length > 0 && !this.stream.skipOperator(',')) break;
      if (items.length > 0) comma = true;
      if (this.#tupleEnds(ends)) break;
      items.push(this.parse(conditional));
    }
    if (!comma && items.length === 1) return items[0]!;
    if (items.length === 0 && !parenthesized) this.stream.unexpected('an expression');
    return { kind: 'tuple', items, start, end: this.stream.lastEnd };
  }

  #tupleEnds(ends: readonly string[]): boolean {
    const { kind, value } = this.stream.current;
    if (kind.endsWith('-end') || (kind === 'operator' && value === ')')) return true;
    return kind === 'name' && ends.includes(value);
  }

  #node<T extends object>(start: number, fields: T): T & Span {
    // there are many of them: a copy of each would take longer than making it
    const node = fields as T & { -readonly [key in keyof Span]: Span[key] };
    node.start = start;
    node.end = this.stream.lastEnd;
    return node;
  }

  #conditional(): Expression {
    let node = this.#or();
    while (this.stream.skipName('if')) {
      const test = this.#or();
      const otherwise = this.stream.skipName('else') ? this.#nested(() => this.#conditional()) : undefined;
      node = this.#node(node.start, { kind: 'conditional', test, whenTrue: node, otherwise });
    }
    return node;
  }

  #nested(parse: () => Expression): Expression {
    if (++this.#depth > maximumNesting)
      this.stream.fail('this expression is nested too deeply', this.stream.current.start, this.stream.current.end);
    const node = parse();
    this.#depth--;
    return node;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.stream.skipName('or')) {
      const right = this.#and();
      left = this.#node(left.start, { kind: 'logic', operator: 'or', left, right });
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.stream.skipName('and')) {
      const right = this.#not();
      left = this.#node(left.start, { kind: 'logic', operator: 'and', left, right });
    }
    return left;
  }

  #not(): Expression {
    const start = this.stream.current.start;
    if (this.stream.isName('not')) {
      this.stream.next();
      const operand = this.#nested(() => this.#not());
      return this.#node(start, { kind: 'unary', operator: 'not', operand });
    }
    return this.#compare();
  }

  #compare(): Expression {
    const first = this.#sum();
    const rest: { operator: CompareOperator; operand: Expression }[] = [];
    for (;;) {
      const { kind, value } = this.stream.current;
      let operator: CompareOperator;
      if (kind === 'operator' && comparisons.has(value)) operator = value as CompareOperator;
      else if (kind === 'name' && value === 'in') operator = 'in';
      else if (kind === 'name' && value === 'not' && this.stream.upcoming.value === 'in') {
        operator = 'not in';
        this.stream.next();
      } else break;
      this.stream.next();
      rest.push({ operator, operand: this.#sum() });
    }
    return rest.length === 0 ? first : this.#node(first.start, { kind: 'compare', first, rest });
  }

  /** @param first the first operand, where it has been read */
  #binary(operators: readonly string[], operand: (first?: Expression) => Expression, first?: Expression): Expression {
    let left = operand(first);
    while (this.stream.current.kind === 'operator' && operators.includes(this.stream.current.value)) {
      const operator = this.stream.next().value as BinaryOperator;
      const right = operand();
      left = this.#node(left.start, { kind: 'binary', operator, left, right });
    }
    return left;
  }

  #sum(): Expression {
    const first = this.#unary(true);
    // few expressions calculate
    const { kind, value } = this.stream.current;
    if (kind !== 'operator' || !arithmetic.has(value)) return first;
    return this.#binary(['+', '-'], (given) => this.#concat(given), first);
  }

  #concat(first?: Expression): Expression {
    const items = [this.#product(first)];
    while (this.stream.skipOperator('~')) items.push(this.#product());
    return items.length === 1 ? items[0]! : this.#node(items[0]!.start, { kind: 'concat', items });
  }

  #product(first?: Expression): Expression {
    return this.#binary(['*', '/', '//', '%'], (given) => this.#power(given), first);
  }

  #power(first?: Expression): Expression {
    return this.#binary(['**'], (given) => given ?? this.#unary(true), first);
  }

  #unary(filters: boolean): Expression {
    const { start } = this.stream.current;
    let node: Expression;
    if (this.stream.isOperator('-') || this.stream.isOperator('+')) {
      const operator = this.stream.next().value as '-' | '+';
      const operand = this.#nested(() => this.#unary(false));
      node = this.#node(start, { kind: 'unary', operator, operand });
    } else node = this.#primary();
    node = this.#postfix(node);
    return filters ? this.#filters(node) : node;
  }

  #primary(): Expression {
    const token = this.stream.current;
    const { start, end } = token;
    switch (token.kind) {
      case 'name': {
        this.stream.next();
        const constant = constants.get(token.value);
        if (constant !== undefined) return { kind: 'literal', value: constant, start, end };
        return { kind: 'name', name: token.value, start, end };
      }
      case 'string': {
        let value = '';
        while (this.stream.current.kind === 'string') value += this.stream.next().value;
        return { kind: 'literal', value, start, end: this.stream.lastEnd };
      }
      case 'integer': {
        this.stream.next();
        const value = Number(token.value);
        return { kind: 'literal', value: Number.isSafeInteger(value) ? value : BigInt(token.value), start, end };
      }
      case 'float':
        this.stream.next();
        return { kind: 'literal', value: new PyFloat(Number(token.value)), start, end };
      case 'operator':
        if (token.value === '(') return parseParenthesized(this);
        if (token.value === '[') return this.#list();
        if (token.value === '{') return this.#dict();
        break;
      default:
    }
    this.stream.unexpected('an expression');
  }

  #list(): Expression {
    const { start } = this.stream.next();
    const items: Expression[] = [];
    while (!this.stream.isOperator(']')) {
      if (items.length > 0) this.stream.expectOperator(',');
      if (this.stream.isOperator(']')) break;
      items.push(this.parse());
    }
    this.stream.expectOperator(']');
    return this.#node(start, { kind: 'list', items });
  }

  #dict(): Expression {
    const { start } = this.stream.next();
    const entries: { key: Expression; value: Expression }[] = [];
    while (!this.stream.isOperator('}')) {
      if (entries.length > 0) this.stream.expectOperator(',');
      if (this.stream.isOperator('}')) break;
      const key = this.parse();
      this.stream.expectOperator(':');
      entries.push({ key, value: this.parse() });
    }
    this.stream.expectOperator('}');
    return this.#node(start, { kind: 'dict', entries });
  }

  #postfix(given: Expression): Expression {
    let node = given;
    for (;;) {
      if (this.stream.isOperator('.')) {
        this.stream.next();
        const token = this.stream.next();
        if (token.kind === 'name')
          node = this.#node(node.start, { kind: 'attribute', target: node, name: token.value });
        else if (token.kind === 'integer') {
          const index: Expression = { kind: 'literal', value: Number(token.value), start: token.start, end: token.end };
          node = this.#node(node.start, { kind: 'item', target: node, index });
        } else this.stream.fail('an attribute name should follow the dot', token.start, token.end);
      } else if (this.stream.isOperator('[')) node = this.#subscript(node);
      else if (this.stream.isOperator('(')) node = this.#call(node);
      else return node;
    }
  }

  #call(callee: Expression): Expression {
    const args = parseArguments(this);
    return this.#node(callee.start, { kind: 'call', callee, args });
  }

  #subscript(target: Expression): Expression {
    this.stream.expectOperator('[');
    const start = this.stream.current.start;
    if (this.stream.isOperator(':')) return this.#slice(target, undefined);
    const first = this.parse();
    if (this.stream.isOperator(':')) return this.#slice(target, first);
    const items = [first];
    let comma = false;
    while (this.stream.skipOperator(',')) {
      comma = true;
      if (!this.stream.isOperator(']')) items.push(this.parse());
    }
    const index: Expression = comma ? this.#node(start, { kind: 'tuple', items }) : first;
    this.stream.expectOperator(']');
    return this.#node(target.start, { kind: 'item', target, index });
  }

  #slice(target: Expression, from: Expression | undefined): Expression {
    this.stream.expectOperator(':');
    const part = (): Expression | undefined =>
      this.stream.isOperator(':') || this.stream.isOperator(']') ? undefined : this.parse();
    const to = part();
    const step = this.stream.skipOperator(':') ? part() : undefined;
    this.stream.expectOperator(']');
    return this.#node(target.start, { kind: 'slice', target, from, to, step });
  }

  #filters(given: Expression): Expression {
    let node = given;
    for (;;) {
      if (this.stream.isOperator('|')) {
        this.stream.next();
        node = this.parseFilter(node);
      } else if (this.stream.isName('is')) node = this.#test(node);
      else if (this.stream.isOperator('(')) node = this.#call(node);
      else return node;
    }
  }

  /** `name(args)` after a `|`, or after `{% filter`. */
  parseFilter(target: Expression | undefined): Extract<Expression, { kind: 'filter' }> {
    const token = this.stream.current;
    const name = this.#dottedName('a filter name');
    const args = this.stream.isOperator('(') ? parseArguments(this) : noArguments;
    return this.#node(target?.start ?? token.start, { kind: 'filter', target, name, args });
  }

  #dottedName(what: string): string {
    let name = this.stream.expect('name', what).value;
    while (this.stream.skipOperator('.')) name += `.${this.stream.expect('name', what).value}`;
    return name;
  }

  #test(target: Expression): Expression {
    this.stream.next();
    const negated = this.stream.skipName('not');
    const name = this.#dottedName('a test name');
    let args = noArguments;
    const { kind, value } = this.stream.current;
    if (this.stream.isOperator('(')) args = parseArguments(this);
    else if (
      (kind === 'name' && !['else', 'or', 'and', 'if', 'is'].includes(value)) ||
      kind === 'string' ||
      kind === 'integer' ||
      kind === 'float' ||
      (kind === 'operator' && (value === '[' || value === '{'))
    )
      args = { ...noArguments, positional: [this.#postfix(this.#primary())] };
    else if (kind === 'name' && value === 'is')
      this.stream.unexpected('the end of the test', 'tests cannot be chained; use "and"');
    return this.#node(target.start, { kind: 'test', target, name, negated, args });
  }
}
