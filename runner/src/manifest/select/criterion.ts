import { GraphError } from '../../errors/tsdbt-error.js';
import { graphCodes } from '../codes.js';

export type IndirectSelection = 'eager' | 'cautious' | 'buildable' | 'empty';

/** One term of a selection: `2+config.materialized:table+1`. */
export interface Criterion {
  readonly kind: 'criterion';
  /** as the user wrote it */
  readonly text: string;
  readonly method: string;
  /** what follows the method's name after dots: `config.materialized` has `['materialized']` */
  readonly methodArguments: readonly string[];
  readonly value: string;
  /** edges to go towards what it reads; 0 for none */
  readonly parents: number;
  /** edges to go towards what reads it; 0 for none */
  readonly children: number;
  /** `@`: descendants, and all that they read */
  readonly childrensParents: boolean;
  readonly indirectSelection: IndirectSelection | undefined;
}

export type Selection =
  | Criterion
  | { readonly kind: 'union' | 'intersection'; readonly parts: readonly Selection[] }
  | { readonly kind: 'difference'; readonly from: Selection; readonly without: Selection };

const pattern = /^(@)?(?:(\d*)(\+))?(?:([A-Za-z_][\w.]*):)?(.*?)(?:(\+)(\d*))?$/s;

/** @throws GraphError when the text is not a selector */
export function parseCriterion(text: string): Criterion {
  const match = pattern.exec(text)!;
  const [, at, parentsDepth, parents, method, value, children, childrenDepth] = match;
  if (value === undefined || value === '')
    throw syntaxError(text, 'it names nothing', 'write a name, a path or method:value');
  if (at !== undefined && children !== undefined)
    throw syntaxError(text, '"@" and a trailing "+" exclude each other', '@ includes all descendants already');
  const [name, ...methodArguments] = (method ?? defaultMethod(value)).split('.');
  return {
    kind: 'criterion',
    text,
    method: name!,
    methodArguments,
    value,
    parents: parents === undefined ? 0 : depth(parentsDepth),
    children: children === undefined ? 0 : depth(childrenDepth),
    childrensParents: at !== undefined,
    indirectSelection: undefined,
  };
}

function depth(digits: string | undefined): number {
  return digits === undefined || digits === '' ? Number.POSITIVE_INFINITY : Number(digits);
}

function syntaxError(text: string, cause: string, hint: string): GraphError {
  return new GraphError(graphCodes.selectorSyntax, `"${text}" is not a selector: ${cause}`, { hint });
}

/** A value with a slash is a path, a file name a file, everything else a name. */
export function defaultMethod(value: string): string {
  if (value.includes('/') || value.includes('\\')) return 'path';
  return /\.(sql|ts|csv|yml|yaml)$/i.test(value) ? 'file' : 'fqn';
}

/** `a,b c` is (a and b) or c. Each argument may hold several terms. */
export function parseSelection(terms: readonly string[]): Selection {
  const unions = terms.flatMap((term) => term.split(/\s+/)).filter((term) => term !== '');
  const parts = unions.map((union): Selection => {
    const pieces = union.split(',');
    if (pieces.some((piece) => piece === ''))
      throw syntaxError(
        union,
        'a comma joins two terms',
        'a,b selects what both a and b select; a space selects either',
      );
    return pieces.length === 1 ? parseCriterion(union) : { kind: 'intersection', parts: pieces.map(parseCriterion) };
  });
  return parts.length === 1 ? parts[0]! : { kind: 'union', parts };
}
