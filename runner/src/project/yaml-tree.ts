import type { SourcePlace, SourceText } from '../errors/source-text.js';

export type YamlPath = readonly (string | number)[];

/** A node of a YAML file: where it stands, and what is below it. */
export interface YamlNode {
  readonly kind: 'scalar' | 'map' | 'list' | 'alias';
  /** first offset */
  readonly start: number;
  /** offset after the last; equal to `start` where nothing is written */
  readonly end: number;
  /** keys of a map, as many as it has items */
  readonly keys?: readonly YamlKey[];
  /** values of a map or items of a list; undefined where there is none, as in `{a}` */
  readonly items?: readonly (YamlNode | undefined)[];
  /** what an alias stands for */
  resolve?(): YamlNode | undefined;
}

/** A key of a map. */
export interface YamlKey {
  readonly kind: YamlNode['kind'];
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A YAML file as it was read. */
export interface YamlContent {
  readonly root: YamlNode | undefined;
  /** as plain JavaScript values */
  readonly value: unknown;
}

/** A node whose offsets are those of another text; `original` says where they stand in the file. */
export function movedNode(node: YamlNode, original: (offset: number) => number): YamlNode {
  const keys = node.keys?.map((key) => ({ ...key, start: original(key.start), end: original(key.end) }));
  const items = node.items?.map((item) => (item === undefined ? undefined : movedNode(item, original)));
  return {
    kind: node.kind,
    start: original(node.start),
    end: original(node.end),
    ...(keys === undefined ? {} : { keys }),
    ...(items === undefined ? {} : { items }),
    ...(node.resolve === undefined
      ? {}
      : {
          resolve: () => {
            const named = node.resolve!();
            return named === undefined ? undefined : movedNode(named, original);
          },
        }),
  };
}

/**
 * The place of the value (or the key) at a path. Where the path leads beyond what the file holds,
 * it is the place of the key of the nearest part that exists.
 */
export function placeIn(
  root: YamlNode | undefined,
  source: SourceText,
  path: YamlPath,
  part: 'key' | 'value',
): SourcePlace {
  let node = root;
  let key: YamlKey | undefined;
  for (const step of path) {
    const container = node?.kind === 'alias' ? node.resolve?.() : node;
    let at = -1;
    if (container?.kind === 'map') at = indexOfKey(container.keys!, String(step));
    else if (container?.kind === 'list' && container.items![Number(step)] !== undefined) at = Number(step);
    if (at === -1) return rangeOf(key ?? node, source);
    key = container!.keys?.[at];
    node = container!.items![at];
  }
  if (part === 'key' && key !== undefined) return rangeOf(key, source);
  // a mapping or list under a key is best shown by its key
  if (key !== undefined && (node?.kind !== 'scalar' || node.start === node.end)) return rangeOf(key, source);
  const first = node?.kind === 'map' ? node.keys![0] : node?.kind === 'list' ? node.items![0] : undefined;
  return rangeOf(first ?? node, source);
}

function indexOfKey(keys: readonly YamlKey[], text: string): number {
  for (let i = 0; i < keys.length; i++) if (keys[i]!.text === text) return i;
  return -1;
}

/** The first line of a node. */
function rangeOf(node: YamlKey | YamlNode | undefined, source: SourceText): SourcePlace {
  if (node === undefined) return source.place(0, Math.min(1, source.text.length));
  const { start, end, kind } = node;
  const newline = source.text.indexOf('\n', start);
  const lineEnd = newline === -1 || newline > end ? end : newline;
  return source.place(start, kind === 'scalar' && end > start ? lineEnd : Math.max(start + 1, lineEnd));
}
