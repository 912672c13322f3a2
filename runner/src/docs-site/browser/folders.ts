import type { SiteNode } from '../site-data.js';
import { isSemantic } from './semantic.js';

/** A box of the drawn graph: a node, or a folder with all that lies in it. */
export interface Box {
  /** the node's id, or `folder:` and the folder's path */
  readonly id: string;
  readonly node: SiteNode | undefined;
  /** set for folders: `gold/diagnostic` */
  readonly folder: string | undefined;
  /** unique ids of what it stands for */
  readonly members: readonly string[];
}

export interface DrawnGraph {
  readonly boxes: readonly Box[];
  /** places in `boxes`; no edge twice, none from a box to itself */
  readonly edges: readonly (readonly [number, number])[];
}

/** The folders that a node lies in, outermost first. */
export function foldersOf(node: SiteNode): string[] {
  const names =
    node.type === 'source'
      ? ['sources', node.sourceName ?? '']
      : node.type === 'exposure'
        ? ['exposures']
        : node.type === 'seed'
          ? ['seeds', ...node.fqn.slice(1, -1)]
          : node.type === 'test'
            ? ['tests']
            : node.type === 'function'
              ? ['functions', ...node.fqn.slice(1, -1)]
              : node.type === 'analysis'
                ? ['analyses']
                : isSemantic(node)
                  ? ['semantics']
                  : node.fqn.slice(1, -1);
  return names.map((_, i) => names.slice(0, i + 1).join('/'));
}

/** Boxes that a graph may have and still be shown with all its folders open. */
const READABLE = 60;
/** Boxes that opening folders of a larger graph may lead to. */
const AT_A_GLANCE = 36;

/**
 * The folders to open so that a graph stays readable: all of them where it is small; else from the outside in, those
 * first that add the fewest boxes. Folders within one folder are opened together or not at all.
 */
export function foldersToOpen(nodes: readonly SiteNode[], most = READABLE): Set<string> {
  const aim = Math.min(most, AT_A_GLANCE);
  const all = new Set(nodes.flatMap(foldersOf));
  if (nodes.length <= most) return all;
  const inside = new Map<string, Set<string>>();
  const outermost = new Set<string>();
  for (const node of nodes) {
    const folders = foldersOf(node);
    outermost.add(folders[0] ?? node.id);
    for (const [i, folder] of folders.entries()) {
      const known = inside.get(folder) ?? new Set();
      inside.set(folder, known.add(folders[i + 1] ?? node.id));
    }
  }
  const open = new Set<string>();
  let boxes = outermost.size;
  const added = (folders: readonly string[]): number =>
    folders.reduce((sum, folder) => sum + inside.get(folder)!.size - 1, 0);
  const foldersIn = (names: Iterable<string>): string[] => [...names].filter((name) => inside.has(name));
  let candidates = foldersIn(outermost).map((folder) => [folder]);
  while (candidates.length > 0) {
    candidates.sort((a, b) => added(a) - added(b));
    const next = candidates[0]!;
    candidates = candidates.slice(1);
    if (boxes + added(next) > aim) continue;
    boxes += added(next);
    for (const folder of next) {
      open.add(folder);
      const within = foldersIn(inside.get(folder)!);
      if (within.length > 0) candidates.push(within);
    }
  }
  return open;
}

/**
 * The graph to draw: nodes in open folders as themselves, all others as the outermost folder that is closed.
 * A folder that holds a single node of the graph is drawn as that node.
 *
 * @param parentsOf unique ids of what a node reads; those that are not among `nodes` are left out
 */
export function drawGraph(
  nodes: readonly SiteNode[],
  parentsOf: (id: string) => readonly string[],
  open: ReadonlySet<string>,
): DrawnGraph {
  const sizes = new Map<string, number>();
  for (const node of nodes) for (const folder of foldersOf(node)) sizes.set(folder, (sizes.get(folder) ?? 0) + 1);
  const boxes: (Box & { members: string[] })[] = [];
  const boxOf = new Map<string, number>();
  const folderBoxes = new Map<string, number>();
  for (const node of nodes) {
    const closed = foldersOf(node).find((folder) => !open.has(folder) && sizes.get(folder)! > 1);
    let at = closed === undefined ? undefined : folderBoxes.get(closed);
    if (at === undefined) {
      at =
        boxes.push({
          id: closed === undefined ? node.id : `folder:${closed}`,
          node: closed === undefined ? node : undefined,
          folder: closed,
          members: [],
        }) - 1;
      if (closed !== undefined) folderBoxes.set(closed, at);
    }
    boxes[at]!.members.push(node.id);
    boxOf.set(node.id, at);
  }
  const edges = new Map<string, readonly [number, number]>();
  for (const node of nodes) {
    const to = boxOf.get(node.id)!;
    for (const parent of parentsOf(node.id)) {
      const from = boxOf.get(parent);
      if (from !== undefined && from !== to) edges.set(`${from} ${to}`, [from, to]);
    }
  }
  return { boxes, edges: [...edges.values()] };
}
