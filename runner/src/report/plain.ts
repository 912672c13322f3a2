import picocolors from 'picocolors';
import { formatError } from '../errors/format-error.js';
import type { LogLevel, Reporter, TimedEvent } from '../events/events.js';
import { finishedLine, startedLine } from './node-line.js';
import type { OutputStream } from './output-stream.js';
import { RunDigest, startLine, summaryLine } from './run-digest.js';

export interface PlainOptions {
  readonly color: boolean;
  /** the least important messages that are printed; `debug` prints Started lines too */
  readonly level: LogLevel;
}

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Whether a message of a level is wanted. */
export function wanted(level: LogLevel, least: LogLevel): boolean {
  return ORDER.indexOf(level) >= ORDER.indexOf(least);
}

/** A line per event, for pipes, CI and terminals without cursor movement. */
export class PlainReporter implements Reporter {
  readonly #digest = new RunDigest();

  constructor(
    readonly stream: OutputStream,
    readonly options: PlainOptions,
  ) {}

  handle(event: TimedEvent): void {
    this.note(event);
    const lines = this.linesOf(event);
    if (lines.length > 0) this.stream.write(`${lines.join('\n')}\n`);
  }

  async close(): Promise<void> {}

  /** Remembers an event for the end of the run. */
  note(event: TimedEvent): void {
    this.#digest.note(event);
  }

  /** The lines an event prints; none for most progress. */
  linesOf(event: TimedEvent): string[] {
    const { color, level } = this.options;
    const paint = picocolors.createColors(color);
    switch (event.event) {
      case 'run_started':
        return wanted('info', level) ? [startLine(event, color)] : [];
      case 'node_started':
        return level === 'debug' ? [startedLine(event.node, paint)] : [];
      case 'node_progress':
        return [];
      case 'node_finished': {
        const { status } = event.outcome;
        const bad = status === 'error' || status === 'fail' || status === 'blocked';
        // the line of a skipped table says it for its tests too
        if (status === 'skipped' && event.node.resourceType.endsWith('test') && level !== 'debug') return [];
        const least: LogLevel = bad ? 'error' : status === 'warn' ? 'warn' : 'info';
        return wanted(least, level) ? [finishedLine(event.node, event.outcome, paint)] : [];
      }
      case 'log': {
        if (!wanted(event.level, level)) return [];
        const place = event.place === undefined ? '' : ` (${event.place})`;
        const label = event.node === undefined ? '' : `${event.node.label}: `;
        const text = `${label}${event.message}${place}`;
        if (event.level === 'warn') return [`${paint.yellow('   Warning')} ${text}`];
        if (event.level === 'error') return [`${paint.red('     Error')} ${text}`];
        return [event.level === 'debug' ? paint.dim(text) : text];
      }
      case 'error':
        return formatError(event.error, { color, width: this.stream.columns }).split('\n');
      case 'run_finished':
        return this.#endLines(event);
    }
  }

  /** Failures found so far. */
  get failures(): number {
    return this.#digest.failures;
  }

  #endLines(event: TimedEvent & { event: 'run_finished' }): string[] {
    const { color, level } = this.options;
    const lines = this.#digest.failureLines({ color, width: this.stream.columns });
    if (wanted('warn', level)) lines.push(...this.#digest.warningLines(color));
    if (wanted('info', level)) lines.push(...(lines.length > 0 ? [''] : []), summaryLine(event, color));
    return lines;
  }
}
