import { isUtf8 } from 'node:buffer';
import { IngestError } from '../input/ingest-error.js';
import { checkTextStart } from '../input/text-encoding.js';
import { withoutPersonal } from './personal.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LINE_FEED = 0x0a;
const MAXIMUM_ELEMENT_BYTES = 1024 * 1024;

/** Elements of a JSON array, with the lines on which they begin. */
export interface JsonElements {
  readonly values: readonly unknown[];
  /** line of each element, from 1 */
  readonly lines: readonly number[];
}

/**
 * Reads a JSON array of objects piece by piece, so that neither the file nor the array is ever whole in memory. Each chunk of
 * bytes yields the elements that end in it.
 *
 * @throws IngestError when the text is no JSON array of objects, is not UTF-8, or ends before the array does
 */
export async function* jsonElements(bytes: AsyncIterable<Buffer>, file: string): AsyncGenerator<JsonElements> {
  const splitter = new ArraySplitter(file);
  for await (const chunk of bytes) {
    const elements = splitter.push(chunk);
    if (elements.values.length > 0) yield elements;
  }
  splitter.end();
}

type State = 'before' | 'first' | 'element' | 'between' | 'next' | 'after';

class ArraySplitter {
  readonly #file: string;
  #pending: Buffer = Buffer.alloc(0);
  #started = false;
  #state: State = 'before';
  #depth = 0;
  #inString = false;
  #escaped = false;
  #scanned = 0;
  #line = 1;
  #elementLine = 1;

  constructor(file: string) {
    this.#file = file;
  }

  push(chunk: Buffer): JsonElements {
    let data = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    if (!this.#started) {
      if (data.length < 4) {
        this.#pending = data;
        return { values: [], lines: [] };
      }
      this.#started = true;
      data = data.subarray(checkTextStart(data, this.#file));
    }
    return this.#scan(data);
  }

  /** Looks at the bytes that are new; parses the elements that are whole. */
  #scan(data: Buffer): JsonElements {
    const starts: number[] = [];
    const ends: number[] = [];
    const lines: number[] = [];
    let start = 0;
    let at = this.#scanned;
    const length = data.length;
    while (at < length) {
      if (this.#state !== 'element') {
        if (this.#outside(data[at]!)) {
          start = at;
          this.#elementLine = this.#line;
        } else at++;
        continue;
      }
      at = this.#inside(data, at);
      if (this.#depth === 0) {
        starts.push(start);
        ends.push(at);
        lines.push(this.#elementLine);
        this.#state = 'between';
      }
    }
    const inElement = this.#state === 'element';
    const values = this.#parse(data, starts, ends, lines);
    this.#pending = inElement ? data.subarray(start) : Buffer.alloc(0);
    this.#scanned = inElement ? length - start : 0;
    if (this.#pending.length > MAXIMUM_ELEMENT_BYTES) {
      throw this.#broken('an entry of more than 1 MiB', this.#elementLine);
    }
    return { values, lines };
  }

  /** A byte between elements; true when it begins one. */
  #outside(byte: number): boolean {
    if (byte === LINE_FEED) this.#line++;
    if (byte === LINE_FEED || byte === 0x20 || byte === 0x0d || byte === 0x09) return false;
    const state = this.#state;
    if (state === 'before' && byte === 0x5b) this.#state = 'first';
    else if ((state === 'first' || state === 'between') && byte === 0x5d) this.#state = 'after';
    else if (state === 'between' && byte === 0x2c) this.#state = 'next';
    else if ((state === 'first' || state === 'next') && byte === 0x7b) {
      this.#state = 'element';
      this.#depth = 0;
      return true;
    } else {
      const expected = {
        before: 'a list that begins with "["',
        first: 'an entry that begins with "{"',
        next: 'an entry that begins with "{"',
        between: '"," or "]" after an entry',
        after: 'nothing after the end of the list',
        element: '',
      }[state];
      throw this.#broken(`expected ${expected}, found "${String.fromCharCode(byte)}"`, this.#line);
    }
    return false;
  }

  /** Walks through an element until its end or the end of the bytes; returns the offset after what it saw. */
  #inside(data: Buffer, from: number): number {
    let at = from;
    let depth = this.#depth;
    let inString = this.#inString;
    let line = this.#line;
    const length = data.length;
    if (this.#escaped) {
      this.#escaped = false;
      at++;
    }
    while (at < length) {
      const byte = data[at]!;
      if (inString) {
        if (byte === QUOTE) inString = false;
        else if (byte === BACKSLASH) {
          at++;
          if (at === length) {
            this.#escaped = true; // what is escaped comes with the next chunk
            break;
          }
        }
      } else if (byte === QUOTE) inString = true;
      else if (byte === 0x7b || byte === 0x5b) depth++;
      else if (byte === 0x7d || byte === 0x5d) {
        depth--;
        if (depth === 0) {
          at++;
          break;
        }
      } else if (byte === LINE_FEED) line++;
      at++;
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#line = line;
    return at;
  }

  #parse(data: Buffer, starts: readonly number[], ends: readonly number[], lines: readonly number[]): unknown[] {
    if (starts.length === 0) return [];
    const all = data.subarray(starts[0]!, ends[ends.length - 1]!);
    if (isUtf8(all)) {
      try {
        return JSON.parse(`[${all.toString('utf8')}]`) as unknown[];
      } catch {
        // one of them is broken: find it
      }
    }
    for (const [index, start] of starts.entries()) {
      const one = data.subarray(start, ends[index]!);
      if (!isUtf8(one)) {
        throw new IngestError(this.#file, 'the text is not UTF-8', {
          line: lines[index]!,
          conceal: withoutPersonal,
          hint: 'use the file as Spotify sent it, not a copy that an editor saved in another encoding',
        });
      }
      const text = one.toString('utf8');
      try {
        JSON.parse(text);
      } catch (error) {
        const offset = /position (\d+)/.exec((error as Error).message)?.[1];
        const before = offset === undefined ? '' : text.slice(0, Number(offset));
        const lineFeed = before.lastIndexOf('\n');
        throw this.#broken(
          'broken JSON',
          lines[index]! + before.split('\n').length - 1,
          offset !== undefined && lineFeed !== -1 ? before.length - lineFeed : undefined,
        );
      }
    }
    return []; // not reached: whole elements that parse one by one parse together
  }

  /** @throws IngestError when the bytes ended before the array did */
  end(): void {
    if (!this.#started && this.#pending.length > 0) this.#scan(this.#pending);
    if (this.#state === 'before') {
      throw new IngestError(this.#file, 'the file is empty', {
        line: 1,
        hint: 'unpack it again from the .zip that Spotify sent, or remove it',
      });
    }
    if (this.#state !== 'after') {
      throw new IngestError(this.#file, 'the file ends in the middle of the list', {
        line: this.#line,
        conceal: withoutPersonal,
        hint: 'it is incomplete: unpack or download it again',
      });
    }
  }

  #broken(problem: string, line: number, column?: number): IngestError {
    return new IngestError(this.#file, problem, {
      line,
      column,
      conceal: withoutPersonal,
      hint: 'use the file as Spotify sent it: unpack it again from the .zip',
    });
  }
}
