/** What the pages are made from. These types are all that the generator and the browser share. */

import type { CatalogEntry } from '../artifacts/catalog.js';
import type { ResourceType } from '../manifest/nodes.js';

export interface SiteResult {
  readonly status: string;
  /** seconds */
  readonly seconds: number;
  /** rows that failed a test */
  readonly failures?: number;
  readonly message?: string;
}

/** A node as search, lineage and lists need it; loaded when the page opens. */
export interface SiteNode {
  readonly id: string;
  readonly type: ResourceType;
  readonly name: string;
  /** `gold.revenue` for what has a relation, `raw.orders` for sources, else the name */
  readonly label: string;
  /** `table`, `view`, `seed`, `source`, `dashboard`, `unique`, … */
  readonly kind: string;
  readonly fqn: readonly string[];
  readonly path: string;
  readonly package: string;
  readonly tags: readonly string[];
  /** the first sentences of the description, as plain text */
  readonly about: string;
  /** what it reads: places in {@link SiteIndex.nodes} */
  readonly reads: readonly number[];
  /** place in {@link SiteIndex.configs}; -1 for none */
  readonly config: number;
  readonly columns?: readonly string[];
  readonly rows?: number;
  /** bytes */
  readonly bytes?: number;
  /** Delta version */
  readonly version?: number;
  readonly result?: SiteResult;
  readonly sourceName?: string;
  readonly test?: {
    /** undefined for tests that are files of their own */
    readonly generic?: string;
    readonly column?: string;
    /** place of the node it is attached to */
    readonly attached?: number;
  };
}

/** A card on the first page: a question, and what answers it. */
export interface EntryPoint {
  readonly title: string;
  /** Markdown */
  readonly text: string;
  /** a selector, or an address on the web */
  readonly target: string;
}

export interface SiteIndex {
  readonly project: { readonly name: string; readonly version?: string; readonly target: string };
  readonly generatedAt: string;
  readonly generator: string;
  /** Markdown */
  readonly overview?: string;
  readonly entryPoints: readonly EntryPoint[];
  readonly nodes: readonly SiteNode[];
  /** resolved configurations, each once; keys without a value are left out */
  readonly configs: readonly Readonly<Record<string, unknown>>[];
  readonly run?: {
    readonly command?: string;
    /** ISO 8601 */
    readonly at?: string;
    /** seconds */
    readonly seconds?: number;
  };
  /** how many nodes' details lie in one file */
  readonly chunkSize: number;
}

export interface SiteColumn {
  readonly name: string;
  /** as the warehouse has it */
  readonly type?: string;
  /** as the project declares it */
  readonly declared?: string;
  /** Markdown */
  readonly description: string;
  /** whose description it is, where the column has inherited it */
  readonly describedBy?: { readonly id: string; readonly name: string };
  readonly constraints?: readonly string[];
  readonly tags?: readonly string[];
  readonly meta?: Readonly<Record<string, unknown>>;
  /** declared, and not in the built table */
  readonly missing?: boolean;
}

export interface SiteCode {
  readonly language: 'sql' | 'typescript' | 'python' | 'javascript' | 'csv';
  readonly raw: string;
  readonly compiled?: string;
  /** why there is no compiled code, or where it is from */
  readonly note?: string;
}

/** All else of a node; loaded when its page is opened. */
export interface NodeDetails {
  /** Markdown */
  readonly description: string;
  readonly columns: readonly SiteColumn[];
  readonly constraints: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly macros: readonly string[];
  readonly code?: SiteCode;
  readonly table?: Omit<CatalogEntry, 'columns' | 'uniqueId'>;
  /** why the table could not be read */
  readonly problem?: string;
  /** errors of the last run, `TSD5003 column … (hint)` */
  readonly errors?: readonly string[];
  readonly facts: readonly (readonly [string, string])[];
  readonly url?: string;
}

/** What the data files hand to the page. */
export interface SiteData {
  index?: SiteIndex;
  readonly chunks: Map<number, readonly NodeDetails[]>;
}
