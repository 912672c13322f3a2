import type { ErrorCode } from '../../errors/codes.js';
import { CancelledError } from '../../errors/tsdbt-error.js';
import { EngineFailure } from '../engine-failure.js';

/** What DuckDB prints with `errors_as_json`. All values are strings. */
interface DuckDbErrorJson {
  exception_type?: string;
  exception_message?: string;
  error_subtype?: string;
  position?: string;
  name?: string;
  candidates?: string;
  type?: string;
}

/** Codes of engine errors by DuckDB's exception type; what is not listed is TSD5000. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  Parser: 'TSD5001',
  Catalog: 'TSD5002',
  Binder: 'TSD5003',
  Conversion: 'TSD5004',
  'Out of Range': 'TSD5005',
  'Invalid Input': 'TSD5006',
  Constraint: 'TSD5007',
  'Out of Memory': 'TSD5008',
  IO: 'TSD5009',
  'Not implemented': 'TSD5010',
};

/** Turns a byte offset in UTF-8 into an offset in the JavaScript string. */
export function utf16Offset(text: string, byteOffset: number): number {
  let bytes = 0;
  let offset = 0;
  for (const character of text) {
    if (bytes >= byteOffset) break;
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    offset += character.length;
  }
  return offset;
}

/**
 * Turns what the binding threw into an {@link EngineFailure}.
 * Parser errors put text before the JSON, `error()` and arity errors carry no position.
 */
export function duckDbFailure(thrown: unknown, statement: string): EngineFailure | CancelledError {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (/^INTERRUPT Error|"exception_type":"INTERRUPT"/i.test(text)) return new CancelledError();
  const brace = text.indexOf('{"exception_type"');
  let json: DuckDbErrorJson | undefined;
  if (brace !== -1) {
    try {
      json = JSON.parse(text.slice(brace)) as DuckDbErrorJson;
    } catch {
      json = undefined;
    }
  }
  if (json === undefined) {
    const named = /^(\w[\w ]*?) Error: (.*)$/s.exec(text);
    const kind = named?.[1] ?? 'Unknown';
    return new EngineFailure(
      CODES[kind] ?? 'TSD5000',
      oneLine(named?.[2] ?? text),
      statement,
      undefined,
      [],
      kind,
      undefined,
      undefined,
      thrown,
    );
  }
  const kind = json.exception_type ?? 'Unknown';
  const byteOffset = json.position === undefined ? undefined : Number(json.position);
  return new EngineFailure(
    CODES[kind] ?? 'TSD5000',
    describe(json),
    statement,
    byteOffset === undefined || Number.isNaN(byteOffset) ? undefined : utf16Offset(statement, byteOffset),
    (json.candidates ?? '')
      .split(',')
      .map((candidate) => candidate.trim().replace(/^"|"$/g, ''))
      .filter((candidate) => candidate !== ''),
    kind,
    json.error_subtype,
    json.name,
    thrown,
  );
}

/** One line in lower case, in the words of our own messages for the common cases. */
function describe(json: DuckDbErrorJson): string {
  if (json.error_subtype === 'COLUMN_NOT_FOUND' && json.name !== undefined) return `column "${json.name}" not found`;
  if (json.error_subtype === 'MISSING_ENTRY' && json.name !== undefined && json.type !== undefined) {
    return `${json.type.toLowerCase()} "${json.name}" does not exist`;
  }
  return oneLine(json.exception_message ?? 'the engine gave no message');
}

function oneLine(message: string): string {
  const [first, ...more] = message.split('\n').map((line) => line.trim());
  const line = inLowerCase(first!);
  // the line of the file says nothing yet; what is wrong with it stands below the line itself
  const row = /^CSV Error on Line: (\d+)$/.exec(line)?.[1];
  const why = more.find((text) => text !== '' && !text.startsWith('Original Line:'));
  return row === undefined || why === undefined ? line : `CSV error on line ${row}: ${inLowerCase(why)}`;
}

function inLowerCase(line: string): string {
  return /^[A-Z][a-z]/.test(line) ? line[0]!.toLowerCase() + line.slice(1) : line;
}
