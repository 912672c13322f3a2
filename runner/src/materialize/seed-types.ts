import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { quoteIdentifier, quoteLiteral } from '../engines/relation.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import type { ModelNode } from '../manifest/nodes.js';

/** A column of a CSV file with the type that dbt would give it. */
export interface SeedColumn {
  readonly name: string;
  readonly type: string;
}

const number = String.raw`^[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?$`;
/** Tests of a text `v` that is neither empty nor `null`, in the order in which dbt (agate) tries types. */
const tests = {
  number: `regexp_matches(replace(trim(ltrim(trim(v, '%'), '$€£¥')), ',', ''), '${number}') or lower(ltrim(v, '+-')) in ('nan', 'inf', 'infinity')`,
  fraction: `regexp_matches(v, '[.eE]') and try_cast(replace(trim(v, '%'), ',', '') as double) % 1 <> 0`,
  date: `try_strptime(v, '%Y-%m-%d') is not null and regexp_matches(v, '^\\d{4}-\\d{1,2}-\\d{1,2}$')`,
  timestamp: `try_strptime(v, '%Y-%m-%d %H:%M:%S') is not null and regexp_matches(v, '^\\d{4}-\\d{1,2}-\\d{1,2} \\d{1,2}:\\d{1,2}:\\d{1,2}$')`,
  iso: `regexp_matches(v, '^\\d{4}-?\\d{2}-?\\d{2}T\\d{2}(:?\\d{2}(:?\\d{2}([.,]\\d+)?)?)?(Z|[+-]\\d{2}(:?\\d{2})?)?$')`,
  bool: `lower(v) in ('true', 'false')`,
} as const;

/**
 * A SELECT of a seed's cells as dbt (agate) reads them, by the types that it infers: numbers without their signs for money, thousands
 * and percent, and null also where a cell says so. It is what `fast: false` loads; else cells are what the engine's COPY takes them for.
 */
export function readCells(node: ModelNode, columns: readonly SeedColumn[]): string {
  const cells = columns.map(({ name, type }, i) => {
    const cell = `nullif(case when lower(trim(c${i})) = 'null' then null else c${i} end, '')`;
    const isNumber = typeGiven(node, name) === undefined && (type === 'integer' || type === 'double');
    return `cast(${isNumber ? `replace(trim(ltrim(trim(trim(${cell}), '%'), '$€£¥')), ',', '')` : cell} as ${type})`;
  });
  const options = readOptions(node, { parallel: false });
  return `select ${cells.join(', ')} from read_csv(${quoteLiteral(node.absolutePath)}, ${options}) as t(${columns.map((_, i) => `c${i}`).join(', ')})`;
}

/** Options of `read_csv` and `COPY` that all reading of a seed shares. */
function readOptions(node: ModelNode, { parallel, header = true }: { parallel: boolean; header?: boolean }): string {
  return `header = ${header}, all_varchar = true, delim = ${quoteLiteral(node.config.delimiter)}, quote = '"', escape = '"', null_padding = true, strict_mode = false, skip = 0, comment = '', parallel = ${parallel}`;
}

/**
 * Types of a seed's columns as dbt infers them from all rows: integer, double, date, timestamp, boolean, else text.
 * A type in `column_types` counts as it is.
 * @throws {ProjectError} TSD1090 for a delimiter without a letter
 */
export async function seedColumns(node: ModelNode, session: Session): Promise<readonly SeedColumn[]> {
  if (node.config.delimiter === '')
    throw new ProjectError('TSD1090', `seed ${node.name} cannot be read: its delimiter is empty`, {
      place: node.propertiesPlace ?? node.source.place(0),
      hint: 'delimiter: "," is what seeds have by themselves',
    });
  try {
    return await inferred(node, session, true);
  } catch (thrown) {
    // cells with line breaks in them can be padded by one thread only
    if (!(thrown instanceof EngineFailure) || !thrown.message.includes('parallel')) throw thrown;
    return inferred(node, session, false);
  }
}

async function inferred(node: ModelNode, session: Session, parallel: boolean): Promise<readonly SeedColumn[]> {
  const read = `read_csv(${quoteLiteral(node.absolutePath)}, ${readOptions(node, { parallel })})`;
  const names = (await session.describe(`select * from ${read}`)).map((column) => column.name);
  const shown = await namesInHeader(node, session, names, parallel);
  const checks = names.flatMap((_, i) =>
    Object.values(tests).map((test, j) =>
      j === 1
        ? `coalesce(bool_or(${on(test, i)}), false)`
        : `coalesce(bool_and(c${i} is null or lower(trim(c${i})) in ('', 'null') or (${on(test, i)})), true)`,
    ),
  );
  const { rows } = await session.query(
    `select ${checks.join(', ')} from (select ${names.map((name, i) => `${quoteIdentifier(name)} as c${i}`).join(', ')} from ${read})`,
  );
  const found = rows[0]!;
  const kinds = Object.keys(tests).length;
  return shown.map((name, i) => {
    const given = typeGiven(node, name);
    if (given !== undefined) return { name, type: given };
    const [isNumber, hasFraction, isDate, isTimestamp, isIso, isBool] = found.slice(i * kinds, (i + 1) * kinds);
    if (isNumber === true) return { name, type: hasFraction === true ? 'double' : 'integer' };
    if (isDate === true) return { name, type: 'date' };
    if (isTimestamp === true || isIso === true) return { name, type: 'timestamp' };
    return { name, type: isBool === true ? 'boolean' : 'text' };
  });
}

/** Names of columns as dbt (agate) takes them from the first line: a second `id` is `id_2`, and a column without a name has a letter. */
async function namesInHeader(
  node: ModelNode,
  session: Session,
  names: readonly string[],
  parallel: boolean,
): Promise<readonly string[]> {
  const { rows } = await session.query(
    `select * from read_csv(${quoteLiteral(node.absolutePath)}, ${readOptions(node, { header: false, parallel })}) limit 1`,
  );
  const cells = rows[0];
  if (cells === undefined || cells.length !== names.length) return names;
  const taken = new Set<string>();
  return cells.map((cell, i) => {
    const written = typeof cell === 'string' && cell !== '' ? cell : letterName(i);
    let name = written;
    for (let n = 2; taken.has(name); n++) name = `${written}_${n}`;
    taken.add(name);
    return name;
  });
}

/** `a` to `z`, then `aa`, `bb`, … */
function letterName(i: number): string {
  return String.fromCharCode(97 + (i % 26)).repeat(Math.floor(i / 26) + 1);
}

function on(test: string, i: number): string {
  return test.replaceAll(/\bv\b/g, `trim(c${i})`);
}

function typeGiven(node: ModelNode, name: string): string | undefined {
  const type = node.config.column_types[name];
  return typeof type === 'string' ? type : undefined;
}
