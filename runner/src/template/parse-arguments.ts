import type { ArgumentNodes, Expression } from './nodes.js';
import type { ExpressionParser } from './parse-expression.js';

/** `( … )`: a tuple, or an expression in parentheses. */
export function parseParenthesized(parser: ExpressionParser): Expression {
  const { stream } = parser;
  const { start } = stream.expectOperator('(');
  const node = parser.parseTuple(true, [], true);
  stream.expectOperator(')');
  return { ...node, start, end: stream.lastEnd };
}

/** `(a, b, c=d, *e, **f)` with an optional trailing comma. */
export function parseArguments(parser: ExpressionParser): ArgumentNodes {
  const { stream } = parser;
  const positional: Expression[] = [];
  const named: { name: string; value: Expression }[] = [];
  let spread: Expression | undefined;
  let namedSpread: Expression | undefined;
  stream.expectOperator('(');
  for (let first = true; !stream.isOperator(')'); first = false) {
    if (!first) stream.expectOperator(',');
    if (stream.isOperator(')')) break;
    const { start, end, kind, value } = stream.current;
    if (stream.isOperator('*') && spread === undefined && namedSpread === undefined) {
      stream.next();
      spread = parser.parse();
    } else if (stream.isOperator('**') && namedSpread === undefined) {
      stream.next();
      namedSpread = parser.parse();
    } else if (kind === 'name' && stream.upcoming.kind === 'operator' && stream.upcoming.value === '=') {
      if (namedSpread !== undefined) stream.fail('a named argument after **', start, end, 'put it before the **');
      if (named.some((n) => n.name === value)) stream.fail(`the argument "${value}" is given twice`, start, end);
      stream.next();
      stream.next();
      named.push({ name: value, value: parser.parse() });
    } else {
      if (named.length > 0 || spread !== undefined || namedSpread !== undefined)
        stream.fail('a positional argument after a named one', start, end, 'put it first, or name it');
      positional.push(parser.parse());
    }
  }
  stream.expectOperator(')');
  return { positional, named, spread, namedSpread };
}
