// Thousands of points on a canvas, to look at, pan and zoom, with their names above them.
import { kinds, type Paint, type Projection, rgbOf, setDiscs } from "./discs";
import { Names, type Points } from "./names";

export type View = { zoom: number; x: number; y: number };
export type Told = {
  hover: (point: number, x: number, y: number) => void;
  leave: () => void;
  choose: (point: number, byTouch: boolean) => void;
  circled: (points: number[]) => void;
  clear: () => void;
  hint: () => void;
};

const margin = 14, furthest = 60, reach = 10;

/** Where a plane comes to lie in a frame: layouts have no true proportions, so it may be stretched, but not out of shape. */
export const fitted = (width: number, height: number, frameWidth: number, frameHeight: number) => {
  const x = frameWidth / width, y = frameHeight / height;
  const scaleX = Math.min(x, 1.5 * y), scaleY = Math.min(y, 1.5 * x);
  return { scaleX, scaleY, left: (frameWidth - scaleX * width) / 2, top: (frameHeight - scaleY * height) / 2 };
};

export class PointMap {
  view: View = { zoom: 1, x: 0, y: 0 };
  circling = false;
  private points: Points | undefined;
  private paint: Paint | undefined;
  private order: Uint32Array = new Uint32Array();
  private pixels: ImageData | undefined;
  private ratio = 1;
  private due = 0;
  private path: [number, number][] | undefined;
  private moved = 0;
  private readonly down = new Map<number, [number, number]>();
  private readonly names: Names;
  private readonly pen: CanvasRenderingContext2D;
  private readonly stop = new AbortController();
  private readonly sized = new ResizeObserver(() => this.fit());
  private readonly themed = new MutationObserver(() => this.draw());

  constructor(private readonly canvas: HTMLCanvasElement, shelf: HTMLElement, private readonly told: Told) {
    this.names = new Names(shelf);
    this.pen = canvas.getContext("2d", { alpha: false })!;
    this.sized.observe(canvas);
    this.themed.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    this.listen();
  }

  show(points: Points, view?: View) {
    this.points = points;
    this.paint = undefined;
    this.names.clear();
    this.view = view ?? { zoom: 1, x: 0, y: 0 };
    this.fit();
  }

  colour(paint: Paint) {
    this.paint = paint;
    const order = Array.from(paint.kind.keys());
    // Those that matter most are set last, above the others.
    this.order = Uint32Array.from(order.sort((a, b) => paint.kind[a]! - paint.kind[b]! || a - b));
    this.draw();
  }

  reset() {
    this.view = { zoom: 1, x: 0, y: 0 };
    this.draw();
  }

  zoom(factor: number, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const zoom = Math.max(0.8, Math.min(furthest, this.view.zoom * factor)), real = zoom / this.view.zoom;
    this.view = { zoom, x: x - (x - this.view.x) * real, y: y - (y - this.view.y) * real };
    this.draw();
  }

  pan(x: number, y: number) {
    this.view = { ...this.view, x: this.view.x + x, y: this.view.y + y };
    this.draw();
  }

