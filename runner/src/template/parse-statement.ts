import { didYouMean } from '../errors/suggest.js';
import { templateCodes } from './failure.js';
import type { AssignTarget, CallNode, Expression, Statement } from './nodes.js';
import { parseBlock, parseCallerBlock } from './parse-block.js';
import { ExpressionParser } from './parse-expression.js';
import type { TokenStream } from './token-stream.js';

const blockWords = ['macro', 'test', 'data_test', 'materialization', 'snapshot', 'docs'];
const statementWords = [
  ...[
    'for',
    'if',
    'set',
    'do',
    'call',
    'filter',
    'with',
    'autoescape',
    'block',
    'import',
    'from',
    'include',
    'print',
    'break',
    'continue',
    'raw',
  ],
  ...blockWords,
];

/** What may stand between a loop and the `break` that ends it. */
const insideLoops: ReadonlySet<string> = new Set(['if', 'with', 'filter', 'set', 'autoescape']);

/** An opening tag that waits for its end. */
interface OpenTag {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** Jinja2's statements and dbt's blocks. */
export class StatementParser {
  readonly expressions: ExpressionParser;
  readonly #open: OpenTag[] = [];
  #loops = 0;
  readonly #blocks = new Set<string>();

  constructor(readonly stream: TokenStream) {
    this.expressions = new ExpressionParser(stream);
  }

  parseTemplate(): readonly Statement[] {
    return this.#statements([]);
  }

  /**
   * The statements up to one of the given tags, with the opening of that tag (`{% end`) consumed and its word current.
   * @param start where the tag that is being closed begins
   */
  parseBody(word: string, start: number, ends: readonly string[]): readonly Statement[] {
    this.#open.push({ word, start, end: this.stream.lastEnd });
    const outer = this.#loops;
    if (word === 'for') this.#loops++;
    else if (!insideLoops.has(word)) this.#loops = 0;
    const body = this.#statements(ends);
    this.#loops = outer;
    this.#open.pop();
    return body;
  }

  /** The end of the tag. Jinja2 allows Python's colon before it. */
  endTag(): void {
    this.stream.skipOperator(':');
    if (this.stream.current.kind !== 'block-end') this.stream.unexpected('"%}"');
    this.stream.next();
  }

  #statements(ends: readonly string[]): readonly Statement[] {
    const { stream } = this;
    const statements: Statement[] = [];
    for (;;) {
      const token = stream.next();
      switch (token.kind) {
        case 'data':
          statements.push({ kind: 'data', text: token.value, start: token.start, end: token.end });
          break;
        case 'variable-begin': {
          const value = this.expressions.parseTuple();
          const { end } = stream.expect('variable-end', '"}}"');
          statements.push({ kind: 'print', value, start: token.start, end });
          break;
        }
        case 'block-begin': {
          if (stream.current.kind === 'name' && ends.includes(stream.current.value)) return statements;
          statements.push(this.#statement(token.start));
          break;
        }
        default: {
          const open = this.#open.at(-1);
          if (open === undefined) return statements;
          stream.fail(
            `{% ${open.word} %} is never closed`,
            open.start,
            open.end,
            `add {% end${open.word} %} where it ends`,
            templateCodes.unclosed,
          );
        }
      }
    }
  }

