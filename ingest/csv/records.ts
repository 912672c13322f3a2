import { isUtf8 } from 'node:buffer';
import { IngestError } from '../input/ingest-error.js';
import { checkTextStart } from '../input/text-encoding.js';
import { splitFields } from './fields.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** No field of a music catalogue is longer; a record above this has an opening quote without its end. */
const MAXIMUM_RECORD_BYTES = 256 * 1024;

/** One record of a CSV file: its fields, or why it has none. */
export interface CsvRecord {
  /** line on which the record begins, from 1 */
  readonly line: number;
  /** undefined when the record cannot be read: see `problem` */
  readonly fields: readonly string[] | undefined;
  readonly problem: string | undefined;
  /** the record as it stands in the file, without its line end (invalid bytes as U+FFFD) */
  readonly raw: () => string;
  /** true when no line end follows: the last record of a file that may have been cut off */
  readonly unterminated: boolean;
}

/**
 * Splits the bytes of a CSV file (RFC 4180: commas, quotes doubled inside quotes, LF or CRLF, fields may span lines) into
 * records, in batches, one batch for each chunk of bytes. Blank lines are no records. Memory is bounded by chunk and record.
 *
 * A record that cannot be read (a stray quote, invalid UTF-8, cut off in the last line) is handed on with its problem; the
 * next line is read as usual.
 *
 * @throws IngestError for UTF-16, and for a quote that opens a field and is not closed where a field may end, with the line
 *   where it opens: what follows could not be told apart from data
 */
export async function* csvRecords(bytes: AsyncIterable<Buffer>, file: string): AsyncGenerator<CsvRecord[]> {
  const scanner = new RecordScanner(file);
  for await (const chunk of bytes) {
    const records = scanner.push(chunk);
    if (records.length > 0) yield records;
  }
  const last = scanner.end();
  if (last.length > 0) yield last;
}

class RecordScanner {
  readonly #file: string;
  #pending: Buffer = Buffer.alloc(0);
  #started = false;
  /** line of the record that is being read */
  #line = 1;
  /** line ends inside quotes of that record */
  #innerLines = 0;
  /** offset in pending up to which bytes have been looked at */
  #scanned = 0;
  #inQuotes = false;
  #quoteLine = 1;
  /** something about the quotes of this record is wrong */
  #stray = false;
  #hasQuotes = false;

  constructor(file: string) {
    this.#file = file;
  }

  push(chunk: Buffer): CsvRecord[] {
    let data = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    if (!this.#started) {
      if (data.length < 4) {
        this.#pending = data;
        return [];
      }
      this.#started = true;
      data = data.subarray(checkTextStart(data, this.#file));
    }
    const records: CsvRecord[] = [];
    let start = 0;
    // a byte is only judged when its successor is there, because a quote means two things
    const limit = data.length - 1;
    let at = this.#scanned;
    while (at < limit) {
      const byte = data[at]!;
      if (byte === LINE_FEED) {
        if (this.#inQuotes) this.#innerLines++;
        else {
          this.#take(records, data.subarray(start, at), false);
          start = at + 1;
        }
      } else if (byte === QUOTE) {
        at = this.#quote(data, at, start);
        continue;
      }
      at++;
    }
    this.#pending = data.subarray(start);
    this.#scanned = at - start;
    if (this.#pending.length > MAXIMUM_RECORD_BYTES) {
      if (this.#inQuotes) throw this.#neverCloses();
      throw new IngestError(this.#file, `a line of more than ${MAXIMUM_RECORD_BYTES / 1024} KiB`, {
        line: this.#line,
        hint: 'is this a CSV file?',
      });
    }
    return records;
  }

  /** Judges the quote at `at`; returns the offset to go on from. */
  #quote(data: Buffer, at: number, start: number): number {
    this.#hasQuotes = true;
    if (!this.#inQuotes) {
      if (at === start || data[at - 1] === COMMA) {
        this.#inQuotes = true;
        this.#quoteLine = this.#line + this.#innerLines;
      } else this.#stray = true; // a quote inside a bare field
      return at + 1;
    }
    const next = data[at + 1]!;
    if (next === QUOTE) return at + 2;
    if (next !== COMMA && next !== LINE_FEED && next !== CARRIAGE_RETURN) {
      // On the line where it opened this is one bad row; further down it is a quote that swallows lines.
      if (this.#quoteLine !== this.#line + this.#innerLines) throw this.#neverCloses();
      this.#stray = true;
    }
    this.#inQuotes = false;
    return at + 1;
  }

  /** What is left when the bytes are at their end. */
  end(): CsvRecord[] {
    let data = this.#pending;
    if (!this.#started) data = data.subarray(checkTextStart(data, this.#file));
    const records: CsvRecord[] = [];
    let at = this.#scanned;
    let start = 0;
    while (at < data.length) {
      const byte = data[at]!;
      if (byte === QUOTE && !(this.#inQuotes && at === data.length - 1)) {
        at = this.#quote(data, at, start);
        continue;
      }
      if (byte === QUOTE) this.#inQuotes = false;
      else if (byte === LINE_FEED) {
        if (this.#inQuotes) this.#innerLines++;
        else {
          this.#take(records, data.subarray(start, at), false);
          start = at + 1;
        }
      }
      at++;
    }
    if (this.#inQuotes && this.#innerLines > 0) throw this.#neverCloses();
    const cut = this.#inQuotes;
    if (start < data.length) this.#take(records, data.subarray(start), true, cut);
    return records;
  }

  #take(records: CsvRecord[], bytes: Buffer, unterminated: boolean, cut = false): void {
    const line = this.#line;
    const problem = this.#stray ? 'a quote stands inside a field (quotes in a field are doubled)' : undefined;
    const hasQuotes = this.#hasQuotes;
    this.#line += this.#innerLines + 1;
    this.#innerLines = 0;
    this.#stray = false;
    this.#hasQuotes = false;
    this.#inQuotes = false;
    const end = bytes.length > 0 && bytes[bytes.length - 1] === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
    if (end === 0) return;
    const text = bytes.toString('utf8', 0, end);
    // U+FFFD stands for invalid bytes, or for itself: only then are the bytes looked at again
    const invalid = text.includes('\ufffd') && !isUtf8(bytes.subarray(0, end));
    const why = cut ? 'truncated' : invalid ? 'invalid UTF-8' : problem;
    records.push({
      line,
      fields: why === undefined ? splitFields(text, hasQuotes) : undefined,
      problem: why,
      raw: () => text,
      unterminated,
    });
  }

  #neverCloses(): IngestError {
    return new IngestError(this.#file, 'the quote that opens in this line is not closed', {
      line: this.#quoteLine,
      hint: 'a quote inside a quoted field must be doubled (""); mend this line or download the file again',
    });
  }
}
