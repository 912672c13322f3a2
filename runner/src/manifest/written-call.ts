import type { Expression } from '../template/nodes.js';
import type { TemplateProgram } from '../template/parse.js';
import { repr } from '../template/values.js';

/**
 * The keyword arguments of a template's first `config(…)` as text, as they are written: a plain text as it is, everything else
 * as Python would write it. What depends on variables or the environment is then the same everywhere.
 */
export function writtenConfigCall(program: TemplateProgram): Record<string, string> {
  const call = firstConfigCall(program.statements);
  if (call === undefined) return {};
  return Object.fromEntries(
    call.args.named.map(({ name, value }) => [
      name,
      value.kind === 'literal' && typeof value.value === 'string' ? value.value : written(value),
    ]),
  );
}

type CallNode = Extract<Expression, { kind: 'call' }>;

function firstConfigCall(tree: unknown): CallNode | undefined {
  if (Array.isArray(tree)) {
    for (const item of tree) {
      const found = firstConfigCall(item);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof tree !== 'object' || tree === null) return undefined;
  const node = tree as CallNode;
  if (node.kind === 'call' && node.callee.kind === 'name' && node.callee.name === 'config') return node;
  return firstConfigCall(Object.values(tree));
}

/** An expression as Python would write it. */
function written(node: Expression): string {
  const list = (items: readonly Expression[]): string => items.map(written).join(', ');
  switch (node.kind) {
    case 'literal':
      return repr(node.value);
    case 'name':
      return node.name;
    case 'list':
      return `[${list(node.items)}]`;
    case 'tuple':
      return node.items.length === 1 ? `(${list(node.items)},)` : `(${list(node.items)})`;
    case 'dict':
      return `{${node.entries.map(({ key, value }) => `${written(key)}: ${written(value)}`).join(', ')}}`;
    case 'attribute':
      return `${written(node.target)}.${node.name}`;
    case 'item':
      return `${written(node.target)}[${written(node.index)}]`;
    case 'concat':
      return node.items.map(written).join(' ~ ');
    case 'compare':
      return [written(node.first), ...node.rest.map(({ operator, operand }) => `${operator} ${written(operand)}`)].join(
        ' ',
      );
    case 'logic':
      return `${written(node.left)} ${node.operator} ${written(node.right)}`;
    case 'unary':
      return node.operator === 'not' ? `not ${written(node.operand)}` : `${node.operator}${written(node.operand)}`;
    case 'binary':
      return `${written(node.left)} ${node.operator} ${written(node.right)}`;
    case 'conditional': {
      const otherwise = node.otherwise === undefined ? '' : ` else ${written(node.otherwise)}`;
      return `${written(node.whenTrue)} if ${written(node.test)}${otherwise}`;
    }
    case 'filter': {
      const args = argumentsOf(node);
      return `${node.target === undefined ? '' : written(node.target)} | ${node.name}${args === '' ? '' : `(${args})`}`;
    }
    case 'test':
      return `${written(node.target)} is ${node.negated ? 'not ' : ''}${node.name}`;
    case 'call':
      return `${written(node.callee)}(${argumentsOf(node)})`;
    case 'slice': {
      const part = (one: Expression | undefined): string => (one === undefined ? '' : written(one));
      return `${written(node.target)}[${part(node.from)}:${part(node.to)}${node.step === undefined ? '' : `:${part(node.step)}`}]`;
    }
  }
}

function argumentsOf({ args }: Pick<CallNode, 'args'>): string {
  return [
    ...args.positional.map(written),
    ...args.named.map(({ name, value }) => `${name}=${written(value)}`),
    ...(args.spread === undefined ? [] : [`*${written(args.spread)}`]),
    ...(args.namedSpread === undefined ? [] : [`**${written(args.namedSpread)}`]),
  ].join(', ');
}
