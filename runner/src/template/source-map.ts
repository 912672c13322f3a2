import type { SourcePlace, SourceText } from '../errors/source-text.js';

/** A run of generated text and where it came from. */
export interface SourceSegment {
  /** offset in the generated text at which the run begins */
  readonly generated: number;
  readonly length: number;
  readonly source: SourceText;
  /** offset in the source; generated characters map one to one where `verbatim`, else all of them to this span */
  readonly start: number;
  readonly end: number;
  /** template text copied as it is (true), or printed by an expression (false) */
  readonly verbatim: boolean;
  /** macro calls through which it was printed, innermost first */
  readonly via: readonly { label: string; place: SourcePlace }[];
}

/** Where a place of the generated text came from. */
export interface MappedPlace {
  readonly place: SourcePlace;
  readonly via: readonly { label: string; place: SourcePlace }[];
}

/** Maps offsets of a rendered text back to the files that it was rendered from. */
export class SourceMap {
  /** @param segments ordered by `generated`, not overlapping */
  constructor(readonly segments: readonly SourceSegment[]) {}

  /** The place in the user's file of an offset in the generated text, or undefined for text nobody wrote. */
  lookup(offset: number, length = 1): MappedPlace | undefined {
    let low = 0;
    let high = this.segments.length - 1;
    let found: SourceSegment | undefined;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const segment = this.segments[middle]!;
      if (segment.generated <= offset) {
        found = segment;
        low = middle + 1;
      } else high = middle - 1;
    }
    if (found === undefined || offset >= found.generated + Math.max(found.length, 1)) return undefined;
    if (!found.verbatim) return { place: found.source.place(found.start, found.end), via: found.via };
    const start = found.start + (offset - found.generated);
    return { place: found.source.place(start, Math.min(start + Math.max(length, 1), found.end)), via: found.via };
  }

  /** The same map for text that was moved by `by` characters (wrapped in other text). */
  shift(by: number): SourceMap {
    return new SourceMap(this.segments.map((s) => ({ ...s, generated: s.generated + by })));
  }

  /** One map of several texts put after each other, each given with the offset at which it begins. */
  static join(parts: readonly { offset: number; map: SourceMap }[]): SourceMap {
    return new SourceMap(
      parts.flatMap(({ offset, map }) => map.segments.map((s) => ({ ...s, generated: s.generated + offset }))),
    );
  }
}
