// Problems and tech centers side by side, week by week.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { steps, tickText } from "../axis";
import { useData } from "../data";
import { date, integer, percent, rate } from "../format";
import { Card, Empty, ProblemLink, Wait } from "../parts";
import { to } from "../route";
import { t } from "../text";
import type { FollowedSeries, Ranking, Series, TreeNode } from "../types";
import type { ViewProps } from "./explore";
import { asking, Choice } from "./explore-parts";

const view = "trends";
const height = 380, most = 12, matches = 8, wholeDays = 6.5;
const shapes = ["count", "share", "index"] as const;
type Shape = (typeof shapes)[number];
const spans = ["1", "4", "13"];
// As many colours as can be told apart; those that follow are dashed.
const colours = ["--s1", "--s2", "--s3", "--s4", "--s5", "--s6"];
for (const name of colours) CSS.registerProperty({ name, syntax: "<color>", inherits: true, initialValue: "#808080" });
const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

type Picked = { center: string; id: number | null };
const written = ({ center, id }: Picked) => (id === null ? center : `${center}/${id}`);

/** The address that follows these. */
const following = (query: URLSearchParams, picked: Picked[]) => {
  const asked = new URLSearchParams();
  for (const one of picked) asked.append(one.id === null ? "all" : "problem", written(one));
  for (const name of ["shape", "mean"]) if (query.get(name)) asked.set(name, query.get(name)!);
  return `#/explore/${view}?${asked}`;
};

const chosen = (query: URLSearchParams): Picked[] => [
  ...query.getAll("problem").map((text) => ({ center: text.slice(0, text.lastIndexOf("/")), id: Number(text.slice(text.lastIndexOf("/") + 1)) })),
  ...query.getAll("all").map((center) => ({ center, id: null })),
];

const asked = (picked: Picked[]) => {
  const parameters = new URLSearchParams();
  for (const one of picked) parameters.append(one.id === null ? "techCenter" : "problem", written(one));
  return `trends?${parameters}`;
};

/** The mean of the weeks up to each, once there are so many. */
const mean = (values: number[], weeks: number) => values.map((_, i) => (i + 1 < weeks ? null : values.slice(i + 1 - weeks, i + 1).reduce((sum, v) => sum + v, 0) / weeks));

const shaped = (counts: number[], all: number[], shape: Shape, weeks: number): (number | null)[] => {
  const own = mean(counts, weeks);
  if (shape === "count") return own;
  if (shape === "share") {
    const whole = mean(all, weeks);
    return own.map((value, i) => (value === null || !whole[i] ? null : value / whole[i]));
  }
  const usual = counts.reduce((sum, v) => sum + v, 0) / Math.max(1, counts.length);
  return own.map((value) => (value === null || usual === 0 ? null : (100 * value) / usual));
};

const told = (value: number | null, shape: Shape) => (value === null ? "–" : shape === "share" ? percent(value) : shape === "index" ? integer(value) : rate(value));

// Weeks that lie in the period only in part would look like a fall.
const whole = (data: Series): Series => {
  const kept = data.days.map((days) => days >= wholeDays);
  const of = <T,>(values: T[]) => values.filter((_, i) => kept[i]);
  return { weeks: of(data.weeks), days: of(data.days), all: of(data.all), series: data.series.map((s) => ({ ...s, counts: of(s.counts) })) };
};

const options = (width: number, series: FollowedSeries[], shape: Shape, isWhole: boolean): uPlot.Options => {
  const axis = { stroke: () => colour("--subtle"), grid: { stroke: () => colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
  return {
    width, height,
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    cursor: { y: false, points: { size: 7 }, drag: { x: true, y: false } },
    legend: { show: false },
    scales: { y: { range: (_, __, highest) => [0, Math.max(shape === "share" ? 0.01 : 1, highest * 1.06)] } },
    axes: [{ ...axis, values: (_, ticks) => ticks.map((tick) => date(new Date(tick * 1000).toISOString())), space: 110, grid: { show: false } }, { ...axis, size: 52, incrs: steps(shape === "count" && isWhole), values: (_, ticks, __, ___, step) => ticks.map((tick) => (shape === "share" ? `${tickText(tick * 100, step * 100)} %` : tickText(tick, step))) }],
    series: [{}, ...series.map((_, i) => ({ stroke: () => colour(colours[i % colours.length]!), width: 2, points: { show: false }, ...(i >= colours.length ? { dash: [6, 4] } : {}) }))],
  };
};

const Lines = ({ data, lines, shape, weeks, at }: { data: Series; lines: (number | null)[][]; shape: Shape; weeks: number; at: (week: number | undefined) => void }) => {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current!;
    const plot = new uPlot(options(element.clientWidth, data.series, shape, weeks === 1), [data.weeks.map((week) => Date.parse(week) / 1000), ...lines], element);
    plot.hooks.setCursor = [(own) => at(own.cursor.idx ?? undefined)];
    const sized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    sized.observe(element);
    return () => {
      sized.disconnect();
      plot.destroy();
    };
  }, [data, lines, shape, weeks]);
  return <div class="chart lines" ref={place} aria-hidden="true" />;
};

const Swatch = ({ place }: { place: number }) => <svg class={`swatch s${(place % colours.length) + 1}`} width="22" height="10" aria-hidden="true"><line x1="1" x2="21" y1="5" y2="5" stroke-dasharray={place >= colours.length ? "5 3" : undefined} /></svg>;

