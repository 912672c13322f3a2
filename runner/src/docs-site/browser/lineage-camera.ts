import './dom.js';

const SMALLEST = 0.01;
const LARGEST = 2.5;

/** Where a drawing is looked at from: moved and zoomed by pointer, wheel and fingers. */
export class Camera {
  x = 0;
  y = 0;
  scale = 1;
  /** called when pointer or wheel move the view */
  onMove: () => void = () => {};
  readonly #pointers = new Map<number, { x: number; y: number }>();
  #moved = false;

  /**
   * @param changed called after every change
   * @param wheelZooms false: the wheel scrolls the page unless Ctrl is held
   */
  constructor(
    private readonly view: HTMLElement,
    private readonly changed: () => void,
    wheelZooms: boolean,
  ) {
    view.addEventListener('pointerdown', (event) => this.#down(event));
    view.addEventListener('pointermove', (event) => this.#move(event));
    for (const end of ['pointerup', 'pointercancel'] as const)
      view.addEventListener(end, (event) => this.#pointers.delete(event.pointerId));
    // a click that ended a movement is none
    view.addEventListener(
      'click',
      (event) => {
        if (this.#moved) event.stopPropagation();
        this.#moved = false;
      },
      true,
    );
    view.addEventListener(
      'wheel',
      (event) => {
        if (!wheelZooms && !event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        this.onMove();
        const at = this.#inView(event);
        this.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0015)), at.x, at.y);
      },
      { passive: false },
    );
  }

  /** Zooms by a factor; the given point (pixels of the view) stays where it is. */
  zoom(factor: number, x: number = this.view.clientWidth / 2, y: number = this.view.clientHeight / 2): void {
    const scale = Math.min(LARGEST, Math.max(SMALLEST, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.changed();
  }

  /** Shows a drawing of a size whole, at its own size at most. */
  fit(width: number, height: number): void {
    const { clientWidth, clientHeight } = this.view;
    const margin = Math.min(28, clientWidth / 12);
    const room = { width: clientWidth - 2 * margin, height: clientHeight - 2 * margin };
    this.scale = Math.max(SMALLEST, Math.min(1, room.width / Math.max(1, width), room.height / Math.max(1, height)));
    this.x = (clientWidth - width * this.scale) / 2;
    this.y = (clientHeight - height * this.scale) / 2;
    this.changed();
  }

  /** Moves as little as needed to show a box of the drawing. */
  reveal(x: number, y: number, width: number, height: number): void {
    const margin = 24;
    const left = x * this.scale + this.x;
    const top = y * this.scale + this.y;
    const right = left + width * this.scale;
    const bottom = top + height * this.scale;
    if (left < margin) this.x += margin - left;
    else if (right > this.view.clientWidth - margin) this.x -= right - this.view.clientWidth + margin;
    if (top < margin) this.y += margin - top;
    else if (bottom > this.view.clientHeight - margin) this.y -= bottom - this.view.clientHeight + margin;
    this.changed();
  }

  /** The point of the drawing below a pointer. */
  toDrawing(event: MouseEvent): { x: number; y: number } {
    const at = this.#inView(event);
    return { x: (at.x - this.x) / this.scale, y: (at.y - this.y) / this.scale };
  }

  #inView(event: MouseEvent): { x: number; y: number } {
    const { left, top } = this.view.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return;
    if (this.#pointers.size === 0) this.#moved = false;
    this.#pointers.set(event.pointerId, this.#inView(event));
  }

  #move(event: PointerEvent): void {
    const last = this.#pointers.get(event.pointerId);
    if (last === undefined) return;
    const at = this.#inView(event);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (!this.#moved) {
      if (Math.hypot(at.x - last.x, at.y - last.y) < 4) return;
      this.#moved = true;
      this.view.setPointerCapture(event.pointerId);
    }
    this.#pointers.set(event.pointerId, at);
    this.onMove();
    if (other === undefined) {
      this.x += at.x - last.x;
      this.y += at.y - last.y;
      this.changed();
      return;
    }
    const before = Math.hypot(last.x - other.x, last.y - other.y);
    const after = Math.hypot(at.x - other.x, at.y - other.y);
    if (before > 0) this.zoom(after / before, (at.x + other.x) / 2, (at.y + other.y) / 2);
  }
}