  #statement(start: number): Statement {
    const { stream } = this;
    const word = stream.expect('name', 'a statement');
    switch (word.value) {
      case 'for':
        return this.#for(start);
      case 'if':
        return this.#if(start);
      case 'set':
        return this.#set(start);
      case 'with':
        return this.#with(start);
      case 'do':
      case 'print': {
        const value = this.expressions.parseTuple();
        this.endTag();
        return { kind: word.value, value, start, end: stream.lastEnd };
      }
      case 'block':
        return this.#block(start);
      case 'autoescape': {
        const enabled = this.expressions.parse();
        this.endTag();
        return { kind: 'autoescape', enabled, body: this.#closed('autoescape', start), start, end: stream.lastEnd };
      }
      case 'call':
        return this.#call(start);
      case 'filter': {
        let filter = this.expressions.parseFilter(undefined);
        while (stream.skipOperator('|')) filter = this.expressions.parseFilter(filter);
        this.endTag();
        const body = this.#closed('filter', start);
        return { kind: 'filter-block', filter, body, start, end: stream.lastEnd };
      }
      case 'import':
        return this.#import(start);
      case 'from':
        return this.#fromImport(start);
      case 'include': {
        const template = this.expressions.parse();
        const ignoreMissing = stream.skipName('ignore');
        if (ignoreMissing && !stream.skipName('missing')) stream.unexpected('"missing"');
        const withContext = this.#withContext(true);
        this.endTag();
        return { kind: 'include', template, ignoreMissing, withContext, start, end: stream.lastEnd };
      }
      case 'break':
      case 'continue':
        if (this.#loops === 0) stream.fail(`{% ${word.value} %} outside a loop`, start, word.end);
        this.endTag();
        return { kind: word.value, start, end: stream.lastEnd };
      default:
        if (blockWords.includes(word.value)) return parseBlock(this, word.value, start);
        return this.#unknown(word.value, start, word.end);
    }
  }

  #unknown(word: string, start: number, end: number): never {
    const closes = word.startsWith('end') || word === 'else' || word === 'elif';
    const open = this.#open.at(-1);
    if (closes && open !== undefined) {
      const { line } = this.stream.source.position(open.start);
      this.stream.fail(
        `{% ${word} %} where {% end${open.word} %} should be`,
        start,
        end,
        `{% ${open.word} %} of line ${line} is still open`,
        templateCodes.strayEnd,
      );
    }
    if (closes) this.stream.fail(`{% ${word} %} closes nothing`, start, end, undefined, templateCodes.strayEnd);
    this.stream.fail(
      `unknown statement "${word}"`,
      start,
      end,
      didYouMean(word, statementWords) ?? 'an expression that prints is written {{ … }}',
      templateCodes.unknownStatement,
    );
  }

  /** The body of a tag that only its own end closes, consumed up to after the end tag. */
  #closed(word: string, start: number): readonly Statement[] {
    const body = this.parseBody(word, start, [`end${word}`]);
    this.stream.next();
    this.endTag();
    return body;
  }

  parseTarget(namespaces = false): AssignTarget {
    const first = this.#targetItem(namespaces);
    if (!this.stream.isOperator(',')) return first;
    const items = [first];
    while (this.stream.skipOperator(',')) {
      if (this.stream.current.kind !== 'name' && !this.stream.isOperator('(')) break;
      if (this.stream.isName('in')) break;
      items.push(this.#targetItem(namespaces));
    }
    return { kind: 'targets', items, start: first.start, end: this.stream.lastEnd };
  }

  #targetItem(namespaces: boolean): AssignTarget {
    const { stream } = this;
    const { start } = stream.current;
    if (stream.skipOperator('(')) {
      const inner = this.parseTarget(namespaces);
      stream.expectOperator(')');
      return inner.kind === 'targets' ? inner : { kind: 'targets', items: [inner], start, end: stream.lastEnd };
    }
    const name = stream.expect('name', 'a name to assign to');
    if (['true', 'false', 'none', 'True', 'False', 'None'].includes(name.value))
      stream.fail(`cannot assign to "${name.value}"`, name.start, name.end);
    if (namespaces && stream.skipOperator('.')) {
      const attribute = stream.expect('name', 'an attribute name').value;
      return { kind: 'namespace-attribute', namespace: name.value, attribute, start, end: stream.lastEnd };
    }
    return { kind: 'name', name: name.value, start, end: stream.lastEnd };
  }

