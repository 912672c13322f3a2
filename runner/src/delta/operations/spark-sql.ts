import type { ParquetEngine } from '../parquet.js';
import type { DataType, StructType } from '../protocol/data-types.js';
import { quoteIdentifier, quoteLiteral } from '../sql.js';
import { parsedSql, piecesIn } from './parsed-sql.js';
import { foreignIn } from './spark-meaning.js';

/** An expression of Spark's SQL as the engine computes it. */
export interface EngineExpression {
  readonly sql: string;
  /** what of it the engine does not know, or may not mean as Spark does; undefined for none */
  readonly foreign: string | undefined;
}

/**
 * Expressions in the logs of tables (generated columns, defaults, constraints) are of Spark's SQL; this is one in that of the engine.
 *
 * @param to the type that its values are stored in
 */
export async function fromSparkSql(
  engine: ParquetEngine,
  expression: string,
  schema: StructType,
  to: DataType,
): Promise<EngineExpression> {
  const ambiguous = ambiguousIn(expression, schema);
  if (ambiguous !== undefined) return { sql: expression, foreign: ambiguous };
  const sql = respelled(expression, schema);
  const piece = await parsedSql(engine, sql);
  return { sql, foreign: piece === undefined ? expression : foreignIn(piece, schema, to) };
}

/** What DataFusion and the engine both compute alike; the rest it shares with Spark's SQL, or not at all. */
const OF_DATAFUSION: ReadonlySet<string> = new Set(['+', '-', '*', '%', '||', '~~', '!~~']);

/** {@link fromSparkSql} for an expression of DataFusion's SQL, in which double quotes are about names. */
export async function fromDataFusionSql(
  engine: ParquetEngine,
  expression: string,
  schema: StructType,
  to: DataType,
): Promise<EngineExpression> {
  const ambiguous = ambiguousIn(expression, schema, 'names');
  if (ambiguous !== undefined) return { sql: expression, foreign: ambiguous };
  const sql = respelled(expression, schema, 'names');
  const piece = await parsedSql(engine, sql);
  if (piece === undefined) return { sql, foreign: expression };
  const other = piecesIn(piece).find(({ function_name: name }) => name !== undefined && !OF_DATAFUSION.has(name));
  return { sql, foreign: other === undefined ? foreignIn(piece, schema, to) : `the function ${other.function_name}` };
}

const TOKEN =
  /`((?:[^`]|``)*)`|"((?:[^"\\]|\\.)*)"|('(?:[^'\\]|\\.)*')|(\d+)L\b|(current_(?:timestamp|date))\s*\(\s*\)|([\p{L}_][\p{L}\p{N}_]*)/giu;

/** What is spelled so that programs read it differently. */
function ambiguousIn(expression: string, schema: StructType, quotes: 'texts' | 'names' = 'texts'): string | undefined {
  // texts with escapes are other texts here
  if (expression.includes('\\')) return 'a backslash';
  let end = -1;
  for (const { 0: token, 2: text, 3: quoted, index } of expression.matchAll(TOKEN)) {
    // a text to Spark, a name to other writers
    const isName = quotes === 'texts' && schema.fields.some(({ name }) => name.toLowerCase() === text?.toLowerCase());
    // a quote within a text, or two texts in a row
    if (isName || ((quoted ?? text) !== undefined && index === end)) return token;
    if ((quoted ?? text) !== undefined) end = index + token.length;
  }
  return undefined;
}

/** Names in double quotes and texts in single ones; what is in double quotes is taken for texts, or for names. Bare names of columns are quoted: the engine reserves other words, `at` among them. */
function respelled(expression: string, schema: StructType, quotes: 'texts' | 'names' = 'texts'): string {
  const names = new Map(schema.fields.map((field) => [field.name.toLowerCase(), field.name]));
  return expression.replace(TOKEN, (token, ticked, text, _quoted, long, now, word, at: number) => {
    if (ticked !== undefined) return quoteIdentifier(ticked.replaceAll('``', '`'));
    if (text !== undefined) return quotes === 'texts' ? quoteLiteral(text) : token;
    if (long !== undefined) return long;
    if (now !== undefined) return now;
    if (word === undefined || !names.has(word.toLowerCase())) return token;
    const [before, after] = [expression.slice(0, at), expression.slice(at + token.length)];
    const isType = /\bas\s*$/i.test(before) || /^\s*'/.test(after);
    return isType || /^\s*\(/.test(after) || /\.\s*$/.test(before) ? token : quoteIdentifier(word);
  });
}
