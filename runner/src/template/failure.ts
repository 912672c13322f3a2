import type { ErrorCode } from '../errors/codes.js';
import type { SourcePlace } from '../errors/source-text.js';
import { TemplateError } from '../errors/tsdbt-error.js';

/** Codes of template errors. What each says is in errors/codes.ts. */
export const templateCodes = {
  syntax: 'TSD2001',
  unclosed: 'TSD2002',
  strayEnd: 'TSD2003',
  unknownStatement: 'TSD2004',
  undefinedValue: 'TSD2005',
  unknownFilter: 'TSD2006',
  unknownTest: 'TSD2007',
  arguments: 'TSD2008',
  type: 'TSD2009',
  divisionByZero: 'TSD2010',
  recursion: 'TSD2011',
  duplicateMacro: 'TSD2012',
  missingVariable: 'TSD2013',
  missingEnvironmentVariable: 'TSD2014',
  unknownMacro: 'TSD2015',
  raised: 'TSD2016',
  value: 'TSD2017',
  unknownTemplate: 'TSD2018',
  missingConfig: 'TSD2019',
  unsupported: 'TSD2020',
  materialization: 'TSD2021',
} as const satisfies Record<string, ErrorCode>;

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
    readonly code: ErrorCode,
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
