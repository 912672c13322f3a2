/** Where in an input file something is wrong. Line and column count from 1. */
export interface InputPlace {
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/**
 * An input file that cannot be read as what it claims to be. The message holds the file with line and column, and what is
 * wrong; the hint what to do.
 */
export class IngestError extends Error {
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** what is wrong, one line in lower case */
  readonly problem: string;
  /** what to do about it */
  readonly hint: string | undefined;
  /** what may be shown of the file's text, of the same length; all of it when undefined */
  readonly conceal: ((text: string) => string) | undefined;

  constructor(
    file: string,
    problem: string,
    options: InputPlace & {
      hint?: string | undefined;
      cause?: unknown;
      conceal?: ((text: string) => string) | undefined;
    } = {},
  ) {
    const place = [file, options.line, options.line === undefined ? undefined : options.column]
      .filter((part) => part !== undefined)
      .join(':');
    super(`${place}: ${problem}`, { cause: options.cause });
    this.name = 'IngestError';
    this.file = file;
    this.line = options.line;
    this.column = options.column;
    this.problem = problem;
    this.hint = options.hint;
    this.conceal = options.conceal;
  }
}
