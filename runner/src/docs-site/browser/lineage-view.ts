import type { SiteNode } from '../site-data.js';
import { h } from './dom.js';
import type { Box, DrawnGraph } from './folders.js';
import { counted } from './format.js';
import { type Layout, layoutGraph } from './layout.js';
import { Camera } from './lineage-camera.js';
import { LineagePainter } from './lineage-painter.js';
import { kindText, statusWord, toneOf, typeClass } from './parts.js';
import { isSemantic } from './semantic.js';
import type { Site } from './site.js';

const SIZES = { boxWidth: 204, boxHeight: 36, gapX: 50, gapY: 12 };
/** Below this scale names cannot be read: boxes are painted, and no elements are made for them. */
const LEGIBLE = 0.3;

export interface LineageHandlers {
  /** a box was chosen, or none */
  readonly onSelect: (box: Box | undefined) => void;
  /** a box was chosen a second time */
  readonly onOpen: (box: Box) => void;
}

export interface LineageOptions {
  /** false: the wheel scrolls the page unless Ctrl is held */
  readonly wheelZooms: boolean;
  /** pixels: the view is made as high as its graph, within these bounds; undefined leaves the height to the style sheet */
  readonly height?: { readonly least: number; readonly most: number };
}

/**
 * A graph that can be moved and zoomed. Edges are painted on a canvas; boxes are elements, made for those in view only,
 * so that thousands of nodes cost what is seen of them.
 */
export class LineageView {
  readonly element: HTMLElement;
  readonly #canvas = h('canvas', { 'aria-hidden': 'true' });
  readonly #layer = h('div', { class: 'boxes' });
  readonly #camera: Camera;
  readonly #painter: LineagePainter;
  readonly #made = new Map<number, HTMLElement>();
  #graph: DrawnGraph = { boxes: [], edges: [] };
  #layout: Layout = { boxes: [], edges: [], columns: [], width: 0, height: 0 };
  #marked: ReadonlySet<string> = new Set();
  #selected: number | undefined;
  #hovered: number | undefined;
  #frame = 0;
  /** nobody has moved the view yet: it follows the window's size */
  #untouched = true;

