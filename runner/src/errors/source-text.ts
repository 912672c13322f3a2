/** A text file as the user wrote it. Every place in an error message is a place in one of these. */
export class SourceText {
  /** no `#` field: what was kept of a project gets its class back by its prototype (manifest/keep-manifest.ts) */
  private starts: number[] | undefined;

  /**
   * @param path project-relative path with forward slashes, as it is printed in messages
   * @param text the whole file, as read (UTF-16 string; offsets below are offsets into it)
   */
  constructor(
    readonly path: string,
    readonly text: string,
  ) {}

  /** Offsets at which lines begin; the first is 0. */
  get lineStarts(): readonly number[] {
    if (this.starts === undefined) {
      const starts = [0];
      for (let i = this.text.indexOf('\n'); i !== -1; i = this.text.indexOf('\n', i + 1)) starts.push(i + 1);
      this.starts = starts;
    }
    return this.starts;
  }

  /** Line and column, both counted from 1, of an offset. Offsets past the end give the last place. */
  position(offset: number): { line: number; column: number } {
    const starts = this.lineStarts;
    const at = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - starts[low]! + 1 };
  }

  /** Offset of a line and column, both counted from 1. */
  offset(line: number, column: number): number {
    const starts = this.lineStarts;
    const start = starts[Math.max(0, Math.min(line, starts.length) - 1)]!;
    return Math.min(start + column - 1, this.text.length);
  }

  /** The text of a line (counted from 1), without its line end. */
  line(number: number): string {
    const start = this.lineStarts[number - 1];
    if (start === undefined) return '';
    const end = this.text.indexOf('\n', start);
    return this.text.slice(start, end === -1 ? undefined : end).replace(/\r$/, '');
  }

  /** A place from offsets; `end` is exclusive. */
  place(start: number, end: number = start + 1): SourcePlace {
    return { source: this, start, end };
  }
}

/** A span of a source file. */
export interface SourcePlace {
  readonly source: SourceText;
  /** first offset */
  readonly start: number;
  /** offset after the last */
  readonly end: number;
}

/** `models/a.sql:14:9` */
export function formatPlace(place: SourcePlace): string {
  const { line, column } = place.source.position(place.start);
  return `${place.source.path}:${line}:${column}`;
}
