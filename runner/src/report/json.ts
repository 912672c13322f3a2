import type { LogLevel, Reporter, TimedEvent } from '../events/events.js';
import type { Redactor } from '../project/redact.js';
import { eventJson, levelOf } from './event-json.js';
import type { OutputStream } from './output-stream.js';
import { wanted } from './plain.js';

export interface JsonOptions {
  /** events below it are left out; progress within a node is `debug` */
  readonly level: LogLevel;
  readonly redact: Redactor;
}

/** One JSON object per line, `event` is a stable name: `--log-format json`. */
export class JsonReporter implements Reporter {
  constructor(
    readonly stream: OutputStream,
    readonly options: JsonOptions,
  ) {}

  handle(event: TimedEvent): void {
    if (!wanted(levelOf(event), this.options.level)) return;
    this.stream.write(`${eventJson(event, this.options.redact)}\n`);
  }

  async close(): Promise<void> {}
}
