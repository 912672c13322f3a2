import type { Document } from 'yaml';

/** A document, and where in the text its offsets stand; undefined where they stand as they are. */
export interface IndentedDocument {
  readonly document: Document;
  /** of the text that was read at last */
  readonly length: number;
  readonly original: ((offset: number) => number) | undefined;
}

/**
 * Reads YAML whose lines within braces and brackets may begin anywhere: the specification wants them to be indented more than what
 * holds them, the library that dbt reads with does not look. Such lines are read with spaces before them.
 */
export function readIndented(text: string, read: (text: string) => Document): IndentedDocument {
  const deepest = Math.max(0, ...text.split('\n').map((line) => line.search(/\S/)));
  const spaces = ' '.repeat(deepest + 1);
  // offsets in the text at which spaces were put, in order
  const added: number[] = [];
  const withSpaces = (): string => {
    let from = 0;
    let result = '';
    for (const at of added) {
      result += text.slice(from, at) + spaces;
      from = at;
    }
    return result + text.slice(from);
  };
  const original = (offset: number): number => {
    let left = offset;
    for (const at of added) {
      if (left <= at) return left;
      left = Math.max(at, left - spaces.length);
    }
    return left;
  };
  let given = text;
  let document = read(given);
  for (;;) {
    const error = document.errors.find(({ code, message }) => code === 'BAD_INDENT' && message.startsWith('Flow '));
    if (error === undefined) break;
    const line = text.lastIndexOf('\n', original(error.pos[0]) - 1) + 1;
    if (added.includes(line)) break;
    added.push(line);
    added.sort((a, b) => a - b);
    given = withSpaces();
    document = read(given);
  }
  return { document, length: given.length, original: added.length === 0 ? undefined : original };
}
