import type { SiteNode } from '../site-data.js';

export interface SearchHit {
  readonly node: SiteNode;
  readonly score: number;
  /** the column that was found, where the name alone would not explain the hit */
  readonly column: string | undefined;
}

interface Entry {
  readonly node: SiteNode;
  readonly name: string;
  readonly label: string;
  readonly columns: readonly string[];
  readonly rest: string;
}

/** Tests come last: their names repeat those of what they test. */
const WEIGHT: Readonly<Record<string, number>> = { test: 0.3, source: 0.9, seed: 0.95 };

/** Search by words in names, columns, tags, paths and descriptions. All words have to be found. */
export class Search {
  readonly #entries: readonly Entry[];

  constructor(nodes: readonly SiteNode[]) {
    this.#entries = nodes.map((node) => ({
      node,
      name: node.name.toLowerCase(),
      label: node.label.toLowerCase(),
      columns: (node.columns ?? []).map((column) => column.toLowerCase()),
      rest: `${node.path} ${node.tags.join(' ')} ${node.kind} ${node.about}`.toLowerCase(),
    }));
  }

  /** The best hits first; an empty query finds nothing. */
  find(query: string, limit = Number.POSITIVE_INFINITY): SearchHit[] {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return [];
    const hits: SearchHit[] = [];
    for (const entry of this.#entries) {
      let score = 0;
      let column: string | undefined;
      for (const word of words) {
        const found = scoreOf(entry, word);
        if (found === undefined) {
          score = 0;
          break;
        }
        score += found.score;
        if (found.column !== undefined) column = entry.node.columns?.[found.column];
      }
      if (score > 0) hits.push({ node: entry.node, score: score * (WEIGHT[entry.node.type] ?? 1), column });
    }
    hits.sort((a, b) => b.score - a.score || a.node.name.length - b.node.name.length || compare(a.node.id, b.node.id));
    return hits.slice(0, limit);
  }
}

function scoreOf(entry: Entry, word: string): { score: number; column?: number } | undefined {
  if (entry.name === word || entry.label === word) return { score: 100 };
  if (entry.name.startsWith(word)) return { score: 60 };
  const at = entry.label.indexOf(word);
  if (at !== -1) return { score: /[._\s-]/.test(entry.label[at - 1] ?? '.') ? 45 : 30 };
  const exact = entry.columns.indexOf(word);
  if (exact !== -1) return { score: 25, column: exact };
  const part = entry.columns.findIndex((column) => column.includes(word));
  if (part !== -1) return { score: 12, column: part };
  if (entry.rest.includes(word)) return { score: 6 };
  return undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
