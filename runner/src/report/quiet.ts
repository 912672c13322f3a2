import { formatError } from '../errors/format-error.js';
import type { Reporter, TimedEvent } from '../events/events.js';
import type { OutputStream } from './output-stream.js';
import { RunDigest } from './run-digest.js';

/** Errors, and nothing else: `--quiet`. */
export class QuietReporter implements Reporter {
  readonly #digest = new RunDigest();

  constructor(
    readonly stream: OutputStream,
    readonly color: boolean,
  ) {}

  handle(event: TimedEvent): void {
    this.#digest.note(event);
    const style = { color: this.color, width: this.stream.columns };
    if (event.event === 'error') this.stream.write(`${formatError(event.error, style)}\n`);
    if (event.event === 'log' && event.level === 'error') this.stream.write(`${event.message}\n`);
    if (event.event !== 'run_finished') return;
    const [, ...lines] = this.#digest.failureLines(style);
    if (lines.length > 0) this.stream.write(`${lines.join('\n')}\n`);
  }

  async close(): Promise<void> {}
}
