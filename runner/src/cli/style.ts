import type { ErrorStyle } from '../errors/format-error.js';
import type { OutputStream } from '../report/output-stream.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Whether escape sequences for colours are written to a stream: not with --no-color, NO_COLOR
 * (https://no-color.org) or TERM=dumb; with --color or FORCE_COLOR also to a pipe; otherwise only to a terminal.
 */
export function usesColor(stream: OutputStream, env: Env, option?: boolean): boolean {
  if (option === false || (env.NO_COLOR ?? '') !== '') return false;
  if (option === true) return true;
  if ((env.FORCE_COLOR ?? '') !== '') return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Whether a stream can show a live region: a terminal, not in CI, not where colours were declined. */
export function isLive(stream: OutputStream, env: Env, option?: boolean): boolean {
  const ci = (env.CI ?? '') !== '' && env.CI !== 'false';
  return stream.isTTY === true && !ci && env.TERM !== 'dumb' && option !== false && (env.NO_COLOR ?? '') === '';
}

export function errorStyle(stream: OutputStream, env: Env, option?: boolean): ErrorStyle {
  return { color: usesColor(stream, env, option), width: stream.columns };
}
