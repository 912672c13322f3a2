import { displayWidth } from '../errors/text-width.js';
import type { OutputStream } from './output-stream.js';

const UP = (rows: number): string => (rows > 0 ? `\u001b[${rows}A` : '');
const ERASE_BELOW = '\u001b[J';

type Write = OutputStream['write'];

/**
 * A few lines at the bottom of a terminal that are drawn again and again, below lines that stay. Whatever else writes
 * to the terminal meanwhile (a model's `console.log`) goes above them, see {@link LiveRegion.guard}.
 */
export class LiveRegion {
  readonly #write: Write;
  readonly #guarded: { stream: { write: Write }; write: Write }[] = [];
  #drawn: readonly string[] = [];
  /** somebody else left the cursor within a line: nothing is drawn until it is ended */
  #lineOpen = false;

  /** @param render the lines to draw; they must fit: each takes less than `columns`, all less than `rows` */
  constructor(
    readonly stream: OutputStream,
    readonly render: (columns: number, rows: number) => readonly string[],
  ) {
    this.#write = stream.write.bind(stream);
  }

  get columns(): number {
    return this.stream.columns || 80;
  }

  /** Makes writes of others to these streams go above the region until {@link LiveRegion.close}. */
  guard(...streams: OutputStream[]): void {
    for (const stream of streams) {
      const write = stream.write;
      this.#guarded.push({ stream, write });
      stream.write = (...written: Parameters<Write>): boolean => {
        this.erase();
        const result = write.apply(stream, written);
        const last: unknown = written[0];
        const ended = typeof last === 'string' ? last.endsWith('\n') : last instanceof Uint8Array && last.at(-1) === 10;
        this.#lineOpen = !ended;
        this.draw();
        return result;
      };
    }
  }

  /** Writes lines that stay, above the region. */
  print(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const open = this.#lineOpen ? '\n' : '';
    this.#lineOpen = false;
    this.#put(`${this.#eraseSequence()}${open}${lines.join('\n')}\n`);
  }

  draw(): void {
    if (!this.#lineOpen) this.#put(this.#eraseSequence());
  }

  /** Takes the region off the screen; the next draw brings it back. */
  erase(): void {
    const sequence = this.#eraseSequence();
    this.#drawn = [];
    if (sequence !== '') this.#write(sequence);
  }

  /** Takes the region off the screen for good. */
  close(): void {
    this.erase();
    for (const { stream, write } of this.#guarded.splice(0)) stream.write = write;
  }

  /** One write for all of it, so that nothing of it is seen half done. */
  #put(before: string): void {
    this.#drawn = this.render(this.columns, this.stream.rows || 24);
    const text = before + this.#drawn.join('\n');
    if (text !== '') this.#write(text);
  }

  /** Back to where the region begins. After the window became narrower, its lines take more rows than they were drawn on. */
  #eraseSequence(): string {
    if (this.#drawn.length === 0) return '';
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / this.columns)), 0);
    return `\r${UP(rows - 1)}${ERASE_BELOW}`;
  }
}
