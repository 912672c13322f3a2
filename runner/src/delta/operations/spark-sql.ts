import type { ParquetEngine } from '../parquet.js';
import type { StructType } from '../protocol/data-types.js';
import { quoteIdentifier, quoteLiteral } from '../sql.js';

/** An expression of Spark's SQL as the engine computes it. */
export interface EngineExpression {
  readonly sql: string;
  /** what of it the engine does not know, or may not mean as Spark does; undefined for none */
  readonly foreign: string | undefined;
}

/** A piece of an expression as the engine parses it. */
interface Piece {
  readonly class: string;
  readonly type?: string;
  readonly function_name?: string;
  readonly column_names?: readonly string[];
  readonly children?: readonly Piece[];
  readonly value?: { readonly type: { readonly id: string }; readonly value?: unknown };
  readonly cast_type?: { readonly id: string };
  readonly [part: string]: unknown;
}

/**
 * Expressions in the schemas of tables (generated columns, defaults) are of Spark's SQL. The two engines spell much alike and mean something
 * else: `dayofweek` counts from another day, `concat` passes over nulls, a cast of 1.5 to INT cuts or rounds. So only what is known to be the same passes.
 */
export async function fromSparkSql(
  engine: ParquetEngine,
  expression: string,
  schema: StructType,
): Promise<EngineExpression> {
  // texts with escapes are other texts here
  if (expression.includes('\\')) return { sql: expression, foreign: 'a backslash' };
  const sql = respelled(expression, schema);
  const [row] = await engine.query(
    `SELECT CAST(json_serialize_sql(${quoteLiteral(`SELECT (${sql}\n)`)}) AS VARCHAR) AS parsed`,
  );
  const parsed = JSON.parse(String(row!.parsed)) as {
    readonly error: boolean;
    readonly statements?: readonly { readonly node: { readonly select_list?: readonly Piece[] } }[];
  };
  const list = parsed.statements?.[0]?.node.select_list ?? [];
  if (parsed.error || list.length !== 1) return { sql, foreign: expression };
  return { sql, foreign: foreignIn(list[0]!, schema) };
}

const TOKEN =
  /`((?:[^`]|``)*)`|"((?:[^"\\]|\\.)*)"|('(?:[^'\\]|\\.)*')|(\d+)L\b|(current_(?:timestamp|date))\s*\(\s*\)|([\p{L}_][\p{L}\p{N}_]*)/giu;

/** Names in double quotes and texts in single ones. Bare names of columns are quoted: the engine reserves other words, `at` among them. */
function respelled(expression: string, schema: StructType): string {
  const names = new Map(schema.fields.map((field) => [field.name.toLowerCase(), field.name]));
  return expression.replace(TOKEN, (token, ticked, text, _quoted, long, now, word, at: number) => {
    if (ticked !== undefined) return quoteIdentifier(ticked.replaceAll('``', '`'));
    // what Spark takes for a text is a name to other writers
    if (text !== undefined) return names.has(text.toLowerCase()) ? quoteIdentifier(text) : quoteLiteral(text);
    if (long !== undefined) return long;
    if (now !== undefined) return now;
    if (word === undefined || !names.has(word.toLowerCase())) return token;
    const [before, after] = [expression.slice(0, at), expression.slice(at + token.length)];
    const isType = /\bas\s*$/i.test(before) || /^\s*'/.test(after);
    return isType || /^\s*\(/.test(after) || /\.\s*$/.test(before) ? token : quoteIdentifier(word);
  });
}

const WHOLE_NUMBERS = /^(byte|short|integer|long)$/;
/** Functions that give whole numbers. */
const COUNTS = /^(year|month|day|dayofmonth|dayofyear|hour|minute|quarter|weekofyear|length)$/;
const PARTS = /^(year|quarter|month|day|hour|minute)$/;
const TRUNCATED = /^(year|quarter|month|week|day|hour|minute|second)$/;
const SAME = /^(\+|-|\*|%|\|\||lower|upper|abs|nullif|now)$/;

/** What in an expression may not mean the same, as it is spelled; undefined where nothing is. */
function foreignIn(piece: Piece, schema: StructType): string | undefined {
  const among = (pieces: readonly unknown[]) => {
    for (const inner of pieces) {
      const foreign = foreignIn(inner as Piece, schema);
      if (foreign !== undefined) return foreign;
    }
    return undefined;
  };
  const { children = [] } = piece;
  switch (piece.class) {
    case 'COLUMN_REF':
    case 'CONSTANT':
      return undefined;
    case 'COMPARISON':
      return among([piece.left, piece.right]);
    case 'CONJUNCTION':
      return among(children);
    case 'BETWEEN':
      return among([piece.input, piece.lower, piece.upper]);
    case 'CASE': {
      const checks = piece.case_checks as readonly { readonly when_expr: Piece; readonly then_expr: Piece }[];
      return among([...checks.flatMap(({ when_expr, then_expr }) => [when_expr, then_expr]), piece.else_expr]);
    }
    case 'OPERATOR':
      return /^(OPERATOR_(NOT|IS_NULL|IS_NOT_NULL|COALESCE)|COMPARE_(NOT_)?IN)$/.test(piece.type!)
        ? among(children)
        : piece.type;
    case 'CAST':
      return castsAlike(piece, schema) ? foreignIn(piece.child as Piece, schema) : `a cast to ${piece.cast_type!.id}`;
    case 'FUNCTION':
      return isSame(piece) ? among(children) : `the function ${piece.function_name}`;
    default:
      return piece.class.toLowerCase();
  }
}

function isSame({ function_name: name = '', children = [] }: Piece): boolean {
  const constant = (i: number) => children[i]?.value?.value;
  if (name === 'date_part') return PARTS.test(String(constant(0)).toLowerCase());
  if (name === 'date_trunc') return TRUNCATED.test(String(constant(0)).toLowerCase());
  // from a place before the first, the two count differently
  if (name === 'substring' || name === 'substr') return Number(constant(1)) >= 1;
  return COUNTS.test(name) || SAME.test(name);
}

function castsAlike(piece: Piece, schema: StructType): boolean {
  const child = piece.child as Piece;
  const to = piece.cast_type!.id;
  if (/^(DATE|TIMESTAMP|DOUBLE)$/.test(to)) return true;
  const constant = child.class === 'CONSTANT' ? child.value!.type.id : undefined;
  // true and false are such casts
  if (to === 'BOOLEAN') return constant === 'VARCHAR';
  if (!/^(VARCHAR|TINYINT|SMALLINT|INTEGER|BIGINT|DECIMAL)$/.test(to)) return false;
  if (isWhole(child, schema)) return true;
  const column = columnType(child, schema);
  return to === 'VARCHAR' && (constant === 'VARCHAR' || column === 'string' || column === 'date');
}

function isWhole(piece: Piece, schema: StructType): boolean {
  if (piece.class === 'CONSTANT') return /INT$|^INTEGER$/.test(piece.value!.type.id);
  if (piece.class === 'COLUMN_REF') return WHOLE_NUMBERS.test(columnType(piece, schema) ?? '');
  if (piece.class !== 'FUNCTION') return false;
  const { function_name: name = '', children = [] } = piece;
  return (
    COUNTS.test(name) ||
    name === 'date_part' ||
    (/^[+*%-]$/.test(name) && children.every((child) => isWhole(child, schema)))
  );
}

function columnType({ column_names: names = [] }: Piece, schema: StructType): string | undefined {
  const found = names.length === 1 && schema.fields.find(({ name }) => name.toLowerCase() === names[0]!.toLowerCase());
  return found && typeof found.type === 'string' ? found.type : undefined;
}
