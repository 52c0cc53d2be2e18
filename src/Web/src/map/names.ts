// The names above the map: elements, so that they are as sharp, and as light or dark, as all other text.
import type { Projection } from "./discs";

/** A name: where it goes, and inside of which tile. */
export type Label = { key: string; text: string; x: number; y: number; tile?: number };
export type Points = {
  x: Float32Array; y: Float32Array; width: number; height: number;
  /** The most important first. */
  labels: Label[];
  titles: Label[];
  /** What the titles are of: left, top, width and height. */
  tiles: [number, number, number, number][];
};

const most = 80;

export class Names {
  private readonly known = new Map<string, { key: string; element: HTMLSpanElement; width: number }>();

  constructor(private readonly shelf: HTMLElement) {}

  clear() {
    this.known.clear();
    this.shelf.replaceChildren();
  }

  /** Places the names that have room, the most important first; the closer one looks, the more there are. Gives how many. */
  place(points: Points, at: Projection, width: number, height: number, zoom: number): number {
    const narrow = width < 560, limit = Math.min(most, Math.round((narrow ? 9 : 26) * Math.max(1, zoom)));
    // Where the buttons are.
    const taken: [number, number, number, number][] = [[width - 270, width, height - 52, height]], wanted = new Set<string>();
    const place = (label: Label, kind: string, shifts: number[], half: number) => {
      const x = at.x + label.x * at.sx, y = at.y + label.y * at.sy;
      if (x < 0 || y < -4 || x > width || y > height) return false;
      const tile = label.tile === undefined ? undefined : points.tiles[label.tile]!;
      const above = tile ? at.y + tile[1] * at.sy + half + 1 : -Infinity, below = tile ? at.y + (tile[1] + tile[3]) * at.sy - half - 1 : Infinity;
      if (above > below) return false;
      // Inside of its tile.
      const lying = (shift: number) => Math.max(above, Math.min(below, y + shift));
      const from = Math.max(0, tile ? at.x + tile[0] * at.sx : 0), until = Math.min(width, tile ? at.x + (tile[0] + tile[2]) * at.sx : width);
      // A few lengths only, so that each name is made a few times at most.
      const letters = [34, 24, 18, 14, 11].find((n) => n * 7.4 < until - from) ?? 8, name = this.nameOf(label, kind, letters), side = name.width / 2;
      const middle = Math.max(from + side + 3, Math.min(until - side - 3, x));
      if (2 * side + 6 > until - from || middle - side > x || middle + side < x) return false;
      const line = shifts.map(lying).find((row) => row >= half && row <= height - half && !taken.some(([l, r, t, b]) => middle - side - 4 < r && middle + side + 4 > l && row - half < b && row + half > t));
      if (line === undefined) return false;
      taken.push([middle - side - 4, middle + side + 4, line - half, line + half]);
      wanted.add(name.key);
      name.element.style.transform = `translate(${(middle - side).toFixed(1)}px, ${(line - half).toFixed(1)}px)`;
      name.element.hidden = false;
      return true;
    };
    for (const title of points.titles) place(title, "title", [0], 11);
    let drawn = 0;
    for (const label of points.labels) {
      if (drawn >= limit) break;
      if (place(label, "name", [13, -13, 24, -24, 0], 10)) drawn++;
    }
    for (const [key, { element }] of this.known) if (!wanted.has(key)) element.hidden = true;
    return drawn;
  }

  private nameOf(label: Label, kind: string, letters: number) {
    const text = label.text.length > letters ? `${label.text.slice(0, letters - 1).trimEnd()}…` : label.text, key = `${kind}/${label.key}/${text.length}`;
    let name = this.known.get(key);
    if (!name) {
      const element = document.createElement("span");
      element.className = kind;
      element.textContent = text;
      this.shelf.append(element);
      name = { key, element, width: element.offsetWidth };
      this.known.set(key, name);
    }
    return name;
  }
}
