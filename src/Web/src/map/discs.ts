// Points as small discs with soft edges, set pixel by pixel: 20,000 take a few milliseconds without a graphics card.

/** From places on the plane to places on the canvas. */
export type Projection = { sx: number; sy: number; x: number; y: number };
/** How the points look: the colour of each by its place in colours, and how much of it shows. */
export type Paint = { colour: Uint16Array; colours: [number, number, number][]; kind: Uint8Array };
export const kinds = { dim: 0, loose: 1, usual: 2, bright: 3 } as const;

const opacity = [256, 120, 196, 240], scaleOf = [0.85, 0.7, 1, 1.3], dimmed = 0.22;

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

/** Sets the points in their order, those that matter most last; gives how many lie on the canvas. */
export const setDiscs = (image: ImageData, points: { x: Float32Array; y: Float32Array }, paint: Paint, order: Uint32Array, at: Projection, zoom: number, ratio: number, [red, green, blue]: [number, number, number]): number => {
  const { width, height } = image, pixels = new Uint32Array(image.data.buffer);
  const count = points.x.length;
  const base = Math.min(6, (count < 1500 ? 3.1 : count < 6000 ? 2.4 : 1.9) * Math.sqrt(zoom)) * ratio;
  const stampsOfKinds = scaleOf.map((scale) => stampOf(base * scale));
  const colours = paint.colours.map(([r, g, b]) => (b << 16) | (g << 8) | r);
  // Mixed with what is behind rather than let through: many above each other stay dim.
  const faint = paint.colours.map(([r, g, b]) => (Math.round(blue + dimmed * (b - blue)) << 16) | (Math.round(green + dimmed * (g - green)) << 8) | Math.round(red + dimmed * (r - red)));
  pixels.fill(((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0);
  let shown = 0;
  for (let n = 0; n < count; n++) {
    const i = order[n]!, kind = paint.kind[i]!, stamp = stampsOfKinds[kind]!, far = stamp.reach;
    const px = Math.round((at.x + points.x[i]! * at.sx) * ratio), py = Math.round((at.y + points.y[i]! * at.sy) * ratio);
    if (px < far || py < far || px >= width - far || py >= height - far) continue;
    shown++;
    const colour = (kind === kinds.dim ? faint : colours)[paint.colour[i]!]!, redBlue = colour & 0xff00ff, greens = colour & 0xff00, strength = opacity[kind]!;
    const { dx, dy, cover } = stamp;
    for (let k = 0; k < cover.length; k++) {
      const place = (py + dy[k]!) * width + px + dx[k]!, under = pixels[place]!, part = (cover[k]! * strength) >> 8, rest = 256 - part;
      pixels[place] = (0xff000000
        | (((Math.imul(under & 0xff00ff, rest) + Math.imul(redBlue, part)) >>> 8) & 0xff00ff)
        | (((Math.imul(under & 0xff00, rest) + Math.imul(greens, part)) >>> 8) & 0xff00)) >>> 0;
    }
  }
  return shown;
};
