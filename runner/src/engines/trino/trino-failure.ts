import type { ErrorCode } from '../../errors/codes.js';
import { EngineFailure } from '../engine-failure.js';
import { trinoCodes } from './trino-codes.js';
import { hintFor } from './trino-hints.js';
import type { StatementError } from './trino-protocol.js';

/** Kind and code of an error, the same as DuckDB's where it is the same error. */
type Kind = readonly [kind: string, code: ErrorCode];

const PARSER: Kind = ['Parser', 'TSD5001'];
const CATALOG: Kind = ['Catalog', 'TSD5002'];
const BINDER: Kind = ['Binder', 'TSD5003'];
const RANGE: Kind = ['Out of Range', 'TSD5005'];
const INPUT: Kind = ['Invalid Input', 'TSD5006'];
const MEMORY: Kind = ['Out of Memory', 'TSD5008'];
const IO: Kind = ['IO', 'TSD5009'];
const TIME: Kind = ['Time Limit', trinoCodes.timeLimit];
const KILLED: Kind = ['Killed', trinoCodes.killed];

const KINDS: Readonly<Record<string, Kind>> = {
  SYNTAX_ERROR: PARSER,
  CATALOG_NOT_FOUND: CATALOG,
  SCHEMA_NOT_FOUND: CATALOG,
  TABLE_NOT_FOUND: CATALOG,
  FUNCTION_NOT_FOUND: CATALOG,
  TYPE_NOT_FOUND: CATALOG,
  MISSING_CATALOG_NAME: CATALOG,
  MISSING_SCHEMA_NAME: CATALOG,
  COLUMN_NOT_FOUND: BINDER,
  TYPE_MISMATCH: BINDER,
  INVALID_CAST_ARGUMENT: ['Conversion', 'TSD5004'],
  NUMERIC_VALUE_OUT_OF_RANGE: RANGE,
  DIVISION_BY_ZERO: RANGE,
  INVALID_FUNCTION_ARGUMENT: INPUT,
  INVALID_SESSION_PROPERTY: INPUT,
  GENERIC_USER_ERROR: INPUT,
  CONSTRAINT_VIOLATION: ['Constraint', 'TSD5007'],
  NOT_SUPPORTED: ['Not implemented', 'TSD5010'],
  PERMISSION_DENIED: ['Permission', trinoCodes.denied],
  EXCEEDED_TIME_LIMIT: TIME,
  EXCEEDED_CPU_LIMIT: TIME,
  ADMINISTRATIVELY_KILLED: KILLED,
  ADMINISTRATIVELY_PREEMPTED: KILLED,
  USER_CANCELED: KILLED,
  ABANDONED_QUERY: KILLED,
  SERVER_SHUTTING_DOWN: KILLED,
  SERVER_STARTING_UP: ['Unavailable', trinoCodes.unavailable],
  NO_NODES_AVAILABLE: ['Unavailable', trinoCodes.unavailable],
  QUERY_QUEUE_FULL: ['Unavailable', trinoCodes.unavailable],
};

/** Where the text of the user stands in the statement that was sent. */
export interface SentStatement {
  /** the statement as it was sent */
  readonly sent: string;
  /** what the caller gave: a part of `sent`, or a text that `sent` is a part of */
  readonly given: string;
  /** offset in `given` that belongs to offset 0 of `sent`; negative where something was put before it */
  readonly shift: number;
}

/**
 * Turns an error of the protocol into an {@link EngineFailure}, with the offset in the text that the caller gave.
 *
 * @param catalog the session's: it is left out of names
 * @param candidates names that exist instead
 */
export function trinoFailure(
  error: StatementError,
  statement: SentStatement,
  catalog: string | undefined,
  candidates: readonly string[] = [],
): EngineFailure {
  const name = nameOf(error);
  const [kind, code] = kindOf(error, name);
  const subject = subjectOf(error.message);
  const sentOffset = offsetOf(error, statement.sent, subject);
  const offset = sentOffset === undefined ? undefined : sentOffset + statement.shift;
  const last = subject === undefined ? undefined : lastPart(subject);
  return new EngineFailure(
    code,
    messageOf(error.message, name, subject, catalog),
    statement.given,
    offset !== undefined && offset >= 0 && offset <= statement.given.length ? offset : undefined,
    candidates,
    kind,
    name,
    last,
    error,
    candidates.length > 0 ? undefined : hintFor(name, statement.sent, sentOffset, last),
  );
}

