import type { LibraryMacro, MacroLibrary } from '../template/macros.js';
import type { CallNode, Expression } from '../template/nodes.js';

/**
 * Unique ids of the macros that a piece of a template calls by name, in order: `name(…)`, `package.name(…)` and
 * `adapter.dispatch('name', 'package')`. What only comes to be known when it runs is not among them.
 */
export function calledMacros(
  tree: unknown,
  library: MacroLibrary,
  fromPackage: string,
  adapterTypes: readonly string[],
): string[] {
  const found = new Set<string>();
  const add = (macro: LibraryMacro | undefined): void => {
    if (macro !== undefined) found.add(macro.uniqueId);
  };
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const item of node) visit(item);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    if ((node as CallNode).kind === 'call') {
      const { callee, args } = node as CallNode;
      if (callee.kind === 'name') add(library.resolve(callee.name, fromPackage));
      else if (callee.kind === 'attribute' && callee.target.kind === 'name') {
        const { name } = callee.target;
        if (name === 'adapter' && callee.name === 'dispatch')
          add(dispatched(textOf(args.positional[0]), textOf(args.positional[1] ?? namespaceOf(args))));
        else add(library.inPackage(name, callee.name));
      }
    }
    for (const value of Object.values(node)) if (typeof value === 'object') visit(value);
  };
  const dispatched = (name: string | undefined, namespace: string | undefined): LibraryMacro | undefined => {
    if (name === undefined) return undefined;
    try {
      return library.dispatch(name, namespace, fromPackage, adapterTypes);
    } catch {
      // an implementation for other engines only
      return undefined;
    }
  };
  visit(tree);
  return [...found];
}

function namespaceOf({ named }: CallNode['args']): Expression | undefined {
  return named.find(({ name }) => name === 'macro_namespace')?.value;
}

function textOf(node: Expression | undefined): string | undefined {
  return node?.kind === 'literal' && typeof node.value === 'string' ? node.value : undefined;
}
