import { type GraphError, tsdbtErrorsOf } from '../../errors/tsdbt-error.js';
import { Graph } from '../../manifest/graph.js';
import type { ManifestNode } from '../../manifest/nodes.js';
import { parseSelection } from '../../manifest/select/criterion.js';
import { difference, evaluateSelection, type SelectableManifest, settle } from '../../manifest/select/evaluate.js';
import type { SiteIndex, SiteNode } from '../site-data.js';

/** What a text in the selector box means. */
export interface BoxSelection {
  readonly ids: ReadonlySet<string>;
  /** what is wrong with the text, with a suggestion where there is one */
  readonly problems: readonly { readonly message: string; readonly hint: string | undefined }[];
}

/** The graph of the pages, offered to the engine's own selector code. */
export class SiteGraph implements SelectableManifest {
  readonly project: { readonly name: string };
  readonly graph: Graph;
  readonly disabled = new Map<string, ManifestNode>();
  readonly #nodes = new Map<string, ManifestNode>();

  constructor(index: SiteIndex) {
    this.project = index.project;
    const parents = new Map<string, readonly string[]>();
    for (const node of index.nodes) {
      const dependsOn = node.reads.map((at) => index.nodes[at]!.id);
      parents.set(node.id, dependsOn);
      this.#nodes.set(node.id, selectable(node, dependsOn, index));
    }
    this.graph = new Graph(parents);
  }

  *all(): Generator<ManifestNode> {
    yield* this.#nodes.values();
  }

  get(uniqueId: string): ManifestNode | undefined {
    return this.#nodes.get(uniqueId);
  }

  /**
   * What the words select: terms of `--select`, and after the word `--exclude` those of `--exclude`. No word selects everything.
   */
  select(text: string): BoxSelection {
    const words = text.split(/\s+/).filter((word) => word !== '' && word !== '--select' && word !== '-s');
    const at = words.indexOf('--exclude');
    const wanted = at === -1 ? words : words.slice(0, at);
    const unwanted = at === -1 ? [] : words.slice(at + 1).filter((word) => word !== '--exclude');
    const errors: GraphError[] = [];
    try {
      const all = { direct: new Set([...this.all()].map((node) => node.uniqueId)), indirect: new Set<string>() };
      const selected =
        wanted.length === 0
          ? all
          : evaluateSelection(this, parseSelection(wanted), { indirectSelection: 'eager', errors });
      const excluded =
        unwanted.length === 0
          ? undefined
          : evaluateSelection(this, parseSelection(unwanted), { indirectSelection: 'eager', errors });
      const left =
        excluded === undefined
          ? selected
          : {
              direct: difference(selected.direct, excluded.direct),
              indirect: difference(selected.indirect, excluded.direct),
            };
      return { ids: settle(this, left), problems: errors.map(({ message, hint }) => ({ message, hint })) };
    } catch (thrown) {
      const problems = tsdbtErrorsOf(thrown).map(({ message, hint }) => ({ message, hint }));
      if (problems.length === 0) throw thrown;
      return { ids: new Set(), problems };
    }
  }
}

/** The parts of a node that selectors look at, under the names that they have in the engine. */
function selectable(node: SiteNode, dependsOn: string[], index: SiteIndex): ManifestNode {
  const config = index.configs[node.config];
  const parts = {
    uniqueId: node.id,
    resourceType: node.type,
    packageName: node.package,
    name: node.name,
    fqn: node.fqn,
    path: node.path,
    tags: node.tags,
    dependsOn,
    ...(config === undefined ? {} : { config: { ...config, extra: config } }),
    ...(node.sourceName === undefined ? {} : { sourceName: node.sourceName }),
    generic: node.test?.generic === undefined ? undefined : { name: node.test.generic },
  };
  // selectors read no other parts; the spec of parity holds the pages to it
  return parts as unknown as ManifestNode;
}
