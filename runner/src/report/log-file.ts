import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, TimedEvent } from '../events/events.js';
import type { Redactor } from '../project/redact.js';
import { eventJson } from './event-json.js';

export interface LogFileOptions {
  readonly redact: Redactor;
  /** bytes at which the file is put aside; default 10 MiB */
  readonly maxBytes?: number | undefined;
  /** files put aside that are kept: `tsdbt.log.1` (the newest), `.2`, …; default 5 */
  readonly keep?: number | undefined;
}

/**
 * All events of all runs as JSON lines in `<folder>/tsdbt.log`. Every line is written at once, so that the log of a
 * program that was killed ends with what it did last. A log that cannot be written is given up: a run must not fail for it.
 */
export class LogFileReporter implements Reporter {
  readonly path: string;
  readonly #options: Required<LogFileOptions>;
  #file: number | undefined;
  #bytes = 0;

  /** @param folder absolute path; made where it is missing */
  constructor(folder: string, options: LogFileOptions) {
    this.path = join(folder, 'tsdbt.log');
    this.#options = { redact: options.redact, maxBytes: options.maxBytes ?? 10 * 1024 ** 2, keep: options.keep ?? 5 };
    try {
      mkdirSync(folder, { recursive: true });
      this.#open();
    } catch {
      this.#file = undefined;
    }
  }

  /** False where the folder or file cannot be written. */
  get writable(): boolean {
    return this.#file !== undefined;
  }

  handle(event: TimedEvent): void {
    if (this.#file === undefined) return;
    const line = Buffer.from(`${eventJson(event, this.#options.redact)}\n`);
    try {
      if (this.#bytes > 0 && this.#bytes + line.length > this.#options.maxBytes) this.#rotate();
      writeSync(this.#file, line);
      this.#bytes += line.length;
    } catch {
      this.#file = undefined;
    }
  }

  async close(): Promise<void> {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #open(): void {
    this.#file = openSync(this.path, 'a');
    this.#bytes = fstatSync(this.#file).size;
  }

  #rotate(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    for (let i = this.#options.keep; i > 0; i--) {
      const from = i === 1 ? this.path : `${this.path}.${i - 1}`;
      if (existsSync(from)) renameSync(from, `${this.path}.${i}`);
    }
    this.#open();
  }
}
