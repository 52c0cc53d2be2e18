// What the map shows, made of the API's answer: the maps of the tech centers side by side on one plane, each point with its problem, priority and week.
import { date, integer } from "../format";
import { t } from "../text";
import type { IncidentMap } from "../types";
import { fitted } from "./canvas";
import { kinds, type Paint, rgbOf } from "./discs";
import type { Label } from "./names";

export type MapProblem = { center: string; id: number; label: string; size: number; since: string; members: number[] };
export type Scene = {
  numbers: string[]; x: Float32Array; y: Float32Array; center: Uint16Array; problem: Int32Array; priority: Int16Array; week: Int16Array;
  width: number; height: number; centers: string[]; problems: MapProblem[]; priorities: string[]; versions: string[]; firstWeek: string | null; weeks: number;
  placed: number; incidents: number; labels: Label[]; titles: Label[]; tiles: [number, number, number, number][];
};

const cellWidth = 1250, cellHeight = 1000, title = 110, gap = 70;

/** As many columns as make the whole most like its frame. */
const columnsOf = (count: number, aspect: number) => {
  let best = 1, least = Infinity;
  for (let columns = 1; columns <= count; columns++) {
    const off = Math.abs(Math.log(((columns * cellWidth) / (Math.ceil(count / columns) * cellHeight)) / aspect));
    if (off < least) [best, least] = [columns, off];
  }
  return best;
};

export const sceneOf = (map: IncidentMap, aspect: number): Scene => {
  const total = map.centers.reduce((sum, c) => sum + c.numbers.length, 0), columns = columnsOf(map.centers.length, aspect), isOne = map.centers.length === 1;
  const scene: Scene = {
    numbers: [], x: new Float32Array(total), y: new Float32Array(total), center: new Uint16Array(total), problem: new Int32Array(total), priority: new Int16Array(total), week: new Int16Array(total),
    width: columns * cellWidth, height: Math.max(1, Math.ceil(map.centers.length / columns)) * cellHeight, centers: map.centers.map((c) => c.techCenter), problems: [], priorities: map.priorities,
    versions: [...new Set(map.centers.flatMap((c) => [...c.versions, c.version]))].sort(), firstWeek: map.firstWeek, weeks: map.weeks,
    placed: map.centers.reduce((sum, c) => sum + c.placed, 0), incidents: map.centers.reduce((sum, c) => sum + c.incidents, 0), labels: [], titles: [], tiles: [],
  };
  if (isOne) [scene.width, scene.height] = [map.centers[0]!.width, map.centers[0]!.height];
  const named: { rank: number; size: number; label: Label }[] = [];
  map.centers.forEach((center, c) => {
    const left = (c % columns) * cellWidth, top = Math.floor(c / columns) * cellHeight, first = scene.numbers.length, before = scene.problems.length;
    const fit = isOne ? { scaleX: 1, scaleY: 1, left: 0, top: 0 } : fitted(center.width, center.height, cellWidth - 2 * gap, cellHeight - 2 * gap - title);
    const [x0, y0] = isOne ? [0, 0] : [left + gap + fit.left, top + gap + title + fit.top];
    if (!isOne) {
      scene.titles.push({ key: center.techCenter, text: center.techCenter, x: left + cellWidth / 2, y: top + gap / 2 + title / 2 + 10, tile: c });
      scene.tiles.push([left + gap / 4, top + gap / 4, cellWidth - gap / 2, cellHeight - gap / 2]);
    }
    for (const [rank, p] of center.problems.entries()) {
      scene.problems.push({ center: center.techCenter, id: p.id, label: p.label, size: p.size, since: p.since, members: [] });
      named.push({ rank, size: p.size, label: { key: `${c}/${p.id}`, text: p.label, x: x0 + p.x * fit.scaleX, y: y0 + p.y * fit.scaleY, ...(isOne ? {} : { tile: c }) } });
    }
    center.numbers.forEach((number, i) => {
      const at = first + i, problem = center.problem[i]!;
      scene.numbers.push(number);
      scene.x[at] = x0 + center.x[i]! * fit.scaleX;
      scene.y[at] = y0 + center.y[i]! * fit.scaleY;
      scene.center[at] = c;
      scene.problem[at] = problem < 0 ? -1 : before + problem;
      scene.priority[at] = center.priority[i]!;
      scene.week[at] = center.week[i]!;
      if (problem >= 0) scene.problems[before + problem]!.members.push(at);
    });
  });
  // The largest of each first, so that no tech center is without a name.
  scene.labels = named.sort((a, b) => a.rank - b.rank || b.size - a.size).map((n) => n.label);
  return scene;
};

export type ColourBy = "problem" | "center" | "priority" | "week" | "version";
export const coloursBy: ColourBy[] = ["problem", "center", "priority", "week", "version"];
/** Points of the same colour; isRest are those that are of none. */
export type Group = { name: string; colour: string; points: number[]; problem?: MapProblem; isRest?: boolean };

