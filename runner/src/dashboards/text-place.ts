import { type SourcePlace, SourceText } from '../errors/source-text.js';
import { type TsdbtError, TsdbtErrors, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { Located } from './definitions.js';
import { placeIn } from './definitions.js';

/**
 * A text of a YAML file (a query, a sentence) as a source of its own for templates, and the way back: places in it are places
 * in the file.
 */
export class YamlText {
  readonly source: SourceText;
  readonly #value: SourcePlace;
  readonly #indent: number;
  readonly #firstLine: number | undefined;

  constructor(located: Located, path: readonly (string | number)[], text: string) {
    this.#value = placeIn(located, path);
    const { source, start } = this.#value;
    this.source = new SourceText(source.path, text);
    this.#indent = 0;
    this.#firstLine = undefined;
    // lines of a literal block stand in the file as they are, only moved to the right
    if (source.text[start] === '|') {
      let line = source.position(start).line + 1;
      const firstLine = line;
      while (line < source.lineStarts.length && source.line(line).trim() === '') line += 1;
      this.#firstLine = firstLine;
      this.#indent = /^ */.exec(source.line(line))![0].length;
    }
  }

  /** The place in the file of a place in the text. Of folded and escaped texts only the beginning is known. */
  toFile(place: SourcePlace): SourcePlace {
    const { source, start, end } = this.#value;
    const length = Math.max(1, place.end - place.start);
    if (this.#firstLine !== undefined) {
      const { line, column } = this.source.position(place.start);
      const offset = source.offset(this.#firstLine + line - 1, column + this.#indent);
      return source.place(offset, Math.min(offset + length, source.text.length));
    }
    const quoted = source.text[start] === '"' || source.text[start] === "'" ? 1 : 0;
    if (source.text.startsWith(this.source.text, start + quoted)) {
      return source.place(start + quoted + place.start, start + quoted + place.end);
    }
    return source.place(start, end);
  }

  /** The same errors with their places in the file; anything else that was thrown as it is. */
  relocate(thrown: unknown): unknown {
    const errors = tsdbtErrorsOf(thrown);
    if (errors.length === 0) return thrown;
    const moved = errors.map((error) => this.#moved(error));
    return moved.length === 1 ? moved[0] : new TsdbtErrors(moved);
  }

  #moved(error: TsdbtError): TsdbtError {
    const Kind = error.constructor as new (...args: ConstructorParameters<typeof TsdbtError>) => TsdbtError;
    const move = (place: SourcePlace): SourcePlace => (place.source === this.source ? this.toFile(place) : place);
    return new Kind(error.code, error.message, {
      place: error.place === undefined ? this.#value : move(error.place),
      via: error.via.map(({ label, place }) => ({ label, place: move(place) })),
      hint: error.hint,
      detail: error.detail,
      cause: error,
    });
  }
}
