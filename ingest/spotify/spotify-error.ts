/**
 * Something that Spotify (or another service) answered, or that is wrong with the sign-in. The message never holds tokens,
 * secrets, or the body of an answer; the hint says what to do.
 */
export class SpotifyError extends Error {
  /** what is wrong, one line in lower case */
  readonly problem: string;
  readonly hint: string | undefined;
  /** HTTP status of the last answer, where there was one */
  readonly status: number | undefined;

  constructor(problem: string, options: { hint?: string; status?: number | undefined; cause?: unknown } = {}) {
    super(problem, { cause: options.cause });
    this.name = 'SpotifyError';
    this.problem = problem;
    this.hint = options.hint;
    this.status = options.status;
  }
}

/** What to do where the sign-in is missing or no longer valid. */
export const SIGN_IN = 'sign in again: npx tsdbt spotify-login';
