import type { Token } from './lexer.js';
import { mentions } from './mentions.js';
import type { BlockKind, BlockNode, CallNode, Expression, ParameterNode, Statement } from './nodes.js';
import type { StatementParser } from './parse-statement.js';

/** `{% macro … %}` and dbt's blocks of the same shape, up to after the end tag. */
export function parseBlock(parser: StatementParser, word: string, start: number): BlockNode {
  const { stream } = parser;
  const name = stream.expect('name', `the name of the ${word}`);
  let parameters: readonly ParameterNode[] = [];
  let adapter: string | undefined;
  let languages: Expression | undefined;
  const kind: BlockKind = word === 'data_test' ? 'test' : (word as BlockKind);
  if (word === 'materialization') ({ adapter, languages } = materializationOptions(parser));
  else if (word === 'macro' || kind === 'test') parameters = parseParameters(parser);
  parser.endTag();
  const bodyStart = stream.lastEnd;
  const body = parser.parseBody(word, start, [`end${word}`]);
  const bodyEnd = endOfBody(parser, bodyStart);
  closeBlock(parser, name);
  return makeBlock(
    kind,
    name,
    parameters,
    body,
    { start, end: stream.lastEnd },
    { start: bodyStart, end: bodyEnd },
    {
      adapter,
      languages,
    },
  );
}

function makeBlock(
  blockKind: BlockKind,
  name: { value: string; start: number; end: number },
  parameters: readonly ParameterNode[],
  body: readonly Statement[],
  span: { start: number; end: number },
  bodySpan: { start: number; end: number },
  options: { adapter?: string | undefined; languages?: Expression | undefined } = {},
): BlockNode {
  const used = mentions(body, ['varargs', 'kwargs', 'caller']);
  const own = new Set(parameters.map((p) => p.name));
  return {
    kind: 'block',
    blockKind,
    name: name.value,
    nameSpan: { start: name.start, end: name.end },
    parameters,
    body,
    bodySpan,
    adapter: options.adapter,
    languages: options.languages,
    usesVarargs: used.has('varargs') && !own.has('varargs'),
    usesKwargs: used.has('kwargs') && !own.has('kwargs'),
    usesCaller: used.has('caller') || own.has('caller'),
    ...span,
  };
}

/** `{% call(a, b) f(x) %}…{% endcall %}`, up to after the end tag. */
export function parseCallerBlock(
  parser: StatementParser,
  start: number,
  withParameters: boolean,
): { call: CallNode; caller: BlockNode } {
  const { stream } = parser;
  const parameters = withParameters ? parseParameters(parser) : [];
  const call = parser.parseCallExpression();
  parser.endTag();
  const bodyStart = stream.lastEnd;
  const body = parser.parseBody('call', start, ['endcall']);
  const bodyEnd = endOfBody(parser, bodyStart);
  stream.next();
  parser.endTag();
  const name = { value: 'caller', start: call.start, end: call.end };
  const span = { start, end: stream.lastEnd };
  return { call, caller: makeBlock('macro', name, parameters, body, span, { start: bodyStart, end: bodyEnd }) };
}

/** Offset of the `{%` of the end tag whose word is current. */
function endOfBody(parser: StatementParser, bodyStart: number): number {
  const { current, source } = parser.stream;
  return Math.max(bodyStart, source.text.lastIndexOf('{%', current.start));
}

function closeBlock(parser: StatementParser, name: Token): void {
  const { stream } = parser;
  const word = stream.next();
  // Jinja2 allows the name to be repeated in {% endblock %} only; dbt's files do it for macros now and then
  if (stream.current.kind === 'name' && stream.current.value === name.value) stream.next();
  if (stream.current.kind !== 'block-end') stream.unexpected(`"%}" after ${word.value}`);
  parser.endTag();
}

function parseParameters(parser: StatementParser): readonly ParameterNode[] {
  const { stream } = parser;
  const parameters: ParameterNode[] = [];
  stream.expectOperator('(');
  while (!stream.isOperator(')')) {
    if (parameters.length > 0) stream.expectOperator(',');
    if (stream.isOperator(')')) break;
    const name = stream.expect('name', 'a parameter name');
    if (parameters.some((p) => p.name === name.value))
      stream.fail(`the parameter "${name.value}" is named twice`, name.start, name.end);
    // dbt lets parameters be annotated with a type, e.g. `columns: list[str]`
    if (stream.skipOperator(':')) parser.expressions.parse();
    const standard = stream.skipOperator('=') ? parser.expressions.parse() : undefined;
    if (standard === undefined && parameters.at(-1)?.default !== undefined)
      stream.fail(`the parameter "${name.value}" needs a default: the one before has one`, name.start, name.end);
    parameters.push({ name: name.value, default: standard, start: name.start, end: stream.lastEnd });
  }
  stream.expectOperator(')');
  return parameters;
}

function materializationOptions(parser: StatementParser): { adapter: string; languages: Expression | undefined } {
  const { stream } = parser;
  let adapter = 'default';
  let languages: Expression | undefined;
  while (stream.skipOperator(',')) {
    const option = stream.expect('name', '"default", "adapter" or "supported_languages"');
    if (option.value === 'default') continue;
    stream.expectOperator('=');
    const value = parser.expressions.parse();
    if (option.value === 'adapter' && value.kind === 'literal' && typeof value.value === 'string')
      adapter = value.value;
    else if (option.value === 'supported_languages') languages = value;
    else
      stream.fail(
        `a materialization has no option "${option.value}"`,
        option.start,
        option.end,
        'write adapter="name"',
      );
  }
  return { adapter, languages };
}
