import type { SourcePlace } from '../errors/source-text.js';
import { TemplateError } from '../errors/tsdbt-error.js';

/** The codes of template errors. Each means one thing. */
export const templateCodes = {
  /** text that is not Jinja2 */
  syntax: 'TSD2001',
  /** a block or a tag that is never closed */
  unclosed: 'TSD2002',
  /** an `endX` (or `else`, `elif`) that closes nothing */
  strayEnd: 'TSD2003',
  /** `{% x %}` with an x that is no statement */
  unknownStatement: 'TSD2004',
  /** a name, attribute or item that is not there was used */
  undefinedValue: 'TSD2005',
  unknownFilter: 'TSD2006',
  unknownTest: 'TSD2007',
  /** arguments that a macro, function, filter or test does not take */
  arguments: 'TSD2008',
  /** an operation that its operands' types do not have */
  type: 'TSD2009',
  divisionByZero: 'TSD2010',
  /** macros that call themselves without end */
  recursion: 'TSD2011',
  duplicateMacro: 'TSD2012',
  missingVariable: 'TSD2013',
  missingEnvironmentVariable: 'TSD2014',
  unknownMacro: 'TSD2015',
  /** `exceptions.raise_compiler_error` and its kin */
  raised: 'TSD2016',
  /** an operand of the right type with a value that does not do */
  value: 'TSD2017',
  unknownTemplate: 'TSD2018',
  missingConfig: 'TSD2019',
  /** something of dbt's context that this engine does not have */
  unsupported: 'TSD2020',
  /** a materialization that does not do what materializations do */
  materialization: 'TSD2021',
} as const;

/** Where a call was made: given to every function that a template calls. */
export interface Via {
  readonly label: string;
  readonly place: SourcePlace;
}

/**
 * An error of an operation that does not know where it stands.
 * The evaluator turns it into a {@link TemplateError} at the expression; it never leaves `template/`.
 */
export class OperationFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint?: string | undefined,
    readonly detail?: string | undefined,
  ) {
    super(message);
    this.name = 'OperationFailure';
  }
}

/** Gives a failure its place; errors that have one (and defects of the program) pass unchanged. */
export function locate(thrown: unknown, place: SourcePlace, via: readonly Via[]): unknown {
  if (thrown instanceof OperationFailure)
    return new TemplateError(thrown.code, thrown.message, { place, via, hint: thrown.hint, detail: thrown.detail });
  return thrown;
}

export function typeFailure(message: string, hint?: string): OperationFailure {
  return new OperationFailure(templateCodes.type, message, hint);
}

export function valueFailure(message: string, hint?: string): OperationFailure {
  return new OperationFailure(templateCodes.value, message, hint);
}

export function argumentFailure(message: string, hint?: string): OperationFailure {
  return new OperationFailure(templateCodes.arguments, message, hint);
}
