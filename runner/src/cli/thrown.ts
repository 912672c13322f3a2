import { formatThrown } from '../errors/format-error.js';
import { TsdbtErrors, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { Redactor } from '../project/redact.js';
import { logEvent } from '../report/dbt-events.js';
import { dbtJson, errorEvent } from '../report/dbt-json.js';
import { eventJson } from '../report/event-json.js';
import type { Effects } from './effects.js';
import { warningEvent } from './reporters.js';
import { errorStyle } from './style.js';

export interface ThrownStyle {
  /** an object per line, as `--log-format json` wants it */
  readonly json: boolean;
  /** false with --no-color */
  readonly color: boolean | undefined;
  /** of a dbt project: put before errors that are no JSON, and the sign that JSON is dbt's */
  readonly heading?: string | undefined;
  readonly redact: Redactor;
}

/** Writes what ended a command to standard error. @returns its exit code: 130 when it was interrupted, else 2 */
export function writeThrown(thrown: unknown, effects: Effects, style: ThrownStyle): 2 | 130 {
  const { stderr, env } = effects;
  if (style.json && style.heading !== undefined) return writeAsDbt(thrown, effects, style);
  const { text, exitCode } = formatThrown(thrown, errorStyle(stderr, env, style.color));
  const errors = tsdbtErrorsOf(thrown);
  for (const warning of thrown instanceof TsdbtErrors ? thrown.warnings : []) {
    const event = warningEvent(warning);
    if (style.json) stderr.write(`${eventJson({ ...event, at: effects.now() }, style.redact)}\n`);
    else stderr.write(`   Warning ${event.message}${event.place === undefined ? '' : ` (${event.place})`}\n`);
  }
  if (style.json && errors.length > 0)
    for (const error of errors)
      stderr.write(`${eventJson({ event: 'error', error, at: effects.now() }, style.redact)}\n`);
  else stderr.write(`${style.heading === undefined ? '' : `${style.heading}\n`}${text}\n`);
  return exitCode;
}

/** As dbt's log has it, on standard output. Nothing is known of the invocation here. */
function writeAsDbt(thrown: unknown, { stdout, env, stderr, now }: Effects, style: ThrownStyle): 2 | 130 {
  const invocation = { redact: style.redact, invocationId: '' };
  const warnings = thrown instanceof TsdbtErrors ? thrown.warnings.map(warningEvent) : [];
  const events = [
    ...warnings.map((event) => logEvent({ ...event, at: now() }, undefined)),
    ...tsdbtErrorsOf(thrown).map((error) => errorEvent(error, style.heading)),
  ];
  for (const event of events) stdout.write(`${dbtJson(event, now(), invocation)}\n`);
  return formatThrown(thrown, errorStyle(stderr, env, style.color)).exitCode;
}
