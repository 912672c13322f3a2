import type { ModelNode } from './nodes.js';

export interface FunctionArgument {
  readonly name: string;
  /** as written, e.g. `decimal(10, 2)` */
  readonly dataType: string;
  readonly description: string | undefined;
  /** SQL of the value where a call gives none; undefined where every call has to give one */
  readonly defaultValue: unknown;
}

export interface FunctionReturns {
  readonly dataType: string;
  readonly description: string | undefined;
}

/** The same function for other arguments, in a file of its own. */
export interface FunctionOverload {
  /** name of the file */
  readonly definedIn: string;
  readonly args: readonly FunctionArgument[];
  /** undefined: what the function itself gives */
  readonly returns: FunctionReturns | undefined;
  readonly description: string | undefined;
  readonly body: FunctionNode;
}

/** A function that SQL can call: its file holds the body, its YAML entry the arguments and the type. */
export interface FunctionNode extends Omit<ModelNode, 'resourceType' | 'language'> {
  readonly resourceType: 'function';
  readonly language: 'sql' | 'python' | 'javascript';
  readonly args: readonly FunctionArgument[];
  /** undefined where there is no entry */
  readonly returns: FunctionReturns | undefined;
  readonly overloads: readonly FunctionOverload[];
}
