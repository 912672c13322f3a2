import type { ErrorCode } from '../errors/codes.js';
import { EngineError } from '../errors/tsdbt-error.js';

/**
 * What an engine said about a statement, before the place is mapped to a file of the user:
 * `offset` is a UTF-16 offset in the statement that was sent.
 */
export class EngineFailure extends EngineError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly statement: string,
    readonly offset: number | undefined,
    /** names that the engine offers instead */
    readonly candidates: readonly string[],
    /** the engine's own kind, e.g. `Binder`, and subtype, e.g. `COLUMN_NOT_FOUND` */
    readonly kind: string,
    readonly subtype: string | undefined,
    /** the name the engine complained about, where it gave one */
    readonly subject: string | undefined,
    cause?: unknown,
    hint?: string,
  ) {
    super(code, message, { cause, hint });
  }

  /** The same failure, told of another text or with another hint. */
  with(changes: Partial<Pick<EngineFailure, 'statement' | 'offset' | 'hint'>>): EngineFailure {
    const { code, message, candidates, kind, subtype, subject, cause } = this;
    const { statement, offset, hint } = { statement: this.statement, offset: this.offset, hint: this.hint, ...changes };
    return new EngineFailure(code, message, statement, offset, candidates, kind, subtype, subject, cause, hint);
  }
}
