import { h } from './dom.js';
import type { DrawnGraph } from './folders.js';
import type { Layout, LayoutSizes, Point } from './layout.js';
import { typeClass } from './parts.js';

interface PaintedEdge {
  readonly path: Path2D;
  readonly from: number;
  readonly to: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Paints a graph's edges, and its boxes where they are too small to be read. */
export class LineagePainter {
  #edges: readonly PaintedEdge[] = [];
  #boxes: readonly { readonly at: Point; readonly kind: string }[] = [];
  readonly #probe = h('span', { class: 'probe', hidden: true });

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly sizes: LayoutSizes,
  ) {}

  show(graph: DrawnGraph, layout: Layout): void {
    this.#edges = layout.edges.map(({ from, to, points }) => {
      const xs = points.map((point) => point.x);
      const ys = points.map((point) => point.y);
      return {
        from,
        to,
        path: pathOf(points),
        left: Math.min(...xs),
        right: Math.max(...xs),
        top: Math.min(...ys),
        bottom: Math.max(...ys),
      };
    });
    this.#boxes = graph.boxes.map(({ node }, i) => ({
      at: layout.boxes[i]!,
      kind: node === undefined ? 'folder' : typeClass(node),
    }));
  }

  paint(
    view: { readonly x: number; readonly y: number; readonly scale: number },
    size: { readonly width: number; readonly height: number },
    options: { readonly active: number | undefined; readonly paintBoxes: boolean },
  ): void {
    const ratio = devicePixelRatio || 1;
    const { canvas } = this;
    const width = Math.round(size.width * ratio);
    const height = Math.round(size.height * ratio);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const context = canvas.getContext('2d');
    if (context === null) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(view.scale * ratio, 0, 0, view.scale * ratio, view.x * ratio, view.y * ratio);
    const left = -view.x / view.scale;
    const top = -view.y / view.scale;
    const right = left + size.width / view.scale;
    const bottom = top + size.height / view.scale;
    const seen = this.#edges.filter(
      (edge) => edge.right >= left && edge.left <= right && edge.bottom >= top && edge.top <= bottom,
    );
    const { active } = options;
    const touches = (edge: PaintedEdge): boolean => edge.from === active || edge.to === active;
    context.lineWidth = Math.max(1.2, 0.9 / view.scale);
    context.strokeStyle = this.#colour('--edge');
    // one path for all: thousands of single strokes are what takes time
    const all = new Path2D();
    for (const edge of seen) if (active === undefined || !touches(edge)) all.addPath(edge.path);
    context.globalAlpha = active === undefined ? 1 : 0.45;
    context.stroke(all);
    context.globalAlpha = 1;
    if (active !== undefined) {
      context.lineWidth = Math.max(2, 1.6 / view.scale);
      for (const edge of seen.filter(touches)) {
        context.strokeStyle = this.#colour(edge.to === active ? '--edge-in' : '--edge-out');
        context.stroke(edge.path);
      }
    }
    if (!options.paintBoxes) return;
    const colours = new Map<string, string>();
    for (const [i, { at, kind }] of this.#boxes.entries()) {
      if (at.x > right || at.x + this.sizes.boxWidth < left || at.y < top - 40 || at.y > bottom + 40) continue;
      if (!colours.has(kind)) colours.set(kind, this.#colour(`--${kind}`));
      context.fillStyle = colours.get(kind)!;
      context.globalAlpha = active === undefined || i === active ? 1 : 0.7;
      context.fillRect(at.x, at.y - this.sizes.boxHeight / 2, this.sizes.boxWidth, this.sizes.boxHeight);
    }
    context.globalAlpha = 1;
  }

  /** A colour of the style sheet, as the theme has it now. */
  #colour(name: string): string {
    if (!this.#probe.isConnected) this.canvas.after(this.#probe);
    this.#probe.style.color = `var(${name})`;
    return getComputedStyle(this.#probe).color;
  }
}

/** A smooth way through points: level where it leaves and reaches a column. */
function pathOf(points: readonly Point[]): Path2D {
  const path = new Path2D();
  path.moveTo(points[0]!.x, points[0]!.y);
  for (let i = 1; i < points.length; i++) {
    const from = points[i - 1]!;
    const to = points[i]!;
    // an edge that runs backwards swings out at both ends
    const reach = to.x >= from.x ? Math.max(18, (to.x - from.x) / 2) : 60;
    if (from.y === to.y && to.x >= from.x) path.lineTo(to.x, to.y);
    else path.bezierCurveTo(from.x + reach, from.y, to.x - reach, to.y, to.x, to.y);
  }
  return path;
}
