/**
 * Which of the names occur as a variable anywhere in a piece of the tree.
 * Macros take extra arguments only where their body mentions `varargs` or `kwargs`, as in Jinja2.
 */
export function mentions(tree: unknown, names: readonly string[]): Set<string> {
  const found = new Set<string>();
  visit(tree);
  return found;

  function visit(node: unknown): void {
    if (Array.isArray(node)) {
      for (const item of node) visit(item);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    if ('kind' in node && node.kind === 'name' && 'name' in node && names.includes(node.name as string))
      found.add(node.name as string);
    for (const value of Object.values(node)) if (typeof value === 'object') visit(value);
  }
}