  /** Shows a part of the plane as large as it fits. */
  goTo(indices: ArrayLike<number>) {
    const points = this.points;
    if (!points || indices.length === 0) return;
    let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
    const { scaleX, scaleY, left: x0, top: y0 } = this.frame();
    for (let i = 0; i < indices.length; i++) {
      const x = x0 + points.x[indices[i]!]! * scaleX, y = y0 + points.y[indices[i]!]! * scaleY;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const zoom = Math.max(1, Math.min(12, 0.7 * Math.min(width / Math.max(1, right - left), height / Math.max(1, bottom - top))));
    this.view = { zoom, x: width / 2 - ((left + right) / 2) * zoom, y: height / 2 - ((top + bottom) / 2) * zoom };
    this.draw();
  }

  end() {
    this.stop.abort();
    this.sized.disconnect();
    this.themed.disconnect();
    cancelAnimationFrame(this.due);
  }

  draw() {
    if (this.due === 0) this.due = requestAnimationFrame(() => this.paintNow());
  }

  private fit() {
    const { clientWidth, clientHeight } = this.canvas;
    this.ratio = Math.min(2, Math.max(1, devicePixelRatio || 1));
    const width = Math.round(clientWidth * this.ratio), height = Math.round(clientHeight * this.ratio);
    if (width > 0 && height > 0 && (this.pixels?.width !== width || this.pixels.height !== height)) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.pixels = this.pen.createImageData(width, height);
      // A canvas without transparency is black once its size was set, and is shown so where the next frame would be the first to paint it.
      this.pen.fillStyle = getComputedStyle(this.canvas).backgroundColor;
      this.pen.fillRect(0, 0, width, height);
      cancelAnimationFrame(this.due);
      this.paintNow();
      return;
    }
    this.draw();
  }

