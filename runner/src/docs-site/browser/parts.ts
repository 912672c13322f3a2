import type { SiteNode, SiteResult } from '../site-data.js';
import { h, trusted } from './dom.js';
import { formatSeconds } from './format.js';
import { markdownToHtml } from './markdown.js';
import { nodeRoute } from './route.js';
import { isSemantic } from './semantic.js';

/** How a status is shown: its colour and its word. */
const STATUS: Readonly<Record<string, { tone: 'good' | 'warn' | 'bad' | 'dull'; word: string }>> = {
  success: { tone: 'good', word: 'succeeded' },
  pass: { tone: 'good', word: 'passed' },
  reused: { tone: 'good', word: 'reused' },
  warn: { tone: 'warn', word: 'warned' },
  error: { tone: 'bad', word: 'error' },
  fail: { tone: 'bad', word: 'failed' },
  blocked: { tone: 'bad', word: 'blocked' },
  skipped: { tone: 'dull', word: 'skipped' },
  cancelled: { tone: 'dull', word: 'cancelled' },
};

export function toneOf(status: string): 'good' | 'warn' | 'bad' | 'dull' {
  return STATUS[status]?.tone ?? 'dull';
}

export function statusWord(status: string): string {
  return STATUS[status]?.word ?? status;
}

/** A word for a result, coloured; `not run` where there is none. */
export function statusBadge(result: SiteResult | undefined): HTMLElement {
  if (result === undefined) return h('span', { class: 'status dull' }, 'not run');
  return h(
    'span',
    { class: `status ${toneOf(result.status)}`, title: result.seconds > 0 ? formatSeconds(result.seconds) : undefined },
    statusWord(result.status),
  );
}

/** What became of a node in the last run; nothing for what no run builds. */
export function nodeStatusBadge(node: SiteNode): HTMLElement | undefined {
  const isNeverBuilt = ['source', 'exposure', 'analysis'].includes(node.type) || isSemantic(node);
  if (node.result === undefined && isNeverBuilt) return undefined;
  return statusBadge(node.result);
}

/** The colour class of a node: its kind of resource. */
export function typeClass(node: SiteNode): string {
  return `t-${node.type === 'model' && node.kind === 'view' ? 'view' : node.type}`;
}

export function kindBadge(node: SiteNode): HTMLElement {
  return h('span', { class: `kind ${typeClass(node)}` }, kindText(node));
}

export function kindText(node: SiteNode): string {
  return node.type === 'test' ? 'test' : node.kind;
}

/** A link to a node's page, with the mark of its kind. */
export function nodeLink(node: SiteNode, text: string = node.label): HTMLElement {
  const result = node.result;
  const failed = result !== undefined && toneOf(result.status) === 'bad';
  return h(
    'a',
    { class: `node-link ${typeClass(node)}`, href: nodeRoute(node.id), title: `${kindText(node)} ${node.label}` },
    h('span', { class: 'dot', 'aria-hidden': 'true' }),
    h('span', { class: 'name' }, ...breakable(text)),
    failed && h('span', { class: 'status bad small' }, statusWord(result.status)),
  );
}

/** Long names break after dots and underscores. */
export function breakable(text: string): (string | HTMLElement)[] {
  return text.split(/(?<=[._/])/).flatMap((part) => [part, h('wbr')]);
}

export function markdown(text: string): HTMLElement {
  return trusted('div', { class: 'markdown' }, markdownToHtml(text));
}

export function section(id: string, title: string, ...content: Parameters<typeof h>[2][]): HTMLElement {
  return h(
    'section',
    { id, class: 'part', 'aria-labelledby': `${id}-title` },
    h('h2', { id: `${id}-title` }, title),
    ...content,
  );
}

/** A table that scrolls sideways by itself; reachable by keyboard. */
export function tableBox(label: string, table: HTMLElement): HTMLElement {
  return h('div', { class: 'table-box', tabindex: 0, role: 'region', 'aria-label': label }, table);
}

/** A column's head; `#` before it puts it above numbers. */
export type Head = string;

export function headCell(head: Head): HTMLElement {
  return head.startsWith('#')
    ? h('th', { scope: 'col', class: 'number' }, head.slice(1))
    : h('th', { scope: 'col' }, head);
}

/** Rows that a page shows before it is asked for all of them. */
const FIRST_ROWS = 200;

/** A table of many rows: the first ones at once, the others when asked for. */
export function longTable(label: string, heads: readonly Head[], rows: readonly (() => HTMLElement)[]): HTMLElement {
  const body = h('tbody', {}, ...rows.slice(0, FIRST_ROWS).map((row) => row()));
  const table = h('table', { class: 'stack' }, h('thead', {}, h('tr', {}, ...heads.map(headCell))), body);
  const box = tableBox(label, table);
  if (rows.length <= FIRST_ROWS) return box;
  const more = h(
    'button',
    {
      class: 'more',
      onclick: () => {
        body.append(...rows.slice(FIRST_ROWS).map((row) => row()));
        more.remove();
      },
    },
    `Show all ${rows.length}`,
  );
  return h('div', {}, box, more);
}
