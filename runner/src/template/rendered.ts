import type { SourceSegment } from './source-map.js';
import { Rendered, type TemplateValue, text } from './values.js';

/** Puts texts after each other; what macros printed keeps its places. Plain text gets none. */
export function concatRendered(values: readonly TemplateValue[], separator = ''): TemplateValue {
  let out = '';
  const segments: SourceSegment[] = [];
  let first = true;
  for (const value of values) {
    if (!first) out += separator;
    first = false;
    if (value instanceof Rendered) {
      for (const s of value.segments) segments.push({ ...s, generated: s.generated + out.length });
      out += value.text;
    } else out += text(value);
  }
  return segments.length === 0 ? out : new Rendered(out, segments);
}

/** A part of a text, with the places of what is left. */
export function sliceRendered(value: Rendered, from: number, to: number): Rendered {
  const segments: SourceSegment[] = [];
  for (const s of value.segments) {
    const start = Math.max(s.generated, from);
    const end = Math.min(s.generated + s.length, to);
    if (end <= start) continue;
    const cut = s.verbatim
      ? { start: s.start + (start - s.generated), end: s.start + (end - s.generated) }
      : { start: s.start, end: s.end };
    segments.push({ ...s, ...cut, generated: start - from, length: end - start });
  }
  return new Rendered(value.text.slice(from, to), segments);
}
