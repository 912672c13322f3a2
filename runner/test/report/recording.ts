import type { OutputStream } from '../../src/report/output-stream.js';

/** A stream that keeps what is written to it: a pipe, not a terminal. */
export class Recording implements OutputStream {
  text = '';

  write(text: string): boolean {
    this.text += text;
    return true;
  }

  get lines(): string[] {
    return this.text.replace(/\n$/, '').split('\n');
  }
}
