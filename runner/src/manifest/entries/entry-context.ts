import type { Manifest } from '../manifest.js';
import type { TestNode } from '../nodes.js';

/** What became of a node's template. */
export interface CompiledEntry {
  readonly sql: string;
  /** project-relative path of the compiled file */
  readonly path: string | undefined;
  /** project-relative path of the file with the statements that ran */
  readonly runPath: string | undefined;
  /** of a function: the bodies of its overloads, in their order */
  readonly overloads?: readonly string[] | undefined;
}

/** What all entries of a manifest are written with. */
export interface EntryContext {
  readonly manifest: Manifest;
  /** seconds since 1970 */
  readonly createdAt: number;
  /** SQL of nodes that were compiled, by unique id */
  readonly compiled: ReadonlyMap<string, CompiledEntry>;
  /** generic tests by the node that they are attached to, disabled ones included */
  readonly tests: ReadonlyMap<string, readonly TestNode[]>;
}

const NONE: ReadonlyMap<string, CompiledEntry> = new Map();

/** @param compiled SQL of nodes that were compiled, by unique id */
export function entryContext(manifest: Manifest, compiled: ReadonlyMap<string, CompiledEntry> = NONE): EntryContext {
  const tests = new Map<string, TestNode[]>();
  for (const node of [...manifest.nodes.values(), ...manifest.disabled.values()]) {
    if (node.resourceType !== 'test' || node.attachedNode === undefined) continue;
    const attached = tests.get(node.attachedNode);
    if (attached === undefined) tests.set(node.attachedNode, [node]);
    else attached.push(node);
  }
  return { manifest, createdAt: Date.now() / 1000, compiled, tests };
}
