import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import type { SourcePlace, SourceText } from '../errors/source-text.js';
import { ProjectError, TsdbtErrors } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import { dbtDialect } from './yaml-dialect.js';

export type YamlPath = readonly (string | number)[];

/** A parsed YAML file that knows where in the text each of its keys and values stands. */
export class YamlDocument {
  readonly #document: Document;
  /** the file as plain JavaScript values; an empty file is `undefined` */
  readonly value: unknown;

  /**
   * @param dialect `dbt`: read as dbt reads it: `yes` and `off` are booleans, `1.0` is a float, the last of equal keys counts
   * @throws TsdbtErrors with every syntax error and duplicate key of the file
   */
  constructor(
    readonly source: SourceText,
    dialect?: 'dbt',
  ) {
    this.#document = parseDocument(source.text, {
      prettyErrors: false,
      merge: true,
      strict: true,
      ...(dialect === 'dbt' ? dbtDialect : {}),
    });
    if (this.#document.errors.length > 0) {
      throw new TsdbtErrors(this.#document.errors.map((error) => syntaxError(source, error)));
    }
    const value: unknown = this.#document.toJS({ maxAliasCount: 1000 });
    this.value = value === null ? undefined : value;
  }

  /** The mapping at a path as it is written, templates and all; empty where there is none. */
  recordAt(path: YamlPath): Readonly<Record<string, unknown>> {
    let value: unknown = this.value;
    for (const step of path) value = isRecord(value) ? value[step] : undefined;
    return isRecord(value) && !Array.isArray(value) ? value : {};
  }

  /**
   * The place of the value (or the key) at a path. Where the path leads beyond what the file holds,
   * it is the place of the key of the nearest part that exists.
   */
  placeOf(path: YamlPath, part: 'key' | 'value' = 'value'): SourcePlace {
    let node: unknown = this.#document.contents;
    let key: unknown;
    for (const step of path) {
      const container = this.#resolve(node);
      let next: unknown;
      let nextKey: unknown;
      if (isMap(container)) {
        const pair = container.items.find((item) => keyText(item.key) === String(step));
        if (pair === undefined) return this.#range(key ?? node);
        next = pair.value;
        nextKey = pair.key;
      } else if (isSeq(container)) {
        next = container.items[Number(step)];
        nextKey = undefined;
      }
      if (next === undefined && nextKey === undefined) return this.#range(key ?? node);
      node = next;
      key = nextKey;
    }
    if (part === 'key' && key !== undefined) return this.#range(key);
    const found = this.#range(node);
    // a mapping or list under a key is best shown by its key
    if (key !== undefined && (!isScalar(node) || found.start === found.end)) return this.#range(key);
    if (isMap(node) || isSeq(node)) return this.#firstScalar(node) ?? found;
    return found;
  }

  #resolve(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  #firstScalar(node: Node): SourcePlace | undefined {
    if (isMap(node)) return isNode(node.items[0]?.key) ? this.#range(node.items[0].key) : undefined;
    if (isSeq(node)) return node.items[0] === undefined ? undefined : this.#range(node.items[0]);
    return undefined;
  }

  #range(node: unknown): SourcePlace {
    const target = isPair(node) ? node.key : node;
    if (!isNode(target) || !target.range) return this.source.place(0, Math.min(1, this.source.text.length));
    const [start, end] = target.range;
    if (isScalar(target) && end > start) return this.source.place(start, firstLineEnd(this.source.text, start, end));
    return this.source.place(start, Math.max(start + 1, firstLineEnd(this.source.text, start, end)));
  }
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function firstLineEnd(text: string, start: number, end: number): number {
  const newline = text.indexOf('\n', start);
  return newline === -1 || newline > end ? end : newline;
}

function syntaxError(source: SourceText, error: { code: string; message: string; pos: [number, number] }) {
  const place = source.place(error.pos[0], Math.max(error.pos[0] + 1, error.pos[1]));
  switch (error.code) {
    case 'DUPLICATE_KEY':
      return duplicateKey(source, place);
    case 'TAB_AS_INDENT':
      return new ProjectError(projectCodes.yamlSyntax, 'a tab indents this line', {
        place,
        hint: 'YAML takes spaces only: indent with two spaces',
      });
    default:
      return new ProjectError(projectCodes.yamlSyntax, `not valid YAML: ${lowerFirst(error.message)}`, { place });
  }
}

function duplicateKey(source: SourceText, place: SourcePlace): ProjectError {
  const rest = source.text.slice(place.start).match(/^("[^"]*"|'[^']*'|[^:\n]+)/)?.[0] ?? '';
  const name = rest.trim().replace(/^["']|["']$/g, '');
  return new ProjectError(projectCodes.duplicateKey, `the key "${name}" stands twice in this mapping`, {
    place: source.place(place.start, place.start + Math.max(1, rest.trimEnd().length)),
    hint: 'keep one of the two',
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function isRecord(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}
