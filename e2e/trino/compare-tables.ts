import type { TrinoColumn, TrinoReader } from './trino-reader.js';

/** Runs SQL on DuckDB over the lake's views and gives rows of objects; 64-bit integers as text. */
export type DuckDbQuery = (sql: string) => Promise<Record<string, unknown>[]>;

/** A scalar type of DuckDB that the warehouse holds: what Trino calls it, and how both say a value exactly. */
interface TypeRule {
  readonly trino: string;
  readonly fromDuckDb?: (column: string) => string;
  readonly fromTrino?: (column: string) => string;
}

const RULES: Readonly<Record<string, TypeRule>> = {
  BOOLEAN: { trino: 'boolean' },
  TINYINT: { trino: 'tinyint' },
  SMALLINT: { trino: 'smallint' },
  INTEGER: { trino: 'integer' },
  // above 2^53 JSON numbers are no longer exact
  BIGINT: { trino: 'bigint', fromTrino: varchar },
  // as text both print the shortest number that means it, each in its own way
  FLOAT: {
    trino: 'real',
    fromDuckDb: (column) => `${column}::double`,
    fromTrino: (column) => `cast(${column} as double)`,
  },
  DOUBLE: { trino: 'double' },
  VARCHAR: { trino: 'varchar' },
  DATE: { trino: 'date', fromDuckDb: varchar },
  TIMESTAMP: {
    trino: 'timestamp(6)',
    fromDuckDb: (column) => `strftime(${column}, '%Y-%m-%d %H:%M:%S.%f')`,
    fromTrino: varchar,
  },
  // what is below a millisecond is not there in Trino; it rounds
  'TIMESTAMP WITH TIME ZONE': {
    trino: 'timestamp(3) with time zone',
    fromDuckDb: (column) => `(round(epoch_us(${column}) / 1000.0))::bigint::varchar`,
    fromTrino: (column) => `cast(to_milliseconds(${column} - timestamp '1970-01-01 00:00:00 UTC') as varchar)`,
  },
  BLOB: { trino: 'varbinary', fromDuckDb: (column) => `hex(${column})`, fromTrino: (column) => `to_hex(${column})` },
};

function varchar(column: string): string {
  return `cast(${column} as varchar)`;
}

const AS_JSON = {
  fromDuckDb: (column: string) => `to_json(${column})::varchar`,
  fromTrino: (column: string) => `json_format(cast(${column} as json))`,
};

/** `DECIMAL(10,2)` and the types above; lists, maps and structs are compared as JSON. */
function ruleFor(type: string): TypeRule | undefined {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal !== null)
    return { trino: `decimal(${decimal[1]},${decimal[2]})`, fromDuckDb: varchar, fromTrino: varchar };
  const list = /^(.*)\[\]$/.exec(type);
  if (list !== null) return { trino: `array(${nameInTrino(list[1]!)})`, ...AS_JSON };
  const nested = /^(MAP|STRUCT)\((.*)\)$/.exec(type);
  if (nested === null) return RULES[type];
  const parts = topLevel(nested[2]!);
  if (nested[1] === 'MAP') return { trino: `map(${parts.map(nameInTrino).join(', ')})`, ...AS_JSON };
  const fields = parts.map((part) => {
    const [, name, fieldType] = /^"?(\w+)"? (.*)$/.exec(part)!;
    return `${name} ${nameInTrino(fieldType!)}`;
  });
  return { trino: `row(${fields.join(', ')})`, ...AS_JSON };
}

function nameInTrino(type: string): string {
  return ruleFor(type)?.trino ?? `unknown: ${type}`;
}

/** `a INTEGER, b DECIMAL(4,2)` → its parts, split at the commas that stand in no brackets */
function topLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const [i, character] of [...text].entries()) {
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
}

/** How two readings of one table differ; an empty list when they do not. */
export interface TableComparison {
  readonly rows: number;
  readonly differences: readonly string[];
}

/**
 * Reads a whole table with both engines and compares names, types and all values, without regard to the order of rows.
 *
 * @param duckDbName e.g. `gold.top_tracks`
 * @param trinoName e.g. `delta.default.top_tracks`
 */
export async function compareTables(
  duckDb: DuckDbQuery,
  trino: TrinoReader,
  duckDbName: string,
  trinoName: string,
): Promise<TableComparison> {
  const described = (await duckDb(`describe select * from ${duckDbName}`)).map((row) => ({
    name: String(row.column_name),
    type: String(row.column_type),
  }));
  const seen = await columnsOf(trino, trinoName);
  const differences: string[] = [];
  const expected = described.map(
    ({ name, type }) => `${name.toLowerCase()} ${ruleFor(type)?.trino ?? `unknown: ${type}`}`,
  );
  const found = seen.map(({ name, type }) => `${name} ${type}`);
  if (expected.join() !== found.join()) differences.push(`columns: ${expected.join(', ')} / ${found.join(', ')}`);
  else {
    const select = (side: 'fromDuckDb' | 'fromTrino', name: string): string => {
      const columns = described.map(({ name: column, type }, i) => {
        const quoted = `"${column.replaceAll('"', '""')}"`;
        return `${ruleFor(type)![side]?.(quoted) ?? quoted} as c${i}`;
      });
      return `select ${columns.join(', ')} from ${name}`;
    };
    const ours = (await duckDb(select('fromDuckDb', duckDbName))).map((row) => rowText(Object.values(row)));
    const theirs = (await trino.query(select('fromTrino', trinoName))).rows.map((row) => rowText(row));
    differences.push(...bagDifferences(ours, theirs));
    return { rows: theirs.length, differences };
  }
  return { rows: 0, differences };
}

/** Names and types as `DESCRIBE` gives them. */
export async function columnsOf(trino: TrinoReader, name: string): Promise<TrinoColumn[]> {
  const { rows } = await trino.query(`describe ${name}`);
  return rows.map(([column, type]) => ({ name: String(column), type: String(type) }));
}

/** Numbers print alike when they are the same double. */
function rowText(values: readonly unknown[]): string {
  return JSON.stringify(values.map((value) => (typeof value === 'bigint' ? String(value) : value)));
}

function bagDifferences(ours: readonly string[], theirs: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const row of ours) counts.set(row, (counts.get(row) ?? 0) + 1);
  for (const row of theirs) counts.set(row, (counts.get(row) ?? 0) - 1);
  return [...counts]
    .filter(([, count]) => count !== 0)
    .slice(0, 6)
    .map(([row, count]) => `${count > 0 ? 'only DuckDB' : 'only Trino'} (${Math.abs(count)}): ${row}`);
}
