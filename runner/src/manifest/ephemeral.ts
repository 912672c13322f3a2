import { SourceMap, type SourceSegment } from '../template/source-map.js';

/** A piece of SQL and where it came from. */
export interface MappedSql {
  readonly sql: string;
  readonly map: SourceMap;
}

export interface NamedCte extends MappedSql {
  readonly name: string;
}

/** Name under which an ephemeral model stands in the SQL of those that read it: dbt's, which macros may build themselves. */
export function cteName(identifier: string): string {
  return `__dbt__cte__${identifier}`;
}

/**
 * Puts CTEs before a statement: as a `with` of its own, or in front of the CTEs of the `with` that it begins with.
 * Places of both stay right.
 */
export function injectCtes(statement: MappedSql, ctes: readonly NamedCte[]): MappedSql {
  if (ctes.length === 0) return statement;
  const start = leadingWith(statement.sql);
  const pieces: MappedSql[] = [];
  const literal = (sql: string) => pieces.push({ sql, map: new SourceMap([]) });
  if (start === undefined) literal('with ');
  else pieces.push(slice(statement, 0, start), { sql: ' ', map: new SourceMap([]) });
  for (const [i, cte] of ctes.entries()) {
    literal(`${i === 0 ? '' : ', '}${cte.name} as (\n`);
    pieces.push(withoutSemicolon(cte));
    literal('\n)');
  }
  literal(start === undefined ? '\n' : ',');
  pieces.push(start === undefined ? statement : slice(statement, start, statement.sql.length));
  return joinSql(pieces);
}

/** Texts after each other, with one map. */
export function joinSql(pieces: readonly MappedSql[]): MappedSql {
  const parts: { offset: number; map: SourceMap }[] = [];
  let sql = '';
  for (const piece of pieces) {
    parts.push({ offset: sql.length, map: piece.map });
    sql += piece.sql;
  }
  return { sql, map: SourceMap.join(parts) };
}

/** Offset after `with` or `with recursive`, where a statement begins so (comments before it do not matter). */
function leadingWith(sql: string): number | undefined {
  const match = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*with\b(?:\s+recursive\b)?/i.exec(sql);
  return match === null ? undefined : match[0].length;
}

function withoutSemicolon(piece: MappedSql): MappedSql {
  const end = /\s*;?\s*$/.exec(piece.sql)!.index;
  return slice(piece, 0, end);
}

function slice({ sql, map }: MappedSql, from: number, to: number): MappedSql {
  const segments: SourceSegment[] = [];
  for (const segment of map.segments) {
    const begin = Math.max(segment.generated, from);
    const end = Math.min(segment.generated + segment.length, to);
    if (begin >= end) continue;
    const cut = begin - segment.generated;
    segments.push({
      ...segment,
      generated: begin - from,
      length: end - begin,
      ...(segment.verbatim ? { start: segment.start + cut, end: segment.start + cut + (end - begin) } : {}),
    });
  }
  return { sql: sql.slice(from, to), map: new SourceMap(segments) };
}
