// Thousands of points on a canvas, to look at, pan and zoom. The pixels are set by hand: a point is a small disc with soft edges, and 20,000 of them are set in a few
// milliseconds without a graphics card. Names lie above them as elements, so that they are as sharp, and as light or dark, as all other text.

export type Label = { key: string; text: string; x: number; y: number };
export type Points = {
  x: Float32Array; y: Float32Array; width: number; height: number;
  /** The most important first. */
  labels: Label[];
  titles: Label[];
};
/** How the points look: the colour of each by its place in colours, and how much of it shows. */
export type Paint = { colour: Uint16Array; colours: [number, number, number][]; kind: Uint8Array };
export const kinds = { dim: 0, loose: 1, usual: 2, bright: 3 } as const;
export type View = { zoom: number; x: number; y: number };
export type Told = {
  hover: (point: number, x: number, y: number) => void;
  leave: () => void;
  choose: (point: number, byTouch: boolean) => void;
  circled: (points: number[]) => void;
  clear: () => void;
  hint: () => void;
};

const margin = 26, most = 80, furthest = 60, reach = 10;
const opacity = [26, 120, 196, 240], scaleOf = [0.85, 0.7, 1, 1.3];
/** Where a plane comes to lie in a frame: layouts have no true proportions, so it may be stretched, but not out of shape. */
export const fitted = (width: number, height: number, frameWidth: number, frameHeight: number) => {
  const x = frameWidth / width, y = frameHeight / height;
  const scaleX = Math.min(x, 1.5 * y), scaleY = Math.min(y, 1.5 * x);
  return { scaleX, scaleY, left: (frameWidth - scaleX * width) / 2, top: (frameHeight - scaleY * height) / 2 };
};

/** Colours as the canvas understands them, as red, green and blue. */
export const rgbOf = (colours: string[]): [number, number, number][] => {
  if (colours.length === 0) return [];
  const canvas = new OffscreenCanvas(colours.length, 1), pen = canvas.getContext("2d", { willReadFrequently: true })!;
  colours.forEach((colour, i) => {
    pen.fillStyle = colour;
    pen.fillRect(i, 0, 1, 1);
  });
  const { data } = pen.getImageData(0, 0, colours.length, 1);
  return colours.map((_, i) => [data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!]);
};

type Stamp = { reach: number; dx: Int16Array; dy: Int16Array; cover: Uint16Array };
const stamps = new Map<number, Stamp>();

