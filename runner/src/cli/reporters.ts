import { randomUUID } from 'node:crypto';
import { warningText } from '../errors/format-error.js';
import { formatPlace } from '../errors/source-text.js';
import { type TsdbtError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { EventBus, type Reporter, type RunEvent } from '../events/events.js';
import { type Redactor, redactorFor } from '../project/redact.js';
import { type DbtJsonOptions, DbtJsonReporter } from '../report/dbt-json.js';
import { GitHubReporter } from '../report/github.js';
import { JsonReporter } from '../report/json.js';
import { LogFileReporter } from '../report/log-file.js';
import type { OutputStream } from '../report/output-stream.js';
import { PlainReporter } from '../report/plain.js';
import { QuietReporter } from '../report/quiet.js';
import { TerminalReporter } from '../report/terminal.js';
import type { Effects } from './effects.js';
import type { GlobalOptions } from './flags.js';
import { namedReporters } from './named-reporters.js';
import { isLive, usesColor } from './style.js';

/** What reporters need to know of a project. */
export interface ReportedProject {
  /** absolute folder of the log files */
  readonly logPath: string;
  /** absolute folder of the project */
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** written for dbt: logs in JSON are dbt's */
  readonly isDbt?: boolean | undefined;
  readonly target?: { readonly database: string | undefined } | undefined;
}

/**
 * Calls `work` with the event bus of a command: what the flags and the terminal ask for on standard error, and always
 * the log file, and the id of this invocation. Whatever happens, reporters are closed and the terminal is given back before this returns or throws;
 * errors that end the command are in the log file too.
 */
export async function withReporters<T>(
  options: GlobalOptions,
  effects: Effects,
  project: ReportedProject,
  work: (bus: EventBus, invocationId: string) => Promise<T>,
): Promise<T> {
  const redact = redactorFor(project.env);
  const level = options.debug ? 'debug' : (options.logLevel ?? 'info');
  const settings = { level, redact, projectDir: project.projectDir } as const;
  const named = namedReporters(options.reporter ?? [], effects, settings);
  const log = new LogFileReporter(project.logPath, { redact });
  const bus = new EventBus();
  const invocationId = randomUUID();
  const isDbtLog = project.isDbt === true && options.logFormat === 'json' && effects.observer === undefined;
  if (isDbtLog) bus.add(dbtReporter(options, effects, { redact, invocationId, database: project.target?.database }));
  else bus.add(screenReporter(options, effects, redact));
  bus.add(log);
  for (const reporter of named) bus.add(reporter);
  // those on the screen are printed by main, where all errors end
  const files = [log, ...named.filter((reporter) => !(reporter instanceof GitHubReporter))];
  try {
    return await work(bus, invocationId);
  } catch (thrown) {
    const at = effects.now();
    const errors = tsdbtErrorsOf(thrown);
    for (const file of files) for (const error of errors) file.handle({ event: 'error', error, at });
    if (thrown instanceof Error && errors.length === 0)
      log.handle({ event: 'log', level: 'error', message: thrown.stack ?? thrown.message, at });
    throw thrown;
  } finally {
    await bus.close();
  }
}

/** dbt's log stands on standard output, unless that is for data. */
function dbtReporter(
  { debug, logLevel, quiet, printsData }: GlobalOptions,
  { stdout, stderr }: Effects,
  settings: Omit<DbtJsonOptions, 'level'>,
): Reporter {
  const level = debug ? 'debug' : quiet ? 'error' : (logLevel ?? 'info');
  return new DbtJsonReporter(printsData ? stderr : stdout, { ...settings, level });
}

function screenReporter(options: GlobalOptions, effects: Effects, redact: Redactor): Reporter {
  const { stderr, stdout, env, observer } = effects;
  if (observer !== undefined) return { handle: (event) => observer.hear(event), close: async () => {} };
  const level = options.debug ? 'debug' : (options.logLevel ?? 'info');
  if (options.logFormat === 'json') return new JsonReporter(stderr, { level: options.quiet ? 'error' : level, redact });
  const color = usesColor(stderr, env, options.color);
  if (options.quiet) return new QuietReporter(redacting(stderr, redact), color);
  if (!isLive(stderr, env, options.color)) return new PlainReporter(redacting(stderr, redact), { color, level });
  const unicode = /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || 'utf-8');
  return new TerminalReporter(stderr, { color, level, unicode, redact, beside: stdout.isTTY ? [stdout] : [] });
}

function redacting(stream: OutputStream, redact: Redactor): OutputStream {
  return {
    write: (text) => stream.write(redact(text)),
    get columns() {
      return stream.columns;
    },
  };
}

/** A warning as an event. */
export function warningEvent(warning: TsdbtError): Extract<RunEvent, { event: 'log' }> {
  const place = warning.place === undefined ? undefined : formatPlace(warning.place);
  return { event: 'log', level: 'warn', message: warningText(warning), place };
}
