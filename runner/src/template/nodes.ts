import type { TemplateValue } from './values.js';

/** Offsets of a node in the template's text; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

/** What stands between the parentheses of a call, a filter or a test. */
export interface ArgumentNodes {
  readonly positional: readonly Expression[];
  readonly named: readonly { readonly name: string; readonly value: Expression }[];
  /** `*args` */
  readonly spread: Expression | undefined;
  /** `**kwargs` */
  readonly namedSpread: Expression | undefined;
}

export type LiteralNode = Span & { readonly kind: 'literal'; readonly value: TemplateValue };
export type NameNode = Span & { readonly kind: 'name'; readonly name: string };
export type ListNode = Span & { readonly kind: 'list'; readonly items: readonly Expression[] };
export type TupleNode = Span & { readonly kind: 'tuple'; readonly items: readonly Expression[] };
export type DictNode = Span & {
  readonly kind: 'dict';
  readonly entries: readonly { readonly key: Expression; readonly value: Expression }[];
};
export type UnaryNode = Span & {
  readonly kind: 'unary';
  readonly operator: '-' | '+' | 'not';
  readonly operand: Expression;
};
export type BinaryNode = Span & {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
};
export type ConcatNode = Span & { readonly kind: 'concat'; readonly items: readonly Expression[] };
export type CompareNode = Span & {
  readonly kind: 'compare';
  readonly first: Expression;
  readonly rest: readonly { readonly operator: CompareOperator; readonly operand: Expression }[];
};
export type LogicNode = Span & {
  readonly kind: 'logic';
  readonly operator: 'and' | 'or';
  readonly left: Expression;
  readonly right: Expression;
};
export type ConditionalNode = Span & {
  readonly kind: 'conditional';
  readonly test: Expression;
  readonly whenTrue: Expression;
  readonly otherwise: Expression | undefined;
};
export type AttributeNode = Span & { readonly kind: 'attribute'; readonly target: Expression; readonly name: string };
export type ItemNode = Span & { readonly kind: 'item'; readonly target: Expression; readonly index: Expression };
export type SliceNode = Span & {
  readonly kind: 'slice';
  readonly target: Expression;
  readonly from: Expression | undefined;
  readonly to: Expression | undefined;
  readonly step: Expression | undefined;
};
export type CallNode = Span & { readonly kind: 'call'; readonly callee: Expression; readonly args: ArgumentNodes };
export type FilterNode = Span & {
  readonly kind: 'filter';
  /** undefined in filter blocks, whose body is the input */
  readonly target: Expression | undefined;
  readonly name: string;
  readonly args: ArgumentNodes;
};
export type TestNode = Span & {
  readonly kind: 'test';
  readonly target: Expression;
  readonly name: string;
  readonly negated: boolean;
  readonly args: ArgumentNodes;
};

export type Expression =
  | LiteralNode
  | NameNode
  | ListNode
  | TupleNode
  | DictNode
  | UnaryNode
  | BinaryNode
  | ConcatNode
  | CompareNode
  | LogicNode
  | ConditionalNode
  | AttributeNode
  | ItemNode
  | SliceNode
  | CallNode
  | FilterNode
  | TestNode;

/** What can stand left of `=` in `set`, or after `for`. */
export type AssignTarget =
  | NameNode
  | (Span & { readonly kind: 'namespace-attribute'; readonly namespace: string; readonly attribute: string })
  | (Span & { readonly kind: 'targets'; readonly items: readonly AssignTarget[] });

/** A parameter of a macro. */
export interface ParameterNode extends Span {
  readonly name: string;
  readonly default: Expression | undefined;
}

export type BlockKind = 'macro' | 'test' | 'materialization' | 'snapshot' | 'docs';

/** A named block: a macro of Jinja2 or one of dbt's blocks. */
export type BlockNode = Span & {
  readonly kind: 'block';
  readonly blockKind: BlockKind;
  /** as written */
  readonly name: string;
  /** span of the name */
  readonly nameSpan: Span;
  readonly parameters: readonly ParameterNode[];
  readonly body: readonly Statement[];
  /** span of what stands between the opening and the closing tag */
  readonly bodySpan: Span;
  /** materializations only: the adapter that it is for, `default` when none is named */
  readonly adapter: string | undefined;
  /** materializations only: `supported_languages` as written */
  readonly languages: Expression | undefined;
  /** the body reads these implicit names */
  readonly usesVarargs: boolean;
  readonly usesKwargs: boolean;
  readonly usesCaller: boolean;
};

export type DataNode = Span & { readonly kind: 'data'; readonly text: string };
export type PrintNode = Span & { readonly kind: 'print'; readonly value: Expression };
export type DoNode = Span & { readonly kind: 'do'; readonly value: Expression };
export type ForNode = Span & {
  readonly kind: 'for';
  readonly target: AssignTarget;
  readonly iterable: Expression;
  readonly filter: Expression | undefined;
  readonly recursive: boolean;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
};
export type IfNode = Span & {
  readonly kind: 'if';
  readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[];
  readonly otherwise: readonly Statement[];
};
export type SetNode = Span & { readonly kind: 'set'; readonly target: AssignTarget; readonly value: Expression };
export type SetBlockNode = Span & {
  readonly kind: 'set-block';
  readonly target: AssignTarget;
  readonly filter: FilterNode | undefined;
  readonly body: readonly Statement[];
};
export type CallBlockNode = Span & {
  readonly kind: 'call-block';
  readonly call: CallNode;
  /** the block as the macro `caller` */
  readonly caller: BlockNode;
};
export type FilterBlockNode = Span & {
  readonly kind: 'filter-block';
  readonly filter: FilterNode;
  readonly body: readonly Statement[];
};
export type WithNode = Span & {
  readonly kind: 'with';
  readonly assignments: readonly { readonly target: AssignTarget; readonly value: Expression }[];
  readonly body: readonly Statement[];
};
export type AutoescapeNode = Span & {
  readonly kind: 'autoescape';
  readonly enabled: Expression;
  readonly body: readonly Statement[];
};
/** `{% block name %}`, where it stands: there are no templates that extend others. */
export type TemplateBlockNode = Span & {
  readonly kind: 'template-block';
  readonly name: string;
  /** it sees the variables of the blocks around it */
  readonly scoped: boolean;
  readonly required: boolean;
  readonly body: readonly Statement[];
};
export type ImportNode = Span & {
  readonly kind: 'import';
  readonly template: Expression;
  readonly name: string;
  readonly withContext: boolean;
};
export type FromImportNode = Span & {
  readonly kind: 'from-import';
  readonly template: Expression;
  readonly names: readonly (Span & { readonly name: string; readonly alias: string })[];
  readonly withContext: boolean;
};
export type IncludeNode = Span & {
  readonly kind: 'include';
  readonly template: Expression;
  readonly ignoreMissing: boolean;
  readonly withContext: boolean;
};
export type LoopControlNode = Span & { readonly kind: 'break' | 'continue' };

export type Statement =
  | DataNode
  | PrintNode
  | DoNode
  | ForNode
  | IfNode
  | SetNode
  | SetBlockNode
  | BlockNode
  | CallBlockNode
  | FilterBlockNode
  | WithNode
  | AutoescapeNode
  | TemplateBlockNode
  | ImportNode
  | FromImportNode
  | IncludeNode
  | LoopControlNode;
