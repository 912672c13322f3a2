import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { quoteIdentifier, quoteLiteral } from '../engines/relation.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import type { ModelNode } from '../manifest/nodes.js';
import { seedColumns } from './seed-types.js';

/**
 * A SELECT that reads a seed's CSV file: a header line, types inferred from all rows, `column_types` where given,
 * empty cells as null.
 * @throws {ProjectError} TSD1090 with the line of the file where a row cannot be read, TSD1091 for unknown `column_types`
 */
export async function seedSelect(node: ModelNode, session: Session): Promise<string> {
  const { column_types: types, delimiter } = node.config;
  const options = [
    'header = true',
    'auto_detect = true',
    'sample_size = -1',
    // else the sniffer makes a file regular by leaving lines out
    'skip = 0',
    `comment = ''`,
    `delim = ${quoteLiteral(delimiter)}`,
    `quote = '"'`,
    `escape = '"'`,
    `nullstr = ''`,
    'strict_mode = true',
  ];
  const read = (extra: readonly string[]) =>
    `SELECT * FROM read_csv(${quoteLiteral(node.absolutePath)}, ${[...options, ...extra].join(', ')})`;
  try {
    const columns = await session.describe(read([]));
    const names = columns.map((column) => column.name);
    const typed: string[] = [];
    for (const [name, type] of Object.entries(types)) {
      const found = names.find((known) => known.toLowerCase() === name.toLowerCase());
      if (found === undefined) {
        throw new ProjectError(
          'TSD1091',
          `column_types of seed ${node.name} names "${name}", which the file does not have`,
          {
            place: node.propertiesPlace ?? node.source.place(0),
            hint: didYouMean(name, names) ?? `its columns: ${names.join(', ')}`,
          },
        );
      }
      typed.push(`${quoteLiteral(found)}: ${quoteLiteral(type)}`);
    }
    const select = read(typed.length === 0 ? [] : [`types = {${typed.join(', ')}}`]);
    await session.execute(`SELECT count(${names.map(quoteIdentifier).join('), count(')}) FROM (${select})`);
    return select;
  } catch (thrown) {
    if (!(thrown instanceof EngineFailure)) throw thrown;
    throw csvError(node, (await irregularRow(node, session)) ?? thrown);
  }
}

/**
 * A SELECT that reads a seed's CSV file as dbt loads it: types as dbt infers them, cells as the engine's COPY reads them.
 * @throws {ProjectError} TSD1090 with the line of the file where a row cannot be read
 */
export async function dbtSeedSelect(node: ModelNode, session: Session): Promise<string> {
  const columns = await seedColumns(node, session);
  const typed = columns.map(({ name, type }) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`).join(', ');
  const options = `header = true, delim = ${quoteLiteral(node.config.delimiter)}, columns = {${typed}}`;
  const select = `SELECT * FROM read_csv(${quoteLiteral(node.absolutePath)}, ${options})`;
  try {
    await session.execute(`SELECT count(COLUMNS(*)) FROM (${select})`);
    return select;
  } catch (thrown) {
    if (!(thrown instanceof EngineFailure)) throw thrown;
    throw csvError(node, thrown);
  }
}

/** What is wrong with the first row that has not as many cells as the header; the sniffer itself names no line. */
async function irregularRow(node: ModelNode, session: Session): Promise<EngineFailure | undefined> {
  const { delimiter } = node.config;
  const names = Array.from({ length: headerCells(node.source.text, delimiter) }, (_, i) => `c${i}`);
  const columns = names.map((name) => `${name}: 'VARCHAR'`).join(', ');
  const options = `header = true, auto_detect = false, delim = ${quoteLiteral(delimiter)}, quote = '"', escape = '"'`;
  const read = `read_csv(${quoteLiteral(node.absolutePath)}, ${options}, columns = {${columns}}, strict_mode = true)`;
  try {
    await session.execute(`SELECT count(${names.join('), count(')}) FROM ${read}`);
    return undefined;
  } catch (thrown) {
    return thrown instanceof EngineFailure ? thrown : undefined;
  }
}

function headerCells(text: string, delimiter: string): number {
  let cells = 1;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') quoted = !quoted;
    else if (!quoted && text[i] === '\n') break;
    else if (!quoted && text.startsWith(delimiter, i)) {
      cells += 1;
      i += delimiter.length - 1;
    }
  }
  return cells;
}

function csvError(node: ModelNode, failure: EngineFailure): ProjectError {
  const text = failure.cause instanceof Error ? failure.cause.message : failure.message;
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const reason =
    line === undefined ? failure.message : (text.replaceAll('\\n', '\n').split('\n')[2] ?? failure.message).trim();
  const start = line === undefined ? 0 : node.source.offset(Number(line), 1);
  const length = line === undefined ? 1 : node.source.line(Number(line)).length;
  return new ProjectError('TSD1090', `seed ${node.name} cannot be read: ${reason}`, {
    place: node.source.place(start, start + Math.max(1, length)),
    cause: failure,
  });
}
