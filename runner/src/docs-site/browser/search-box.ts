import { h } from './dom.js';
import { counted } from './format.js';
import { breakable, kindText, typeClass } from './parts.js';
import { nodeRoute, routeTo } from './route.js';
import type { SearchHit } from './search.js';
import type { Site } from './site.js';

const SHOWN = 12;

/** The search field of the page's head, with a list of hits that arrow keys go through. */
export class SearchBox {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #list = h('ul', { id: 'hits', role: 'listbox', 'aria-label': 'Hits', hidden: true });
  #hits: readonly SearchHit[] = [];
  #active = -1;

  constructor(
    private readonly site: Site,
    private readonly go: (hash: string) => void,
  ) {
    this.#input = h('input', {
      type: 'search',
      placeholder: 'Search tables, columns, tags',
      'aria-label': 'Search',
      role: 'combobox',
      'aria-expanded': 'false',
      'aria-controls': 'hits',
      'aria-autocomplete': 'list',
      autocomplete: 'off',
      spellcheck: 'false',
      oninput: () => this.#show(),
      onfocus: () => this.#show(),
      onblur: () => setTimeout(() => this.#close(), 150),
      onkeydown: (event: KeyboardEvent) => this.#key(event),
    });
    this.element = h(
      'div',
      { class: 'search', role: 'search' },
      this.#input,
      h('kbd', { 'aria-hidden': 'true' }, '/'),
      this.#list,
    );
  }

  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  #show(): void {
    const query = this.#input.value;
    const all = this.site.search.find(query);
    this.#hits = all.slice(0, SHOWN);
    this.#active = this.#hits.length > 0 ? 0 : -1;
    this.#list.replaceChildren(
      ...this.#hits.map(({ node, column }, i) =>
        h(
          'li',
          {
            id: `hit-${i}`,
            role: 'option',
            class: typeClass(node),
            onpointerdown: () => this.#open(nodeRoute(node.id)),
          },
          h('span', { class: 'dot', 'aria-hidden': 'true' }),
          h('span', { class: 'name' }, ...breakable(node.label), column !== undefined && h('code', {}, column)),
          h('span', { class: 'what' }, kindText(node)),
        ),
      ),
      ...(query.trim() === '' || this.#hits.length === all.length
        ? []
        : [
            h(
              'li',
              { role: 'presentation', class: 'all', onpointerdown: () => this.#openAll() },
              `All ${counted(all.length, 'hit')}`,
            ),
          ]),
      ...(query.trim() !== '' && all.length === 0
        ? [h('li', { role: 'presentation', class: 'all' }, 'Nothing found')]
        : []),
    );
    this.#list.hidden = query.trim() === '';
    this.#input.setAttribute('aria-expanded', String(!this.#list.hidden));
    this.#mark();
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && this.#hits.length > 0) {
      this.#active = (this.#active + step + this.#hits.length) % this.#hits.length;
      this.#mark();
    } else if (event.key === 'Enter') {
      const hit = this.#hits[this.#active];
      if (event.ctrlKey || event.metaKey || hit === undefined) this.#openAll();
      else this.#open(nodeRoute(hit.node.id));
    } else if (event.key === 'Escape') {
      this.#input.value = '';
      this.#close();
      this.#input.blur();
    } else return;
    event.preventDefault();
  }

  #mark(): void {
    for (const [i, item] of [...this.#list.querySelectorAll('[role=option]')].entries())
      item.setAttribute('aria-selected', String(i === this.#active));
    if (this.#active >= 0) this.#input.setAttribute('aria-activedescendant', `hit-${this.#active}`);
    else this.#input.removeAttribute('aria-activedescendant');
  }

  #openAll(): void {
    if (this.#input.value.trim() !== '') this.#open(routeTo(['search'], { q: this.#input.value.trim() }));
  }

  #open(hash: string): void {
    this.#close();
    this.#input.blur();
    this.go(hash);
  }

  #close(): void {
    this.#list.hidden = true;
    this.#input.setAttribute('aria-expanded', 'false');
  }
}
