import { type Document, isAlias, isMap, isNode, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { SourcePlace, SourceText } from '../errors/source-text.js';
import { ProjectError, TsdbtErrors } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import { cutBlock, optionsOf, type YamlDialect } from './yaml-dialect.js';
import { readIndented } from './yaml-flow-indent.js';
import { movedNode, type YamlContent, type YamlKey, type YamlNode } from './yaml-tree.js';

/**
 * Reads any YAML file.
 *
 * @param text what is read of the file: its beginning
 * @throws TsdbtErrors with every syntax error and duplicate key of the file
 */
export function readYaml(source: SourceText, dialect: YamlDialect, text = source.text): YamlContent {
  const read = (given: string): Document =>
    parseDocument(given, { prettyErrors: false, strict: true, ...optionsOf(dialect) });
  const { document, length, original } =
    dialect === 'dbt' ? readIndented(text, read) : { document: read(text), length: text.length, original: undefined };
  if (document.errors.length > 0)
    throw new TsdbtErrors(
      document.errors.map(({ code, message, pos: [start, end] }) =>
        syntaxError(source, { code, message, pos: [original?.(start) ?? start, original?.(end) ?? end] }),
      ),
    );
  if (dialect === 'dbt' && !text.endsWith('\n')) cutLastBlock(document, length);
  const root = nodeOf(document.contents, document);
  return {
    root: root === undefined || original === undefined ? root : movedNode(root, original),
    value: document.toJS({ maxAliasCount: 1000 }),
  };
}

function cutLastBlock(document: Document, end: number): void {
  visit(document, {
    Scalar(_, node) {
      const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
      if (isBlock && typeof node.value === 'string' && node.range![1] >= end) node.value = cutBlock(node.value);
    },
  });
}

function nodeOf(node: unknown, document: Document): YamlNode | undefined {
  if (!isNode(node) || !node.range) return undefined;
  const [start, end] = node.range;
  if (isMap(node)) {
    const keys = node.items.map((pair) => keyOf(pair.key));
    return { kind: 'map', start, end, keys, items: node.items.map((pair) => nodeOf(pair.value, document)) };
  }
  if (isSeq(node)) return { kind: 'list', start, end, items: node.items.map((item) => nodeOf(item, document)) };
  // what an alias names may hold the alias
  if (isAlias(node)) return { kind: 'alias', start, end, resolve: () => nodeOf(node.resolve(document), document) };
  return { kind: 'scalar', start, end };
}

function keyOf(key: unknown): YamlKey {
  const [start, end] = isNode(key) && key.range ? key.range : [0, 0];
  return isScalar(key)
    ? { kind: 'scalar', text: String(key.value), start, end }
    : { kind: 'map', text: String(key), start, end };
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
