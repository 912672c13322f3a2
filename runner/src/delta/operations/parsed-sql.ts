import type { ParquetEngine } from '../parquet.js';
import { quoteLiteral } from '../sql.js';

/** A piece of an expression as the engine parses it. */
export interface Piece {
  readonly class: string;
  readonly type?: string;
  readonly function_name?: string;
  readonly column_names?: readonly string[];
  readonly children?: readonly Piece[];
  readonly value?: { readonly type: ParsedType; readonly value?: unknown };
  readonly cast_type?: ParsedType;
  readonly [part: string]: unknown;
}

export interface ParsedType {
  readonly id: string;
  readonly type_info?: { readonly width?: number; readonly scale?: number } | null;
}

/** An expression as the engine parses it; undefined for what it does not know as one expression. */
export async function parsedSql(engine: ParquetEngine, expression: string): Promise<Piece | undefined> {
  const [row] = await engine.query(`SELECT CAST(${serializedSql(expression)} AS VARCHAR) AS parsed`);
  const parsed = JSON.parse(String(row!.parsed)) as {
    readonly error: boolean;
    readonly statements?: readonly { readonly node: { readonly select_list?: readonly Piece[] } }[];
  };
  const list = parsed.statements?.[0]?.node.select_list ?? [];
  return parsed.error || list.length !== 1 ? undefined : list[0];
}

/** The conditions that hold together where an expression holds, each with its own text. */
export async function conjunctsOf(
  engine: ParquetEngine,
  expression: string,
): Promise<readonly { readonly sql: string; readonly piece: Piece }[]> {
  const piece = await parsedSql(engine, expression);
  if (piece === undefined) return [];
  if (piece.type !== 'CONJUNCTION_AND') return [{ sql: expression, piece }];
  // the engine's own text of each: numbers of 64 bits do not survive in JavaScript
  const list = '$.statements[0].node.select_list[0]';
  const parts = piece.children!.map(
    (_, i) =>
      `json_deserialize_sql(CAST(replace(CAST(p AS VARCHAR), CAST(p->'${list}' AS VARCHAR), CAST(p->'${list}.children[${i}]' AS VARCHAR)) AS JSON)) AS c${i}`,
  );
  const [row] = await engine.query(`SELECT ${parts.join(', ')} FROM (SELECT ${serializedSql(expression)} AS p)`);
  return piece.children!.map((child, i) => ({ sql: `(${row![`c${i}`]})`, piece: child }));
}

function serializedSql(expression: string): string {
  return `json_serialize_sql(${quoteLiteral(`SELECT (${expression}\n)`)})`;
}

/** A piece and all those within. */
export function piecesIn(value: unknown): Piece[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(piecesIn);
  return typeof (value as Piece).class === 'string' ? [value as Piece, ...inner] : inner;
}
