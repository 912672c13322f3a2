import type { SiteNode } from '../site-data.js';
import { h } from './dom.js';
import { formatCount } from './format.js';
import { nodeLink } from './parts.js';
import { routeTo } from './route.js';
import type { Site } from './site.js';

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly nodes: SiteNode[];
}

/** The project's nodes by folder. Folders are filled when they are opened. */
export class Sidebar {
  readonly element: HTMLElement;
  readonly #openers = new Map<string, { readonly details: HTMLDetailsElement; readonly fill: () => void }>();
  #current: Element | undefined;

  constructor(site: Site) {
    const of = (type: string) => site.nodes.filter((node) => node.type === type);
    const tests = of('test').length;
    const exposures = of('exposure').length;
    const main = (name: string, path: readonly string[], count?: number) =>
      h(
        'li',
        {},
        h(
          'a',
          { class: 'main-link', href: routeTo(path) },
          name,
          count !== undefined && h('span', { class: 'count' }, formatCount(count)),
        ),
      );
    this.element = h(
      'nav',
      { id: 'sidebar', 'aria-label': 'Project' },
      h(
        'ul',
        { class: 'main-links' },
        main('Overview', []),
        main('Lineage', ['lineage']),
        tests > 0 && main('Tests', ['tests'], tests),
        exposures > 0 && main('Exposures', ['exposures'], exposures),
      ),
      this.#group('Models', of('model'), (node) => node.fqn.slice(1, -1), true),
      this.#group('Seeds', of('seed'), (node) => node.fqn.slice(1, -1), false),
      this.#group('Sources', of('source'), (node) => [node.sourceName ?? ''], false),
      this.#group('Functions', of('function'), (node) => node.fqn.slice(1, -1), false),
      // dbt puts a name before the folders
      this.#group('Analyses', of('analysis'), (node) => node.fqn.slice(node.fqn[1] === 'analysis' ? 2 : 1, -1), false),
      this.#group('Semantic models', of('semantic_model'), () => [], false),
      this.#group('Metrics', of('metric'), () => [], false),
      this.#group('Saved queries', of('saved_query'), () => [], false),
      this.#group('Exposures', of('exposure'), () => [], false),
    );
  }

  /** Opens the folders of a page's node and marks its link. */
  show(hash: string, node: SiteNode | undefined): void {
    this.#current?.removeAttribute('aria-current');
    if (node !== undefined) {
      for (const [key, { details, fill }] of this.#openers) {
        if (!key.split('\n').includes(node.id)) continue;
        fill();
        details.open = true;
      }
    }
    const links = [...this.element.querySelectorAll('a')];
    this.#current = links.find((link) => link.getAttribute('href') === hash);
    this.#current?.setAttribute('aria-current', 'page');
    this.#current?.scrollIntoView({ block: 'nearest' });
  }

  #group(
    title: string,
    nodes: readonly SiteNode[],
    pathOf: (node: SiteNode) => readonly string[],
    open: boolean,
  ): HTMLElement | undefined {
    if (nodes.length === 0) return undefined;
    const root: Folder = { folders: new Map(), nodes: [] };
    for (const node of nodes) {
      let folder = root;
      for (const name of pathOf(node)) {
        const inner = folder.folders.get(name) ?? { folders: new Map(), nodes: [] };
        folder.folders.set(name, inner);
        folder = inner;
      }
      folder.nodes.push(node);
    }
    return this.#folder(title, root, open, 'group');
  }

  #folder(title: string, folder: Folder, open: boolean, kind: string): HTMLDetailsElement {
    const all = membersOf(folder);
    const list = h('ul', {});
    let filled = false;
    const fill = (): void => {
      if (filled) return;
      filled = true;
      const names = [...folder.folders].sort(([a], [b]) => (a < b ? -1 : 1));
      list.append(
        ...names.map(([name, inner]) => h('li', {}, this.#folder(name, inner, open && all.length <= 80, 'folder'))),
        ...[...folder.nodes]
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .map((node) => h('li', {}, nodeLink(node, node.name))),
      );
    };
    const details = h(
      'details',
      { class: kind, ontoggle: () => details.open && fill() },
      h('summary', {}, title, h('span', { class: 'count' }, formatCount(all.length))),
      list,
    );
    if (open) {
      fill();
      details.open = true;
    }
    this.#openers.set(all.map((node) => node.id).join('\n'), { details, fill });
    return details;
  }
}

function membersOf(folder: Folder): SiteNode[] {
  return [...folder.nodes, ...[...folder.folders.values()].flatMap(membersOf)];
}
