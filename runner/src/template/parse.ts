import type { SourcePlace, SourceText } from '../errors/source-text.js';
import { tokenize } from './lexer.js';
import type { BlockKind, BlockNode, Expression, Statement } from './nodes.js';
import { StatementParser } from './parse-statement.js';
import { TokenStream } from './token-stream.js';

/** A parameter as the block declares it. */
export interface BlockParameter {
  readonly name: string;
  /** the default as written, undefined where the parameter is required */
  readonly default: string | undefined;
  readonly place: SourcePlace;
}

/** A named block of a file: macro, test, materialization, snapshot or docs. */
export interface TemplateBlock {
  readonly kind: BlockKind;
  /** as written: `not_null`, not `test_not_null` */
  readonly name: string;
  /** name under which it is called: `test_not_null`, `materialization_table_default` */
  readonly macroName: string;
  readonly parameters: readonly BlockParameter[];
  /** materializations: the adapter that it is for, or `default` */
  readonly adapter: string | undefined;
  /** the whole block, from its opening to its closing tag */
  readonly place: SourcePlace;
  /** what stands between the tags */
  readonly bodyPlace: SourcePlace;
  readonly node: BlockNode;
}

/** A parsed template. It can be rendered any number of times, in any context. */
export interface TemplateProgram {
  readonly source: SourceText;
  readonly statements: readonly Statement[];
  /** blocks at the top level of the file, in order */
  readonly blocks: readonly TemplateBlock[];
}

/**
 * Parses a template file.
 * @throws TemplateError TSD2001–2004 at the exact place; for a block that is never closed, at its opening tag
 */
export function parseTemplate(source: SourceText): TemplateProgram {
  const stream = new TokenStream(source, tokenize(source));
  const statements = new StatementParser(stream).parseTemplate();
  const blocks = statements.filter((s) => s.kind === 'block').map((node) => describeBlock(source, node));
  return { source, statements, blocks };
}

/** The body of a block as a template of its own (a snapshot's query), with places in the same file. */
export function blockProgram(program: TemplateProgram, block: TemplateBlock): TemplateProgram {
  const statements = block.node.body;
  const blocks = statements.filter((s) => s.kind === 'block').map((node) => describeBlock(program.source, node));
  return { source: program.source, statements, blocks };
}

/** The expression of a text that is one whole `{{ … }}`, or undefined. */
export function wholeExpression(program: TemplateProgram): Expression | undefined {
  const [only, ...others] = program.statements;
  return only?.kind === 'print' && others.length === 0 ? only.value : undefined;
}

function describeBlock(source: SourceText, node: BlockNode): TemplateBlock {
  return {
    kind: node.blockKind,
    name: node.name,
    macroName: macroName(node),
    parameters: node.parameters.map((p) => ({
      name: p.name,
      default: p.default && source.text.slice(p.default.start, p.default.end),
      place: source.place(p.start, p.end),
    })),
    adapter: node.adapter,
    place: source.place(node.start, node.end),
    bodyPlace: source.place(node.bodySpan.start, node.bodySpan.end),
    node,
  };
}

function macroName(node: BlockNode): string {
  if (node.blockKind === 'test') return `test_${node.name}`;
  if (node.blockKind === 'materialization') return `materialization_${node.name}_${node.adapter ?? 'default'}`;
  return node.name;
}
