import type { Column } from '../../engines/engine.js';

/** A column of a query by which its rows are ordered. */
export interface OrderItem {
  readonly column: string;
  readonly descending: boolean;
}

/** Strings, quoted names and comments, in which nothing counts. */
const OPAQUE = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g;

/**
 * The columns of the last ORDER BY of a query, for tools that order rows on their own. An expression that is no column of the
 * query ends the list, as what comes after it orders only among its equals.
 *
 * @param sql a query of one statement
 * @param columns its columns; `order by 1` is the first
 */
export function orderOf(sql: string, columns: readonly Column[]): OrderItem[] {
  const text = sql.replace(OPAQUE, (found) => (/^["]/.test(found) ? found : ' '.repeat(found.length)));
  const clause = lastClause(text);
  const items: OrderItem[] = [];
  for (const part of splitTop(clause)) {
    const match = /^(.*?)(?:\s+(asc|desc))?(?:\s+nulls\s+(?:first|last))?$/is.exec(part.trim());
    const expression = match?.[1]?.trim() ?? '';
    const column = columnOf(expression, columns);
    if (column === undefined) break;
    items.push({ column: column.name, descending: match?.[2]?.toLowerCase() === 'desc' });
  }
  return items;
}

function columnOf(expression: string, columns: readonly Column[]): Column | undefined {
  if (/^\d+$/.test(expression)) return columns[Number(expression) - 1];
  const name = expression.startsWith('"') ? expression.slice(1, -1) : expression;
  return columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
}

/** What follows the last ORDER BY outside of parentheses, up to LIMIT and the like. */
function lastClause(text: string): string {
  let depth = 0;
  let from = -1;
  for (const { 0: token, index } of text.matchAll(/[()]|\border\s+by\b/gi)) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    else if (depth === 0) from = index + token.length;
  }
  if (from < 0) return '';
  const rest = text.slice(from);
  depth = 0;
  for (const { 0: token, index } of rest.matchAll(/[();]|\b(?:limit|offset|fetch)\b/gi)) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    else if (depth === 0) return rest.slice(0, index);
  }
  return rest;
}

function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: token, index } of text.matchAll(/[(),]/g)) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    else if (depth === 0) {
      parts.push(text.slice(from, index));
      from = index + 1;
    }
  }
  return [...parts, text.slice(from)].filter((part) => part.trim() !== '');
}