/** The pixels of a disc, and how much of each it covers, of 256. */
const stampOf = (radius: number): Stamp => {
  const key = Math.max(2, Math.round(radius * 4));
  const known = stamps.get(key);
  if (known) return known;
  const r = key / 4, far = Math.ceil(r), dx: number[] = [], dy: number[] = [], cover: number[] = [];
  for (let y = -far; y <= far; y++) {
    for (let x = -far; x <= far; x++) {
      const part = Math.min(1, Math.max(0, r + 0.5 - Math.hypot(x, y)));
      if (part === 0) continue;
      dx.push(x);
      dy.push(y);
      cover.push(Math.round(256 * part));
    }
  }
  const stamp = { reach: far, dx: Int16Array.from(dx), dy: Int16Array.from(dy), cover: Uint16Array.from(cover) };
  stamps.set(key, stamp);
  return stamp;
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
  private readonly names = new Map<string, { element: HTMLSpanElement; width: number }>();
  private readonly pen: CanvasRenderingContext2D;
  private readonly stop = new AbortController();
  private readonly sized = new ResizeObserver(() => this.fit());
  private readonly themed = new MutationObserver(() => this.draw());

  constructor(private readonly canvas: HTMLCanvasElement, private readonly shelf: HTMLElement, private readonly told: Told) {
    this.pen = canvas.getContext("2d", { alpha: false })!;
    this.sized.observe(canvas);
    this.themed.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    this.listen();
  }

  show(points: Points, view?: View) {
    this.points = points;
    this.paint = undefined;
    this.names.clear();
    this.shelf.replaceChildren();
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
  private projection() {
    const { scaleX, scaleY, left, top } = this.frame(), { zoom, x, y } = this.view;
    return { sx: scaleX * zoom, sy: scaleY * zoom, x: left * zoom + x, y: top * zoom + y };
  }

  private paintNow() {
    this.due = 0;
    if (!this.points || !this.paint || !this.pixels || this.canvas.clientWidth === 0) return;
    const style = getComputedStyle(this.canvas);
    const [surface] = rgbOf([style.backgroundColor]);
    const shown = this.discs(this.pixels, surface!);
    this.pen.putImageData(this.pixels, 0, 0);
    this.pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    if (this.path) this.line(this.path, style.color);
    this.label();
    this.canvas.dataset.points = String(shown);
  }

  private discs(image: ImageData, [red, green, blue]: [number, number, number]): number {
    const { width, height } = image, pixels = new Uint32Array(image.data.buffer);
    const points = this.points!, paint = this.paint!, at = this.projection(), ratio = this.ratio;
    const count = points.x.length;
    const base = Math.min(6, (count < 1500 ? 3.1 : count < 6000 ? 2.4 : 1.9) * Math.sqrt(this.view.zoom)) * ratio;
    const stampsOfKinds = scaleOf.map((scale) => stampOf(base * scale));
    const colours = paint.colours.map(([r, g, b]) => (b << 16) | (g << 8) | r);
    pixels.fill(((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);
    let shown = 0;
    for (let n = 0; n < count; n++) {
      const i = this.order[n]!, kind = paint.kind[i]!, stamp = stampsOfKinds[kind]!, far = stamp.reach;
      const px = Math.round((at.x + points.x[i]! * at.sx) * ratio), py = Math.round((at.y + points.y[i]! * at.sy) * ratio);
      if (px < far || py < far || px >= width - far || py >= height - far) continue;
      shown++;
      const colour = colours[paint.colour[i]!]!, redBlue = colour & 0xff00ff, greens = colour & 0xff00, strength = opacity[kind]!;
      const { dx, dy, cover } = stamp;
      for (let k = 0; k < cover.length; k++) {
        const place = (py + dy[k]!) * width + px + dx[k]!, under = pixels[place]!, part = (cover[k]! * strength) >> 8, rest = 256 - part;
        pixels[place] = (0xff000000
          | (((Math.imul(under & 0xff00ff, rest) + Math.imul(redBlue, part)) >>> 8) & 0xff00ff)
          | (((Math.imul(under & 0xff00, rest) + Math.imul(greens, part)) >>> 8) & 0xff00)) >>> 0;
      }
    }
    return shown;
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

  /** The names that have room, the most important first; the closer one looks, the more there are. */
  private label() {
    const { clientWidth: width, clientHeight: height } = this.canvas, at = this.projection(), points = this.points!;
    const narrow = width < 560, many = points.titles.length > 1 && this.view.zoom < 2.2;
    const letters = narrow || many ? 20 : 34, limit = Math.min(most, Math.round((narrow ? 9 : 24) * Math.max(1, this.view.zoom)));
    const taken: [number, number, number, number][] = [], wanted = new Set<string>();
    const place = (label: Label, kind: string, text: string, shifts: number[], half: number) => {
      const x = at.x + label.x * at.sx, y = at.y + label.y * at.sy;
      if (x < 0 || y < -4 || x > width || y > height) return false;
      const key = `${kind}${label.key}/${text.length}`, name = this.nameOf(key, kind, text), middle = Math.max(name.width / 2 + 4, Math.min(width - name.width / 2 - 4, x));
      const shift = shifts.find((s) => y + s >= half && y + s <= height - half && !taken.some(([l, r, t, b]) => middle - name.width / 2 - 3 < r && middle + name.width / 2 + 3 > l && y + s - half < b && y + s + half > t));
      if (shift === undefined) return false;
      taken.push([middle - name.width / 2 - 3, middle + name.width / 2 + 3, y + shift - half, y + shift + half]);
      wanted.add(key);
      name.element.style.transform = `translate(${(middle - name.width / 2).toFixed(1)}px, ${(y + shift - half).toFixed(1)}px)`;
      name.element.hidden = false;
      return true;
    };
    for (const title of points.titles) place(title, "title", title.text, [0], 11);
    let drawn = 0;
    for (const label of points.labels) {
      if (drawn >= limit) break;
      if (place(label, "name", label.text.length > letters ? `${label.text.slice(0, letters - 1).trimEnd()}…` : label.text, [0, -18, 18], 10)) drawn++;
    }
    for (const [key, { element }] of this.names) if (!wanted.has(key)) element.hidden = true;
    this.canvas.dataset.names = String(drawn);
  }

  private nameOf(key: string, kind: string, text: string) {
    let name = this.names.get(key);
    if (!name) {
      const element = document.createElement("span");
      element.className = kind;
      element.textContent = text;
      this.shelf.append(element);
      name = { element, width: element.offsetWidth };
      this.names.set(key, name);
    }
    return name;
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

  private up(event: PointerEvent) {
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
        this.path.push([x, y]);
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
