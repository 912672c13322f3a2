import { cells } from '../../src/errors/text-width.js';
import type { OutputStream } from '../../src/report/output-stream.js';

/** A terminal that keeps its screen and scrollback, as far as reporters use one: text, line ends, cursor up, erase below. */
export class VirtualTerminal implements OutputStream {
  readonly isTTY = true;
  /** everything that was written */
  written = '';
  #lines: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(
    public columns = 80,
    public rows = 24,
  ) {}

  write(text: string): boolean {
    this.written += text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
    for (const [token] of text.matchAll(/\u001b\[(?:[0-9;]*)[A-Za-z]|[\r\n]|[^\u001b\r\n]+/g)) {
      if (token === '\n') this.#newLine();
      else if (token === '\r') this.#column = 0;
      else if (token.endsWith('A') && token.startsWith('\u001b')) this.#row -= Number(token.slice(2, -1) || 1);
      else if (token === '\u001b[J') {
        this.#lines.length = this.#row + 1;
        this.#lines[this.#row]!.length = this.#column;
      } else if (!token.startsWith('\u001b')) for (const cell of cells(token)) this.#put(cell.text);
    }
    return true;
  }

  /** Makes the window narrower or wider; lines flow into it anew, as terminals do it. */
  resize(columns: number): void {
    this.columns = columns;
    const cursorLine = this.#row;
    const flowed: string[][] = [];
    for (const [i, line] of this.#lines.entries()) {
      for (let at = 0; at === 0 || at < line.length; at += columns) flowed.push(line.slice(at, at + columns));
      if (i === cursorLine) this.#row = flowed.length - 1;
    }
    this.#lines = flowed;
    this.#column = Math.min(this.#column, columns);
  }

  /** What stands on the terminal, line by line, without spaces at line ends. */
  get screen(): string[] {
    const lines = this.#lines.map((line) => line.join('').trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  #put(character: string): void {
    if (this.#column >= this.columns) this.#newLine();
    const line = this.#lines[this.#row]!;
    while (line.length < this.#column) line.push(' ');
    line[this.#column++] = character;
  }

  #newLine(): void {
    this.#row += 1;
    this.#column = 0;
    this.#lines[this.#row] ??= [];
  }
}
