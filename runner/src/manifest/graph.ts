/** A directed acyclic graph of nodes by id; edges go from what is read to what reads it. */
export class Graph {
  readonly #parents = new Map<string, readonly string[]>();
  readonly #children = new Map<string, string[]>();
  #order: readonly string[] | undefined;

  /** @param parents what each node reads; ids that are no keys are left out */
  constructor(parents: ReadonlyMap<string, readonly string[]>) {
    for (const id of parents.keys()) this.#children.set(id, []);
    for (const [id, reads] of parents) {
      const known = [...new Set(reads)].filter((parent) => parents.has(parent));
      this.#parents.set(id, known);
      for (const parent of known) this.#children.get(parent)!.push(id);
    }
  }

  has(id: string): boolean {
    return this.#parents.has(id);
  }

  get ids(): Iterable<string> {
    return this.#parents.keys();
  }

  parentsOf(id: string): readonly string[] {
    return this.#parents.get(id) ?? [];
  }

  childrenOf(id: string): readonly string[] {
    return this.#children.get(id) ?? [];
  }

  /** What the given nodes read, directly or not, up to `depth` edges away; without the nodes themselves unless reached. */
  ancestors(ids: Iterable<string>, depth = Number.POSITIVE_INFINITY): Set<string> {
    return this.#reach(ids, depth, (id) => this.parentsOf(id));
  }

  /** What reads the given nodes, directly or not, up to `depth` edges away. */
  descendants(ids: Iterable<string>, depth = Number.POSITIVE_INFINITY): Set<string> {
    return this.#reach(ids, depth, (id) => this.childrenOf(id));
  }

  #reach(ids: Iterable<string>, depth: number, next: (id: string) => readonly string[]): Set<string> {
    const found = new Set<string>();
    let edge = [...ids];
    for (let distance = 0; distance < depth && edge.length > 0; distance++) {
      const further: string[] = [];
      for (const id of edge) {
        for (const neighbour of next(id)) {
          if (found.has(neighbour)) continue;
          found.add(neighbour);
          further.push(neighbour);
        }
      }
      edge = further;
    }
    return found;
  }

  /** All ids, each after everything it reads; nodes that are equally far along stay in the order they were given. */
  get order(): readonly string[] {
    if (this.#order === undefined) {
      const waiting = new Map([...this.#parents].map(([id, parents]) => [id, parents.length]));
      const order: string[] = [...waiting].filter(([, n]) => n === 0).map(([id]) => id);
      for (let i = 0; i < order.length; i++) {
        for (const child of this.childrenOf(order[i]!)) {
          const left = waiting.get(child)! - 1;
          waiting.set(child, left);
          if (left === 0) order.push(child);
        }
      }
      this.#order = order;
    }
    return this.#order;
  }

  /** One shortest cycle of every knot of nodes that need each other: `[a, b, c]` where each is read by the next and c by a. */
  cycles(): string[][] {
    const sorted = new Set(this.order);
    const left = [...this.#parents.keys()].filter((id) => !sorted.has(id));
    const seen = new Set<string>();
    const found: string[][] = [];
    for (const start of left) {
      if (seen.has(start)) continue;
      const cycle = this.#shortestCycle(start);
      if (cycle === undefined) continue;
      if (!cycle.some((id) => seen.has(id))) found.push(cycle);
      for (const id of cycle) seen.add(id);
    }
    return found;
  }

  #shortestCycle(start: string): string[] | undefined {
    const cameFrom = new Map<string, string>();
    const queue = [start];
    for (let i = 0; i < queue.length; i++) {
      for (const child of this.childrenOf(queue[i]!)) {
        if (child === start) {
          const cycle = [queue[i]!];
          while (cycle[0] !== start) cycle.unshift(cameFrom.get(cycle[0]!)!);
          return cycle;
        }
        if (cameFrom.has(child)) continue;
        cameFrom.set(child, queue[i]!);
        queue.push(child);
      }
    }
    return undefined;
  }
}