const Followed = ({ given, shape, weeks, query, picked }: { given: Series; shape: Shape; weeks: number; query: URLSearchParams; picked: Picked[] }) => {
  const data = useMemo(() => whole(given), [given]);
  const lines = useMemo(() => data.series.map((s) => shaped(s.counts, data.all, shape, weeks)), [data, shape, weeks]);
  const [at, setAt] = useState<number | undefined>();
  const week = at !== undefined && at < data.weeks.length ? at : data.weeks.length - 1;
  const name = (s: FollowedSeries) => (s.id === null ? t.overview.allOf(s.techCenter) : s.label);
  return (
    <>
      <p class="note">{t.overview.shapeNotes[shape]} {t.overview.wholeWeeks}</p>
      <Lines data={data} lines={lines} shape={shape} weeks={weeks} at={setAt} />
      <table class="grid series">
        <thead><tr><th scope="col">{t.overview.shown}</th><th scope="col" class="n">{t.week} {date(data.weeks[week] ?? null)}</th><th scope="col" class="n">{t.incidents}</th><th scope="col"><span class="hidden">{t.overview.removeOne("")}</span></th></tr></thead>
        <tbody>
          {data.series.map((s, i) => (
            <tr key={`${s.techCenter}/${s.id}`}>
              <th scope="row"><Swatch place={i} /> {s.id === null ? <a href={to(["problems"], { center: s.techCenter })}>{name(s)}</a> : <ProblemLink center={s.techCenter} id={s.id}>{name(s)}</ProblemLink>}{s.id !== null && <span class="small">{s.techCenter}</span>}</th>
              <td class="n" data-label={`${t.week} ${date(data.weeks[week] ?? null)}`}>{told(lines[i]![week] ?? null, shape)}</td>
              <td class="n" data-label={t.incidents}>{integer(s.counts.reduce((sum, v) => sum + v, 0))}</td>
              <td class="n"><a class="button" aria-label={t.overview.removeOne(name(s))} href={following(query, picked.filter((p) => p.center !== s.techCenter || p.id !== s.id))}>×</a></td>
            </tr>
          ))}
        </tbody>
      </table>
      <details class="astable">
        <summary>{t.asTable}</summary>
        <div class="scroll all" tabIndex={0} role="region" aria-label={t.weekly}>
          <table>
            <thead><tr><th scope="col">{t.week}</th>{data.series.map((s) => <th key={`${s.techCenter}/${s.id}`} scope="col" class="n">{name(s)}</th>)}</tr></thead>
            <tbody>{data.weeks.map((monday, i) => <tr key={monday}><th scope="row">{date(monday)}</th>{lines.map((line, s) => <td key={s} class="n">{told(line[i] ?? null, shape)}</td>)}</tr>)}</tbody>
          </table>
        </div>
      </details>
    </>
  );
};

const problemsOf = (node: TreeNode): TreeNode[] => (node.kind === "problem" ? [node] : node.children.flatMap(problemsOf));

const Add = ({ picked, query }: { picked: Picked[]; query: URLSearchParams }) => {
  const tree = useData<TreeNode>(asking("clusters/tree", { depth: "3" }));
  const [part, setPart] = useState("");
  const wanted = part.trim().toLowerCase();
  const known = useMemo(() => (tree.data ? [...tree.data.children, ...problemsOf(tree.data)] : []), [tree.data]);
  const isPicked = (node: TreeNode) => picked.some((p) => p.center === node.techCenter && p.id === (node.kind === "problem" ? node.id : null));
  const fits = wanted ? known.filter((node) => node.name.toLowerCase().includes(wanted) && !isPicked(node)).slice(0, matches) : [];
  if (picked.length >= most) return <p class="note">{t.overview.most}</p>;
  return (
    <div class="pick">
      <label class="field">{t.overview.add}<input type="search" value={part} onInput={(e) => setPart(e.currentTarget.value)} autocomplete="off" /></label>
      {wanted && tree.data && (fits.length === 0 ? <p class="note">{t.overview.noMatch}</p> : (
        <ul class="fits">
          {fits.map((node) => (
            <li key={`${node.techCenter}/${node.kind}/${node.id}`}>
              <a href={following(query, [...picked, { center: node.techCenter!, id: node.kind === "problem" ? node.id : null }])} onClick={() => setPart("")} aria-label={t.overview.addOne(node.name)}>+ {node.name} <span class="small">{node.kind === "problem" ? node.techCenter : t.techCenter} · {t.incidentsOf(integer(node.size))}</span></a>
            </li>
          ))}
        </ul>
      ))}
    </div>
  );
};

export const TrendsView = ({ query }: ViewProps) => {
  const named = chosen(query);
  // Where none is named, those to fix first.
  const ranking = useData<Ranking>(named.length === 0 ? "ranking" : null);
  const picked = named.length > 0 ? named : (ranking.data?.first ?? []).map((p) => ({ center: p.places[0]!.techCenter, id: p.places[0]!.id }));
  const shape = shapes.find((s) => s === query.get("shape")) ?? "count", span = spans.find((s) => s === query.get("mean")) ?? "4";
  const series = useData<Series>(picked.length > 0 ? asked(picked) : null);
  const shown = picked.length > 0 ? series : { ...ranking, data: ranking.data && { weeks: [], days: [], all: [], series: [] } };
  return (
    <Card>
      <div class="filters">
        <Add picked={picked} query={query} />
        <Choice title={t.overview.as} view={view} query={query} name="shape" value={shape} options={shapes.map((s) => [s, t.overview.shapes[s]!])} />
        <Choice title={t.overview.smooth} view={view} query={query} name="mean" value={span} options={spans.map((s) => [s, t.overview.smooths[s]!])} />
      </div>
      <Wait asked={shown}>{(data) => data.series.length === 0 ? <Empty>{t.overview.noSeries}</Empty> : <Followed given={data} shape={shape} weeks={Number(span)} query={query} picked={picked} />}</Wait>
    </Card>
  );
};
