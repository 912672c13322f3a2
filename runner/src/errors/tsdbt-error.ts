import type { ErrorCode } from './codes.js';
import type { SourcePlace } from './source-text.js';

/** Node's name for what `console.log` and uncaught errors print. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** What an error may carry beside its message. */
export interface ErrorDetails {
  /** where in a file that the user wrote */
  place?: SourcePlace | undefined;
  /** what to do next, e.g. `did you mean "danceability"?` */
  hint?: string | undefined;
  /** the compiled file and the line in it, for errors of generated SQL */
  compiled?: { path: string; line: number } | undefined;
  /** call sites through which the place was reached, innermost first (macros) */
  via?: readonly { label: string; place: SourcePlace }[] | undefined;
  /** further lines, printed as they are below the frame */
  detail?: string | undefined;
  cause?: unknown;
}

/**
 * An error that is the user's to mend. It prints as code, one-line cause, place, code frame and hint;
 * anything else that is thrown is a defect of the program and prints with its stack.
 *
 * Codes: TSD1xxx project and config, 2xxx templates, 3xxx graph and selection, 4xxx contracts and tests,
 * 5xxx engines, 6xxx Delta and storage.
 */
export class TsdbtError extends Error {
  readonly code: ErrorCode;
  readonly place: SourcePlace | undefined;
  readonly hint: string | undefined;
  readonly compiled: { path: string; line: number } | undefined;
  readonly via: readonly { label: string; place: SourcePlace }[];
  readonly detail: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.place = details.place;
    this.hint = details.hint;
    this.compiled = details.compiled;
    this.via = details.via ?? [];
    this.detail = details.detail;
  }

  /** The place for programs: a path relative to the project, line and column counted from 1. */
  get location(): { readonly path: string; readonly line: number; readonly column: number } | undefined {
    if (this.place === undefined) return undefined;
    return { path: this.place.source.path, ...this.place.source.position(this.place.start) };
  }

  /** What Node prints of it where nobody caught it: not the source file that the place holds. */
  [INSPECT](): string {
    const { code, location, hint, stack = this.message } = this;
    const at = location === undefined ? '' : `\n  ${location.path}:${location.line}:${location.column}`;
    return `${code}  ${stack.replace(`${this.name}: `, '')}${at}${hint === undefined ? '' : `\n  ${hint}`}`;
  }

  /** What `JSON.stringify` writes of it. */
  toJSON(): Record<string, unknown> {
    const { code, message, location, hint, detail, compiled } = this;
    return { code, message, location, hint, detail, compiled };
  }
}

/** project.yml, profiles, YAML properties, the command line. Codes TSD1xxx. */
export class ProjectError extends TsdbtError {}
/** Templates and macros. Codes TSD2xxx. */
export class TemplateError extends TsdbtError {}
/** refs, sources, cycles, selectors. Codes TSD3xxx. */
export class GraphError extends TsdbtError {}
/** Contracts and data tests. Codes TSD4xxx. */
export class QualityError extends TsdbtError {}
/** What an engine said about SQL. Codes TSD5xxx. */
export class EngineError extends TsdbtError {}
/** Delta tables, files, the warehouse. Codes TSD6xxx. */
export class StorageError extends TsdbtError {}
/** The run was interrupted. Exit code 130. */
export class CancelledError extends TsdbtError {
  constructor(message = 'interrupted') {
    super('TSD5099', message);
  }
}

/** All errors of one step (all of a parse come at once). */
export class TsdbtErrors extends Error {
  constructor(
    readonly errors: readonly TsdbtError[],
    /** what else was noticed, and may have led to the errors */
    readonly warnings: readonly TsdbtError[] = [],
  ) {
    super(errors.length === 1 ? errors[0]!.message : `${errors.length} errors`);
    this.name = 'TsdbtErrors';
  }

  [INSPECT](): string {
    return this.errors.map((error) => error[INSPECT]()).join('\n\n');
  }
}

/** Every TsdbtError inside a thrown value; an empty list when it is none of ours. */
export function tsdbtErrorsOf(thrown: unknown): readonly TsdbtError[] {
  if (thrown instanceof TsdbtErrors) return thrown.errors;
  if (thrown instanceof TsdbtError) return [thrown];
  return [];
}