  constructor(
    private readonly site: Site,
    private readonly handlers: LineageHandlers,
    private readonly options: LineageOptions,
  ) {
    const hint = 'Arrow keys move between nodes, Enter chooses one, Enter again opens it; plus, minus and 0 zoom.';
    const zoom = (label: string, sign: string, act: () => void) =>
      h('button', { type: 'button', title: label, 'aria-label': label, onclick: act }, sign);
    this.element = h(
      'div',
      { class: 'lineage', role: 'group', tabindex: 0, 'aria-roledescription': 'graph' },
      this.#canvas,
      this.#layer,
      h(
        'div',
        { class: 'zoom' },
        zoom('Zoom in', '+', () => this.#zoom(1.4)),
        zoom('Zoom out', '−', () => this.#zoom(1 / 1.4)),
        zoom('Show all', '⤢', () => this.fit()),
      ),
      h('p', { class: 'sr-only' }, hint),
    );
    this.#camera = new Camera(this.element, () => this.#later(), options.wheelZooms);
    this.#camera.onMove = () => {
      this.#untouched = false;
    };
    this.#painter = new LineagePainter(this.#canvas, SIZES);
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.element.addEventListener('click', (event) => this.#click(event));
    new ResizeObserver(() => {
      if (this.#untouched) this.fit();
      else this.#later();
    }).observe(this.element);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#later());
    addEventListener('beforeprint', () => this.#paint());
    document.addEventListener('themechange', () => this.#later());
  }

  /** Lays out a graph and shows it whole. @param marked unique ids that stand out */
  show(graph: DrawnGraph, marked: ReadonlySet<string> = new Set()): void {
    this.#graph = graph;
    this.#layout = layoutGraph(graph.boxes.length, graph.edges, SIZES);
    this.#marked = marked;
    this.#selected = undefined;
    this.#hovered = undefined;
    for (const element of this.#made.values()) element.remove();
    this.#made.clear();
    this.#painter.show(graph, this.#layout);
    const folders = graph.boxes.filter((box) => box.folder !== undefined).length;
    const nodes = counted(graph.boxes.length - folders, 'node');
    this.element.setAttribute(
      'aria-label',
      `Lineage graph: ${nodes}${folders === 0 ? '' : ` and ${counted(folders, 'closed folder')}`}`,
    );
    const { height } = this.options;
    if (height !== undefined) {
      const wanted = Math.min(height.most, Math.max(height.least, this.#layout.height + 56));
      this.element.style.height = `${wanted}px`;
    }
    if (this.element.isConnected) this.fit();
  }

  /** Shows all of the graph. */
  fit(): void {
    this.#untouched = true;
    this.#camera.fit(this.#layout.width, this.#layout.height);
  }

  #zoom(factor: number): void {
    this.#untouched = false;
    this.#camera.zoom(factor);
  }

  select(at: number | undefined): void {
    this.#selected = at;
    for (const [box, element] of this.#made) this.#dress(box, element);
    this.handlers.onSelect(at === undefined ? undefined : this.#graph.boxes[at]);
    this.#later();
  }

  #later(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  #paint(): void {
    const { clientWidth, clientHeight } = this.element;
    if (clientWidth === 0) return;
    const { x, y, scale } = this.#camera;
    const legible = scale >= LEGIBLE;
    const active = this.#hovered ?? this.#selected;
    this.#painter.paint(this.#camera, { width: clientWidth, height: clientHeight }, { active, paintBoxes: !legible });
    this.#layer.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    const near = (at: number): boolean => {
      if (!legible) return false;
      const box = this.#layout.boxes[at]!;
      const left = box.x * scale + x;
      const middle = box.y * scale + y;
      return (
        left < clientWidth + 80 && left + SIZES.boxWidth * scale > -80 && middle > -60 && middle < clientHeight + 60
      );
    };
    for (const [at, element] of this.#made) {
      if (near(at) || element === document.activeElement) continue;
      element.remove();
      this.#made.delete(at);
    }
    for (let at = 0; at < this.#graph.boxes.length; at++) if (!this.#made.has(at) && near(at)) this.#make(at);
  }

  #make(at: number): HTMLElement {
    const box = this.#graph.boxes[at]!;
    const { x, y } = this.#layout.boxes[at]!;
    const { node } = box;
    const result = node?.result;
    const element = h(
      'button',
      {
        type: 'button',
        class: `box ${node === undefined ? 'folder' : typeClass(node)}`,
        style: `left:${x}px;top:${y - SIZES.boxHeight / 2}px`,
        title: node === undefined ? `folder ${box.folder}` : node.label,
        'aria-label': this.#nameOf(at),
        onpointerenter: () => this.#hover(at),
        onpointerleave: () => this.#hover(undefined),
        onfocus: () => this.#hover(at),
        onblur: () => this.#hover(undefined),
      },
      h('span', { class: 'mark', 'aria-hidden': 'true' }),
      h('span', { class: 'name' }, node === undefined ? shortFolder(box.folder!) : shortName(node)),
      node === undefined && h('span', { class: 'count' }, box.members.length),
      result !== undefined && h('span', { class: `result ${toneOf(result.status)}`, 'aria-hidden': 'true' }),
    );
    this.#made.set(at, element);
    this.#dress(at, element);
    this.#layer.append(element);
    return element;
  }

  #dress(at: number, element: HTMLElement): void {
    const box = this.#graph.boxes[at]!;
    element.classList.toggle('selected', at === this.#selected);
    element.classList.toggle('marked', box.node !== undefined && this.#marked.has(box.node.id));
    element.setAttribute('aria-pressed', String(at === this.#selected));
    // one box is reached by Tab, the others by arrow keys
    element.tabIndex = at === (this.#selected ?? this.#layout.columns[0]?.[0]) ? 0 : -1;
  }

  #nameOf(at: number): string {
    const { node, folder, members } = this.#graph.boxes[at]!;
    if (node === undefined) return `folder ${folder}, ${counted(members.length, 'node')}, closed`;
    const parents = this.site.parentsOf(node).length;
    const children = this.site.childrenOf(node).length;
    const result = node.result === undefined ? '' : `, ${statusWord(node.result.status)}`;
    return `${node.label}, ${kindText(node)}${result}, reads ${parents}, read by ${children}`;
  }

  #hover(at: number | undefined): void {
    this.#hovered = at;
    this.#later();
  }

  #click(event: MouseEvent): void {
    const target = event.target as Element;
    if (target.closest('.zoom') !== null) return;
    const element = target.closest('.box');
    let at = [...this.#made].find(([, made]) => made === element)?.[0];
    if (at === undefined) {
      const point = this.#camera.toDrawing(event);
      at = this.#layout.boxes.findIndex(
        ({ x, y }) => point.x >= x && point.x <= x + SIZES.boxWidth && Math.abs(point.y - y) <= SIZES.boxHeight / 2,
      );
      if (at === -1) {
        this.select(undefined);
        return;
      }
    }
    this.#choose(at);
  }

  #choose(at: number): void {
    if (this.#selected === at) this.handlers.onOpen(this.#graph.boxes[at]!);
    else this.select(at);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const current = [...this.#made].find(([, element]) => element === document.activeElement)?.[0];
    const steps: Record<string, () => number | undefined> = {
      ArrowLeft: () => this.#neighbour(current, 'left'),
      ArrowRight: () => this.#neighbour(current, 'right'),
      ArrowUp: () => this.#within(current, -1),
      ArrowDown: () => this.#within(current, 1),
    };
    const acts: Record<string, () => void> = {
      '+': () => this.#zoom(1.25),
      '=': () => this.#zoom(1.25),
      '-': () => this.#zoom(0.8),
      '0': () => this.fit(),
      Escape: () => this.select(undefined),
    };
    if (event.key in steps) this.#goTo(steps[event.key]!());
    else if (event.key in acts) acts[event.key]!();
    else return;
    event.preventDefault();
  }

  #goTo(at: number | undefined): void {
    if (at === undefined) return;
    this.#untouched = false;
    const { x, y } = this.#layout.boxes[at]!;
    if (this.#camera.scale < LEGIBLE) this.#camera.zoom(0.8 / this.#camera.scale);
    this.#camera.reveal(x, y - SIZES.boxHeight / 2, SIZES.boxWidth, SIZES.boxHeight);
    (this.#made.get(at) ?? this.#make(at)).focus({ preventScroll: true });
  }

  /** The box to the left or right that is linked and nearest in height. */
  #neighbour(current: number | undefined, side: 'left' | 'right'): number | undefined {
    if (current === undefined) return this.#layout.columns[0]?.[0];
    const here = this.#layout.boxes[current]!;
    const linked = this.#graph.edges
      .filter((edge) => edge[side === 'left' ? 1 : 0] === current)
      .map((edge) => edge[side === 'left' ? 0 : 1]);
    const distance = (at: number): number => Math.abs(this.#layout.boxes[at]!.y - here.y);
    return linked.sort((a, b) => distance(a) - distance(b))[0];
  }

  #within(current: number | undefined, step: number): number | undefined {
    if (current === undefined) return this.#layout.columns[0]?.[0];
    const column = this.#layout.columns.find((boxes) => boxes.includes(current))!;
    return column[column.indexOf(current) + step];
  }
}

/** Colours and folders tell the schema; the name needs the room. */
function shortName(node: SiteNode): string {
  return node.type === 'source' || node.type === 'exposure' || isSemantic(node) ? node.label : node.name;
}

/** `intermediate/people` → `…/people` where the whole does not fit. */
function shortFolder(folder: string): string {
  return folder.length <= 16 ? folder : `…/${folder.split('/').at(-1)}`;
}
