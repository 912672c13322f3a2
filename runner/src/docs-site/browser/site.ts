import type { NodeDetails, SiteData, SiteIndex, SiteNode } from '../site-data.js';
import './dom.js';
import { Search } from './search.js';
import { SiteGraph } from './select.js';
import { isSemantic } from './semantic.js';

/** The data files fill this in: they are scripts, for pages from `file://` may not read files. */
declare const tsdbtDocs: SiteData;

/** What the pages know. */
export class Site {
  readonly index: SiteIndex;
  readonly nodes: readonly SiteNode[];
  readonly graph: SiteGraph;
  readonly #places = new Map<string, number>();
  readonly #tests = new Map<string, SiteNode[]>();
  #search: Search | undefined;

  constructor() {
    if (tsdbtDocs.index === undefined) throw new Error('data/index.js did not load');
    this.index = tsdbtDocs.index;
    this.nodes = this.index.nodes;
    this.graph = new SiteGraph(this.index);
    for (const [place, node] of this.nodes.entries()) {
      this.#places.set(node.id, place);
      if (node.type !== 'test') continue;
      const tested = node.test?.attached === undefined ? node.reads : [node.test.attached];
      for (const at of tested) {
        const id = this.nodes[at]!.id;
        const known = this.#tests.get(id);
        if (known === undefined) this.#tests.set(id, [node]);
        else known.push(node);
      }
    }
  }

  get(id: string): SiteNode | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.nodes[place];
  }

  /** Made when it is first needed: the page opens without it. */
  get search(): Search {
    this.#search ??= new Search(this.nodes);
    return this.#search;
  }

  /** The tests that are attached to a node; singular ones belong to all that they read. */
  testsOf(node: SiteNode): readonly SiteNode[] {
    return this.#tests.get(node.id) ?? [];
  }

  parentsOf(node: SiteNode): SiteNode[] {
    return node.reads.map((at) => this.nodes[at]!);
  }

  /** What reads a node, without its tests. */
  childrenOf(node: SiteNode): SiteNode[] {
    return this.graph.graph
      .childrenOf(node.id)
      .map((id) => this.get(id)!)
      .filter((child) => child.type !== 'test');
  }

  /** Loads the rest of what is known of a node. */
  async details(node: SiteNode): Promise<NodeDetails> {
    const { chunkSize } = this.index;
    const place = this.#places.get(node.id)!;
    const chunk = Math.floor(place / chunkSize);
    if (!tsdbtDocs.chunks.has(chunk)) await loadScript(`data/nodes-${chunk}.js`);
    const details = tsdbtDocs.chunks.get(chunk)?.[place % chunkSize];
    if (details === undefined) throw new Error(`data/nodes-${chunk}.js did not load`);
    return details;
  }
}

function loadScript(source: string): Promise<void> {
  return new Promise((done, fail) => {
    const script = document.createElement('script');
    script.src = source;
    script.onload = () => done();
    script.onerror = () => fail(new Error(`${source} did not load`));
    document.head.append(script);
  });
}

/** A term that selects just this node. */
export function selectorOf(node: SiteNode): string {
  if (node.type === 'source') return `source:${node.label}`;
  if (node.type === 'exposure' || isSemantic(node)) return `${node.type}:${node.name}`;
  return node.name;
}