/** A cast to a type that does not exist is told as a mismatch of types. */
function nameOf({ errorName, message }: StatementError): string {
  return /(?:^|: )Unknown type: /.test(message) ? 'TYPE_NOT_FOUND' : (errorName ?? 'UNKNOWN');
}

function kindOf(error: StatementError, name: string): Kind {
  const known = KINDS[name];
  if (known !== undefined) return known;
  if (/MEMORY/.test(name)) return MEMORY;
  if (error.errorType === 'USER_ERROR' && error.errorLocation !== undefined) return BINDER;
  if (error.errorType === 'EXTERNAL') return IO;
  return [error.errorType ?? 'Unknown', 'TSD5000'];
}

/** Lines and columns are counted from 1, columns in code points. */
function offsetOf(error: StatementError, sql: string, subject: string | undefined): number | undefined {
  const errorLocation = error.errorLocation ?? placeIn(error.message);
  if (errorLocation === undefined) return undefined;
  let start = 0;
  for (let line = 1; line < errorLocation.lineNumber; line++) {
    const end = sql.indexOf('\n', start);
    if (end === -1) return undefined;
    start = end + 1;
  }
  let offset = start;
  for (let column = 1; column < errorLocation.columnNumber && offset < sql.length; column++) {
    offset += sql.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  // of `tracks.titel` the column is what is wrong
  if (subject?.includes('.') && sql.slice(offset, offset + subject.length).toLowerCase() === subject.toLowerCase())
    return offset + subject.length - lastPart(subject).length;
  return offset;
}

function placeIn(message: string): StatementError['errorLocation'] {
  const place = PLACE.exec(message);
  return place === null ? undefined : { lineNumber: Number(place[1]), columnNumber: Number(place[2]) };
}

const SUBJECTS = [
  /^(?:Column|Table|View|Schema|Catalog|Function) '(.+?)' (?:cannot be resolved|does not exist|not found|not registered)/,
  /^Unexpected parameters .*? for function (\w+)\./,
  /^Unknown (?:resolvedType|type): (.+)$/,
  /^Invalid EXTRACT field (\w+),/i,
  /^'(\w+)' must be an aggregate expression/,
  /^mismatched input '([^']+)'/,
];

function subjectOf(message: string): string | undefined {
  const text = withoutPlace(message);
  for (const pattern of SUBJECTS) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** One line in lower case, in the words of our own messages for the common cases. */
function messageOf(message: string, name: string, subject: string | undefined, catalog: string | undefined): string {
  const own = subject === undefined ? undefined : subject.replace(`${catalog}.`, '');
  if (name === 'COLUMN_NOT_FOUND' && own !== undefined) return `column "${own}" not found`;
  if (name === 'TABLE_NOT_FOUND' && own !== undefined) return `table "${own}" does not exist`;
  if (name === 'SCHEMA_NOT_FOUND' && own !== undefined) return `schema "${own}" does not exist`;
  if (name === 'TYPE_NOT_FOUND' && own !== undefined) return `type "${own}" does not exist`;
  if (name === 'CATALOG_NOT_FOUND' && own !== undefined) return `catalog "${own}" does not exist`;
  if (/not registered$/.test(message) && own !== undefined) return `function "${own}" does not exist`;
  // what the parser would have liked instead is a list of half the language
  const line = withoutPlace(message)
    .replace(/\. Expecting: (?=.{60}).*$/s, '')
    .split('\n')[0]!
    .trim();
  return /^[A-Z][a-z]/.test(line) ? line[0]!.toLowerCase() + line.slice(1) : line;
}

/** Some errors are told by the class that was thrown, and by their place in words only. */
const PLACE = /^(?:io\.trino\.[\w.]+Exception: )?line (\d+):(\d+): /;

function withoutPlace(message: string): string {
  return message.replace(PLACE, '');
}
