import { formatPlace, type SourcePlace } from '../errors/source-text.js';
import { GraphError } from '../errors/tsdbt-error.js';
import { graphCodes } from './codes.js';
import { versionedName } from './deprecations.js';
import type { Graph } from './graph.js';
import type { ColumnProperties, ModelNode, SourceNode, TestNode } from './nodes.js';

type Describing = ModelNode | SourceNode;

/** A column with a description that is its own. */
interface Described {
  readonly node: Describing;
  readonly column: ColumnProperties;
}

/** The descriptions of a column that are nearest to a node. */
interface Nearest {
  /** reads between the node and what describes the column */
  readonly distance: number;
  /** in the order of the refs; several where they differ */
  readonly texts: readonly Described[];
  /** a node in between had to choose between the same texts, and it was said there */
  readonly isTold: boolean;
}

/**
 * Gives columns that have no description that of the column of the same name, in any case of letters, in the nearest node above,
 * for models and snapshots whose config says `inherit_descriptions: true`. A text that a node has inherited counts as its own.
 * Where two nodes are equally near and say different things, none is taken.
 *
 * @param graph without cycles
 * @returns a warning for each column that could have inherited several descriptions
 */
export function inheritDescriptions(
  nodes: ReadonlyMap<string, ModelNode | TestNode>,
  sources: ReadonlyMap<string, SourceNode>,
  graph: Graph,
): GraphError[] {
  if (![...nodes.values()].some(inherits)) return [];
  const warnings: GraphError[] = [];
  const descriptions = new Descriptions((id) => {
    const node = nodes.get(id) ?? sources.get(id);
    return node?.resourceType === 'test' ? undefined : node;
  }, graph);
  for (const id of graph.order) {
    const node = nodes.get(id);
    if (node === undefined || node.resourceType === 'test' || !inherits(node)) continue;
    const columns = new Map<string, ColumnProperties>();
    for (const [name, column] of node.columns) {
      const nearest = isOpen(column) ? descriptions.above(id, name.toLowerCase()) : undefined;
      const [first, second] = nearest?.texts ?? [];
      if (second !== undefined && !nearest!.isTold) warnings.push(ambiguous(node, column, nearest!.texts));
      columns.set(name, first === undefined || second !== undefined ? column : inherited(column, first));
    }
    node.columns = columns;
  }
  return warnings;
}

/** Whether columns of a node inherit descriptions. */
export function inherits({ resourceType, config }: Describing | TestNode): boolean {
  return (resourceType === 'model' || resourceType === 'snapshot') && config.extra.inherit_descriptions === true;
}

/** No description is written, not even an empty one. */
function isOpen(column: ColumnProperties): boolean {
  return column.description.trim() === '' && column.isLeftUndescribed !== true;
}

function inherited(column: ColumnProperties, { node, column: from }: Described): ColumnProperties {
  const { description, docBlocks } = from;
  return { ...column, description, docBlocks, descriptionFrom: node.uniqueId };
}

/** What describes columns above a node. A node is asked after all that it reads has inherited what it could. */
class Descriptions {
  readonly #columns = new Map<string, ReadonlyMap<string, ColumnProperties>>();
  /** what is nearest above a node, by its id and the column */
  readonly #above = new Map<string, Map<string, Nearest | undefined>>();

  constructor(
    readonly nodeOf: (id: string) => Describing | undefined,
    readonly graph: Graph,
  ) {}

  /** @param name of the column, in small letters */
  above(id: string, name: string): Nearest | undefined {
    const known = this.#above.get(id) ?? new Map<string, Nearest | undefined>();
    this.#above.set(id, known);
    if (!known.has(name)) known.set(name, this.#nearest(id, name));
    return known.get(name);
  }

  #nearest(id: string, name: string): Nearest | undefined {
    const all = this.graph.parentsOf(id).map((parent) => this.#at(parent, name));
    const found = all.filter((one) => one !== undefined);
    if (found.length === 0) return undefined;
    const distance = Math.min(...found.map((one) => one.distance));
    const near = found.filter((one) => one.distance === distance);
    const texts = new Map<string, Described>();
    for (const text of near.flatMap((one) => one.texts)) {
      const said = text.column.description.trim();
      if (!texts.has(said)) texts.set(said, text);
    }
    return { distance, texts: [...texts.values()], isTold: near.some((one) => one.isTold) };
  }

  /** What a node says of a column, else what is nearest above it. */
  #at(id: string, name: string): Nearest | undefined {
    const node = this.nodeOf(id);
    if (node === undefined) return undefined;
    const column = this.#columnsOf(node).get(name);
    if (column !== undefined && column.description.trim() !== '') {
      const from = column.descriptionFrom === undefined ? undefined : this.nodeOf(column.descriptionFrom);
      const origin = from ?? node;
      return {
        distance: 0,
        texts: [{ node: origin, column: this.#columnsOf(origin).get(name) ?? column }],
        isTold: false,
      };
    }
    // elsewhere an empty description is what a generator of YAML left to be filled in
    if (column?.isLeftUndescribed === true && inherits(node)) return undefined;
    const above = this.above(id, name);
    if (above === undefined) return undefined;
    const isTold = above.isTold || (column !== undefined && inherits(node) && above.texts.length > 1);
    return { ...above, distance: above.distance + 1, isTold };
  }

  #columnsOf(node: Describing): ReadonlyMap<string, ColumnProperties> {
    let columns = this.#columns.get(node.uniqueId);
    if (columns === undefined) {
      columns = new Map([...node.columns].map(([name, column]) => [name.toLowerCase(), column]));
      this.#columns.set(node.uniqueId, columns);
    }
    return columns;
  }
}

function ambiguous(node: ModelNode, column: ColumnProperties, texts: readonly Described[]): GraphError {
  const via = texts.map((text) => ({ label: describerName(text.node), place: placeOf(text) }));
  const names = via.map(({ label, place }) => `"${label}" (${formatPlace(place)})`);
  const shown = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return new GraphError(
    graphCodes.ambiguousDescription,
    `"${column.name}" of "${describerName(node)}" inherits no description: ${shown} are equally near and describe it differently`,
    {
      place: placeOf({ node, column }),
      via,
      hint: "describe it here, or write description: '' to leave it without",
    },
  );
}

/** In a TypeScript model without YAML, its file. */
function placeOf({ node, column }: Described): SourcePlace {
  return column.place ?? node.propertiesPlace ?? node.source.place(0);
}

/** `orders`, `orders.v2`; of a source `shop.orders`. */
export function describerName(node: {
  readonly name: string;
  readonly sourceName?: string;
  readonly version?: string | number | undefined;
}): string {
  return node.sourceName === undefined ? versionedName(node) : `${node.sourceName}.${node.name}`;
}
