import picocolors from 'picocolors';
import { truncate } from '../errors/text-width.js';
import type { NodeSummary, Reporter, TimedEvent } from '../events/events.js';
import { LiveRegion } from './live-region.js';
import { duration, grouped } from './node-line.js';
import type { OutputStream } from './output-stream.js';
import { type PlainOptions, PlainReporter } from './plain.js';

export interface TerminalOptions extends PlainOptions {
  /** further streams that end on the same terminal: standard output, where it is one */
  readonly beside?: readonly OutputStream[] | undefined;
  /** milliseconds; default `Date.now` */
  readonly now?: (() => number) | undefined;
  /** the least time between two drawings, in milliseconds; default 80. 0 draws at every event and starts no timer */
  readonly interval?: number | undefined;
  /** takes secrets out of the lines that stay */
  readonly redact?: ((text: string) => string) | undefined;
  /** box-drawing characters can be shown; default true */
  readonly unicode?: boolean | undefined;
}

interface Running {
  readonly node: NodeSummary;
  readonly since: number;
  done?: number;
  of?: number | undefined;
  unit?: string | undefined;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const ASCII_SPINNER = ['|', '/', '-', '\\'];
const BAR_WIDTH = 24;

/** Finished nodes as lines that stay; at the bottom, alive: nodes done of all, elapsed time, and what runs now. */
export class TerminalReporter implements Reporter {
  readonly #region: LiveRegion;
  readonly #plain: PlainReporter;
  readonly #running = new Map<string, Running>();
  readonly #now: () => number;
  readonly #interval: number;
  #timer: NodeJS.Timeout | undefined;
  #started: number | undefined;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #done = 0;
  #total = 0;

  constructor(
    stream: OutputStream,
    readonly options: TerminalOptions,
  ) {
    this.#plain = new PlainReporter(stream, options);
    this.#now = options.now ?? Date.now;
    this.#interval = options.interval ?? 80;
    this.#region = new LiveRegion(stream, (columns, rows) => this.#lines(columns, rows));
    this.#region.guard(stream, ...(options.beside ?? []));
  }

  handle(event: TimedEvent): void {
    this.#follow(event);
    this.#plain.note(event);
    const lines = this.#plain.linesOf(event);
    if (lines.length > 0) {
      const { redact } = this.options;
      this.#region.print(redact === undefined ? lines : lines.map(redact));
      this.#drawnAt = this.#now();
    } else this.#refresh();
  }

  async close(): Promise<void> {
    this.#stop();
    this.#region.close();
  }

  #follow(event: TimedEvent): void {
    switch (event.event) {
      case 'run_started':
        this.#started = this.#now();
        this.#done = 0;
        this.#total = event.total;
        if (this.#interval > 0) this.#timer = setInterval(() => this.#region.draw(), 125).unref();
        break;
      case 'node_started':
        this.#running.set(event.node.uniqueId, { node: event.node, since: this.#now() });
        this.#total = event.total;
        break;
      case 'node_progress': {
        const running = this.#running.get(event.node.uniqueId);
        if (running) Object.assign(running, { done: event.done, of: event.of, unit: event.unit });
        break;
      }
      case 'node_finished':
        this.#running.delete(event.node.uniqueId);
        this.#done += 1;
        this.#total = event.total;
        break;
      case 'run_finished':
        this.#stop();
        break;
    }
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#started = undefined;
    this.#running.clear();
  }

  #refresh(): void {
    const now = this.#now();
    if (now - this.#drawnAt < this.#interval) return;
    this.#drawnAt = now;
    this.#region.draw();
  }

  #lines(columns: number, rows: number): string[] {
    if (this.#started === undefined) return [];
    const room = Math.max(1, Math.floor(rows / 2) - 1);
    const running = [...this.#running.values()];
    const shown = running.length > room ? running.slice(0, room - 1) : running;
    const lines = [this.#progressLine(columns), ...shown.map((one) => this.#runningLine(one, columns))];
    if (running.length > shown.length) lines.push(`   and ${running.length - shown.length} more`);
    return lines;
  }

  #progressLine(columns: number): string {
    const paint = picocolors.createColors(this.options.color);
    const unicode = this.options.unicode ?? true;
    const filled = this.#total === 0 ? 0 : Math.min(BAR_WIDTH, Math.floor((this.#done / this.#total) * BAR_WIDTH));
    const bar =
      columns > 60
        ? ` ${paint.green((unicode ? '━' : '#').repeat(filled))}${paint.dim((unicode ? '─' : '-').repeat(BAR_WIDTH - filled))}`
        : '';
    const elapsed = duration((this.#now() - this.#started!) / 1000);
    const failures = this.#plain.failures;
    const failed = failures > 0 ? `  ${failures} failed` : '';
    const text = ` ${grouped(this.#done)}/${grouped(this.#total)}  ${elapsed}`;
    const taken = columns > 60 ? BAR_WIDTH + 1 : 0;
    const rest = truncate(text + failed, columns - 1 - taken);
    return bar + (failed !== '' && rest.endsWith(failed) ? text + paint.red(failed) : rest);
  }

  #runningLine(running: Running, columns: number): string {
    const paint = picocolors.createColors(this.options.color);
    const frames = (this.options.unicode ?? true) ? SPINNER : ASCII_SPINNER;
    const seconds = (this.#now() - running.since) / 1000;
    const spinner = frames[Math.floor(seconds * 8) % frames.length]!;
    const text = `${running.node.kind} ${running.node.label}${progressOf(running, seconds)}  ${duration(seconds)}`;
    return ` ${paint.cyan(spinner)} ${truncate(text, columns - 4)}`;
  }
}

/** `  45/100 trees (12/s)` */
function progressOf({ done, of, unit }: Running, seconds: number): string {
  if (done === undefined) return '';
  const count = of === undefined ? grouped(done) : `${grouped(done)}/${grouped(of)}`;
  const rate = done / seconds;
  const speed = seconds < 0.5 || rate === 0 ? '' : ` (${rate < 10 ? rate.toFixed(1) : grouped(Math.round(rate))}/s)`;
  return `  ${count}${unit === undefined ? '' : ` ${unit}`}${speed}`;
}
