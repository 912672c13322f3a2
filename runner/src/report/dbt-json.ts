import type { TsdbtError } from '../errors/tsdbt-error.js';
import type { LogLevel, Reporter, TimedEvent } from '../events/events.js';
import type { Redactor } from '../project/redact.js';
import { type DbtEvent, endEvents, logEvent, nodeEndEvents, nodeStartEvents, startEvents } from './dbt-events.js';
import type { OutputStream } from './output-stream.js';
import { wanted } from './plain.js';

export interface DbtJsonOptions {
  /** events below it are left out */
  readonly level: LogLevel;
  readonly redact: Redactor;
  readonly invocationId: string;
  /** database of what has none of its own */
  readonly database: string | undefined;
}

/**
 * `--log-format json` in a dbt project: one object per line with dbt's `info` and `data`, under dbt's names of events, for
 * programs that run dbt and read along (https://docs.getdbt.com/reference/events-logging).
 */
export class DbtJsonReporter implements Reporter {
  readonly #started = new Map<string, Date>();
  readonly #bad: Extract<TimedEvent, { event: 'node_finished' }>[] = [];

  constructor(
    readonly stream: OutputStream,
    readonly options: DbtJsonOptions,
  ) {}

  handle(event: TimedEvent): void {
    for (const one of this.#eventsOf(event))
      if (wanted(one.level, this.options.level)) this.stream.write(`${dbtJson(one, event.at, this.options)}\n`);
  }

  async close(): Promise<void> {}

  #eventsOf(event: TimedEvent): readonly DbtEvent[] {
    const { database } = this.options;
    const startedAt = (id: string): Date | undefined => this.#started.get(id);
    switch (event.event) {
      case 'run_started':
        return startEvents(event);
      case 'node_started':
        this.#started.set(event.node.uniqueId, event.at);
        return nodeStartEvents(event, { database, startedAt });
      case 'node_finished':
        if (['error', 'fail', 'blocked', 'warn'].includes(event.outcome.status)) this.#bad.push(event);
        return nodeEndEvents(event, { database, startedAt });
      case 'run_finished':
        return endEvents(event, this.#bad);
      case 'log':
        return [logEvent(event, database)];
      case 'error':
        return [errorEvent(event.error)];
      default:
        return [];
    }
  }
}

/** What ended a command, or went wrong beside its nodes. */
export function errorEvent(error: TsdbtError, heading?: string): DbtEvent {
  const place = error.place === undefined ? '' : ` (${error.place.source.path})`;
  const exc = `${heading === undefined ? '' : `${heading}\n  `}${error.code} ${error.message}${place}`;
  return { name: 'MainEncounteredError', code: 'Z002', level: 'error', msg: exc, data: { exc } };
}

/** A line of dbt's log, without the line end. */
export function dbtJson(
  { name, code, level, msg, data }: DbtEvent,
  at: Date,
  { redact, invocationId }: Pick<DbtJsonOptions, 'redact' | 'invocationId'>,
): string {
  const info = {
    category: '',
    code,
    extra: {},
    invocation_id: invocationId,
    level,
    msg,
    name,
    pid: process.pid,
    thread: 'MainThread',
    ts: at.toISOString(),
  };
  return JSON.stringify({ data, info }, (_, value) =>
    typeof value === 'string' ? redact(value) : typeof value === 'bigint' ? Number(value) : value,
  );
}