  #for(start: number): Statement {
    const { stream, expressions } = this;
    const target = this.parseTarget();
    if (!stream.skipName('in')) stream.unexpected('"in"');
    const iterable = expressions.parseTuple(false, ['if', 'recursive']);
    const filter = stream.skipName('if') ? expressions.parse() : undefined;
    const recursive = stream.skipName('recursive');
    this.endTag();
    const body = this.parseBody('for', start, ['else', 'endfor']);
    let otherwise: readonly Statement[] = [];
    if (stream.next().value === 'else') {
      this.endTag();
      otherwise = this.#elseBody('for', start);
    }
    this.endTag();
    return { kind: 'for', target, iterable, filter, recursive, body, otherwise, start, end: stream.lastEnd };
  }

  /** What follows `{% else %}`: loop controls there belong to the loop around. */
  #elseBody(word: 'for' | 'if', start: number): readonly Statement[] {
    const loops = this.#loops;
    const body = this.parseBody(word, start, [`end${word}`]);
    this.#loops = loops;
    this.stream.next();
    return body;
  }

  #if(start: number): Statement {
    const { stream } = this;
    const branches: { test: Expression; body: readonly Statement[] }[] = [];
    let otherwise: readonly Statement[] = [];
    for (;;) {
      const test = this.expressions.parseTuple(false);
      this.endTag();
      branches.push({ test, body: this.parseBody('if', start, ['elif', 'else', 'endif']) });
      const word = stream.next().value;
      if (word === 'elif') continue;
      if (word === 'else') {
        this.endTag();
        otherwise = this.#elseBody('if', start);
      }
      this.endTag();
      return { kind: 'if', branches, otherwise, start, end: stream.lastEnd };
    }
  }

  #set(start: number): Statement {
    const { stream } = this;
    const target = this.parseTarget(true);
    if (stream.skipOperator('=')) {
      const value = this.expressions.parseTuple();
      this.endTag();
      return { kind: 'set', target, value, start, end: stream.lastEnd };
    }
    let filter = stream.skipOperator('|') ? this.expressions.parseFilter(undefined) : undefined;
    while (stream.skipOperator('|')) filter = this.expressions.parseFilter(filter);
    if (stream.current.kind !== 'block-end') stream.unexpected('"=" or "%}"');
    this.endTag();
    const body = this.#closed('set', start);
    return { kind: 'set-block', target, filter, body, start, end: stream.lastEnd };
  }

  #with(start: number): Statement {
    const { stream } = this;
    const assignments: { target: AssignTarget; value: Expression }[] = [];
    while (stream.current.kind !== 'block-end') {
      if (assignments.length > 0) stream.expectOperator(',');
      const target = this.#targetItem(false);
      stream.expectOperator('=');
      assignments.push({ target, value: this.expressions.parse() });
    }
    this.endTag();
    const body = this.#closed('with', start);
    return { kind: 'with', assignments, body, start, end: stream.lastEnd };
  }

  #block(start: number): Statement {
    const { stream } = this;
    const { value: name, start: from, end: to } = stream.expect('name', 'the name of the block');
    if (this.#blocks.has(name)) stream.fail(`the block "${name}" is there twice`, from, to);
    this.#blocks.add(name);
    const scoped = stream.skipName('scoped');
    const required = stream.skipName('required');
    this.endTag();
    const body = this.parseBody('block', start, ['endblock']);
    stream.next();
    stream.skipName(name);
    this.endTag();
    return { kind: 'template-block', name, scoped, required, body, start, end: stream.lastEnd };
  }

  #call(start: number): Statement {
    const parameters = this.stream.isOperator('(');
    const caller = parseCallerBlock(this, start, parameters);
    return { kind: 'call-block', ...caller, start, end: this.stream.lastEnd };
  }

  #withContext(initially: boolean): boolean {
    const { stream } = this;
    if ((stream.isName('with') || stream.isName('without')) && stream.upcoming.value === 'context') {
      const given = stream.next().value === 'with';
      stream.next();
      return given;
    }
    return initially;
  }

  #import(start: number): Statement {
    const { stream } = this;
    const template = this.expressions.parse();
    if (!stream.skipName('as')) stream.unexpected('"as"');
    const name = stream.expect('name', 'a name').value;
    const withContext = this.#withContext(false);
    this.endTag();
    return { kind: 'import', template, name, withContext, start, end: stream.lastEnd };
  }

  #fromImport(start: number): Statement {
    const { stream } = this;
    const template = this.expressions.parse();
    if (!stream.skipName('import')) stream.unexpected('"import"');
    const names: { name: string; alias: string; start: number; end: number }[] = [];
    let withContext = false;
    while (stream.current.kind === 'name') {
      if (['with', 'without'].includes(stream.current.value) && stream.upcoming.value === 'context') {
        withContext = this.#withContext(false);
        break;
      }
      const token = stream.next();
      const alias = stream.skipName('as') ? stream.expect('name', 'a name').value : token.value;
      names.push({ name: token.value, alias, start: token.start, end: token.end });
      if (!stream.skipOperator(',') && !['with', 'without'].includes(stream.current.value)) break;
    }
    if (names.length === 0) stream.unexpected('a name to import');
    this.endTag();
    return { kind: 'from-import', template, names, withContext, start, end: stream.lastEnd };
  }

  /** The call of `{% call … %}`. */
  parseCallExpression(): CallNode {
    const node = this.expressions.parse();
    if (node.kind !== 'call') this.stream.fail('a call should follow {% call', node.start, node.end, 'write name(…)');
    return node;
  }
}