const isDark = () => matchMedia("(prefers-color-scheme: dark)").matches ? document.documentElement.dataset.theme !== "light" : document.documentElement.dataset.theme === "dark";
/** Hues a golden angle apart, so that neighbours in the order differ most. */
const hue = (place: number) => `oklch(${(isDark() ? 0.74 : 0.58) + [0, 0.07, -0.07][place % 3]!} ${0.15 - 0.03 * (Math.floor(place / 8) % 2)} ${(250 + 137.508 * place) % 360})`;
/** From pale to strong, for what has an order. */
const step = (part: number) => isDark()
  ? `oklch(${0.42 + 0.46 * part} ${0.09 + 0.07 * part} ${265 - 180 * part})`
  : `oklch(${0.79 - 0.38 * part} ${0.1 + 0.09 * part} ${85 + 195 * part})`;
/** From urgent to not: red, orange, and then ever cooler and paler. */
const heat = (part: number) => `oklch(${(isDark() ? 0.7 : 0.54) + (isDark() ? -0.08 : 0.17) * part} ${0.2 - 0.14 * part} ${part <= 1 / 3 ? 25 + 105 * part : 60 + 285 * (part - 1 / 3)})`;
const loose = () => (isDark() ? "oklch(0.55 0.01 250)" : "oklch(0.75 0.01 250)");
const part = (place: number, count: number) => (count < 2 ? 1 : place / (count - 1));

/** The groups that points are coloured by, in the order of the legend; the points of none are in the last. */
export const groupsOf = (scene: Scene, by: ColourBy): Group[] => {
  const groups: Group[] = [];
  let of: (point: number) => number;
  switch (by) {
    case "problem": {
      const order = scene.problems.map((_, i) => i).sort((a, b) => scene.problems[b]!.size - scene.problems[a]!.size), place = new Int32Array(order.length);
      order.forEach((problem, i) => (place[problem] = i));
      for (const [i, problem] of order.entries()) groups.push({ name: scene.problems[problem]!.label, colour: hue(i), points: [], problem: scene.problems[problem]! });
      of = (point) => (scene.problem[point]! < 0 ? -1 : place[scene.problem[point]!]!);
      break;
    }
    case "center":
      scene.centers.forEach((name, i) => groups.push({ name, colour: hue(i), points: [] }));
      of = (point) => scene.center[point]!;
      break;
    case "priority":
      scene.priorities.forEach((name, i) => groups.push({ name, colour: heat(part(i, scene.priorities.length)), points: [] }));
      of = (point) => scene.priority[point]!;
      break;
    case "version":
      scene.versions.forEach((name, i) => groups.push({ name: t.mapSince(name), colour: step(part(i, scene.versions.length)), points: [] }));
      of = (point) => (scene.problem[point]! < 0 ? -1 : scene.versions.indexOf(scene.problems[scene.problem[point]!]!.since));
      break;
    case "week": {
      const count = Math.max(1, Math.min(8, scene.weeks)), from = (i: number) => Math.ceil((i * scene.weeks) / count);
      for (let i = 0; i < count; i++) groups.push({ name: t.mapFrom(date(dayOf(scene, from(i)))), colour: step(part(i, count)), points: [] });
      of = (point) => (scene.week[point]! < 0 ? -1 : Math.min(count - 1, Math.floor((scene.week[point]! * count) / Math.max(1, scene.weeks))));
      break;
    }
  }
  const rest: Group = { name: by === "problem" || by === "version" ? t.ofNoProblem : t.mapUnknown, colour: loose(), points: [], isRest: true };
  for (let point = 0; point < scene.numbers.length; point++) (groups[of(point)] ?? rest).points.push(point);
  return [...groups.filter((g) => g.points.length > 0), ...(rest.points.length > 0 ? [rest] : [])];
};

/** The Monday of a week of the map. */
export const dayOf = (scene: Scene, week: number) => (scene.firstWeek === null || week < 0 ? null : new Date(Date.parse(scene.firstWeek) + week * 7 * 86_400_000).toISOString());

/** How the points look: those of chosen shine, and the others are dimmed, where there are any. */
export const paintOf = (scene: Scene, groups: Group[], chosen: ReadonlySet<number> | undefined): Paint => {
  const paint: Paint = { colour: new Uint16Array(scene.numbers.length), colours: rgbOf(groups.map((g) => g.colour)), kind: new Uint8Array(scene.numbers.length) };
  groups.forEach((group, place) => {
    for (const point of group.points) {
      paint.colour[point] = place;
      paint.kind[point] = chosen ? (chosen.has(point) ? kinds.bright : kinds.dim) : group.isRest ? kinds.loose : kinds.usual;
    }
  });
  return paint;
};

/** The points of the tickets that were found, and of the problems whose name has the text. */
export const found = (scene: Scene, text: string, numbers: ReadonlySet<string>) => {
  const wanted = text.toLocaleLowerCase(), points = new Set<number>();
  const problems = scene.problems.filter((p) => p.label.toLocaleLowerCase().includes(wanted));
  for (const problem of problems) for (const point of problem.members) points.add(point);
  const byName = points.size;
  let tickets = 0;
  scene.numbers.forEach((number, point) => {
    if (numbers.has(number) || number.toLocaleLowerCase() === wanted) {
      tickets++;
      points.add(point);
    }
  });
  return { points, text: points.size === 0 ? t.mapNothing : t.mapFound(integer(tickets), integer(problems.length), integer(byName)) };
};