  private frame() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const { width: w, height: h } = this.points!;
    const fit = fitted(w, h, Math.max(1, width - 2 * margin), Math.max(1, height - 2 * margin));
    return { ...fit, left: fit.left + margin, top: fit.top + margin };
  }

  /** From places on the plane to places on the canvas. */
  private projection(): Projection {
    const { scaleX, scaleY, left, top } = this.frame(), { zoom, x, y } = this.view;
    return { sx: scaleX * zoom, sy: scaleY * zoom, x: left * zoom + x, y: top * zoom + y };
  }

  private paintNow() {
    this.due = 0;
    if (!this.points || !this.paint || !this.pixels || this.canvas.clientWidth === 0) return;
    const style = getComputedStyle(this.canvas);
    const [surface] = rgbOf([style.backgroundColor]);
    const at = this.projection(), shown = setDiscs(this.pixels, this.points, this.paint, this.order, at, this.view.zoom, this.ratio, surface!);
    this.pen.putImageData(this.pixels, 0, 0);
    this.pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.outline(style.borderTopColor);
    if (this.path) this.line(this.path, style.color);
    this.canvas.dataset.names = String(this.names.place(this.points, at, this.canvas.clientWidth, this.canvas.clientHeight, this.view.zoom));
    if (this.canvas.dataset.points === undefined) performance.mark("map drawn");
    this.canvas.dataset.points = String(shown);
  }

  private outline(colour: string) {
    const at = this.projection();
    this.pen.strokeStyle = colour;
    this.pen.lineWidth = 1;
    for (const [x, y, width, height] of this.points!.tiles) {
      this.pen.beginPath();
      this.pen.roundRect(at.x + x * at.sx, at.y + y * at.sy, width * at.sx, height * at.sy, 8);
      this.pen.stroke();
    }
  }

  private line(path: [number, number][], colour: string) {
    this.pen.beginPath();
    for (const [x, y] of path) this.pen.lineTo(x, y);
    this.pen.closePath();
    this.pen.fillStyle = colour;
    this.pen.globalAlpha = 0.12;
    this.pen.fill();
    this.pen.globalAlpha = 1;
    this.pen.strokeStyle = colour;
    this.pen.lineWidth = 1.5;
    this.pen.stroke();
  }

  private nearest(x: number, y: number): number {
    const points = this.points, paint = this.paint;
    if (!points || !paint) return -1;
    const at = this.projection();
    let found = -1, least = reach * reach;
    for (let i = 0; i < points.x.length; i++) {
      const dx = at.x + points.x[i]! * at.sx - x, dy = at.y + points.y[i]! * at.sy - y, distance = dx * dx + dy * dy + (paint.kind[i]! < kinds.usual ? 16 : 0);
      if (distance < least) [found, least] = [i, distance];
    }
    return found;
  }

  /** The points inside a line that is closed from its end to its beginning (even-odd rule). */
  private inside(path: [number, number][]): number[] {
    const points = this.points!, at = this.projection(), found: number[] = [];
    for (let i = 0; i < points.x.length; i++) {
      const x = at.x + points.x[i]! * at.sx, y = at.y + points.y[i]! * at.sy;
      let isInside = false;
      for (let a = 0, b = path.length - 1; a < path.length; b = a++) {
        const [ax, ay] = path[a]!, [bx, by] = path[b]!;
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isInside = !isInside;
      }
      if (isInside) found.push(i);
    }
    return found;
  }

  private listen() {
    const on = <K extends keyof HTMLElementEventMap>(type: K, act: (event: HTMLElementEventMap[K]) => void) => this.canvas.addEventListener(type, act, { signal: this.stop.signal, passive: false });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.draw(), { signal: this.stop.signal });
    on("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== this.canvas) {
        this.told.hint();
        return;
      }
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.002)), event.offsetX, event.offsetY);
    });
    on("pointerdown", (event) => {
      this.down.set(event.pointerId, [event.offsetX, event.offsetY]);
      this.moved = 0;
      this.path = this.down.size === 1 && (this.circling || event.shiftKey) ? [[event.offsetX, event.offsetY]] : undefined;
      this.canvas.setPointerCapture(event.pointerId);
      this.told.leave();
    });
    on("pointermove", (event) => this.move(event, event.offsetX, event.offsetY));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => {
      this.down.delete(event.pointerId);
      this.path = undefined;
      this.draw();
    });
    on("pointerleave", () => this.told.leave());
    on("keydown", (event) => {
      const act: (() => void) | undefined = {
        ArrowLeft: () => this.pan(60, 0), ArrowRight: () => this.pan(-60, 0), ArrowUp: () => this.pan(0, 60), ArrowDown: () => this.pan(0, -60),
        "+": () => this.zoom(1.5), "=": () => this.zoom(1.5), "-": () => this.zoom(1 / 1.5), "0": () => this.reset(), Escape: () => this.told.clear(),
      }[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    });
  }

  /** Where the pointer was since it was told of last: a browser that is busy tells of several places at once. */
  private way(event: PointerEvent): [number, number][] {
    const { left, top } = this.canvas.getBoundingClientRect(), all = event.getCoalescedEvents?.() ?? [];
    return (all.length > 0 ? all : [event]).map((one) => [one.clientX - left - this.canvas.clientLeft, one.clientY - top - this.canvas.clientTop]);
  }

  private up(event: PointerEvent) {
    this.path?.push(...this.way(event));
    const path = this.path, isClick = this.down.size === 1 && this.moved < 5;
    this.down.delete(event.pointerId);
    this.path = undefined;
    if (isClick) {
      const point = this.nearest(event.offsetX, event.offsetY);
      if (point >= 0) this.told.choose(point, event.pointerType !== "mouse");
      else this.told.clear();
    } else if (path && path.length > 2) {
      this.told.circled(this.inside(path));
    }
    this.draw();
  }

  private move(event: PointerEvent, x: number, y: number) {
    const before = this.down.get(event.pointerId);
    if (!before) {
      const point = this.nearest(x, y);
      this.canvas.classList.toggle("overpoint", point >= 0);
      if (point >= 0) this.told.hover(point, x, y);
      else this.told.leave();
      return;
    }
    this.down.set(event.pointerId, [x, y]);
    this.moved += Math.abs(x - before[0]) + Math.abs(y - before[1]);
    if (this.down.size === 1) {
      if (this.path) {
        this.path.push(...this.way(event));
        this.draw();
      } else this.pan(x - before[0], y - before[1]);
      return;
    }
    this.path = undefined;
    const [, [ox, oy]] = [...this.down].find(([id]) => id !== event.pointerId)!;
    const span = (px: number, py: number) => Math.max(1, Math.hypot(px - ox, py - oy));
    this.zoom(span(x, y) / span(...before), (x + ox) / 2, (y + oy) / 2);
  }
}
