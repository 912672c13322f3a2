import type { SourceText } from '../errors/source-text.js';
import type { Via } from './failure.js';
import type { Span } from './nodes.js';
import type { SourceSegment } from './source-map.js';
import { Markup, Rendered, type TemplateValue, text } from './values.js';

/** Text being printed, with where each part comes from. */
export class Output {
  /** what was printed is not wanted: only what printing does */
  isMuted = false;
  text = '';
  readonly segments: SourceSegment[] = [];

  constructor(
    private readonly source: SourceText,
    private readonly via: readonly Via[],
  ) {}

  /** Text of the template as it stands. */
  data(node: Span & { readonly text: string }): void {
    if (!this.isMuted) this.#segment(node, node.text, true);
  }

  /** A value that an expression printed. What a macro printed keeps its own places. */
  print(node: Span, value: TemplateValue): void {
    // an undefined value says so when it is made a text
    if (this.isMuted) text(value);
    else if (value instanceof Rendered && value.segments.length > 0) {
      const offset = this.text.length;
      for (const segment of value.segments) this.segments.push({ ...segment, generated: segment.generated + offset });
      this.text += value.text;
    } else this.#segment(node, text(value), false);
  }

  #segment(node: Span, generated: string, verbatim: boolean): void {
    if (generated === '') return;
    this.segments.push({
      generated: this.text.length,
      length: generated.length,
      source: this.source,
      start: node.start,
      end: node.end,
      verbatim: verbatim && generated.length === node.end - node.start,
      via: this.via,
    });
    this.text += generated;
  }

  /** What was printed, as the value of a variable; where it was escaped, it is {@link Markup}. */
  toValue(autoescape = false): TemplateValue {
    if (autoescape) return new Markup(this.text, this.segments);
    return this.text === '' ? '' : new Rendered(this.text, this.segments);
  }
}
