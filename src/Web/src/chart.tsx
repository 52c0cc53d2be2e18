// Weekly counts by uPlot: bars, with the figures of the week under the pointer, and what is expected of the weeks that follow.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { date, integer, rate } from "./format";
import { t } from "./text";
import type { ForecastWeek } from "./types";

type Count = { week: string; count: number };

const height = 220;
const halfWeek = 3.5 * 86_400;
// Registered as colours their values are those of the present theme; others stay the text light-dark(...), which no canvas takes.
for (const name of ["--accent", "--band", "--bar", "--line", "--subtle", "--warn"]) CSS.registerProperty({ name, syntax: "<color>", inherits: true, initialValue: "#808080" });
const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const seconds = (week: string) => Date.parse(week) / 1000;
const told = (value: number | null | undefined) => (value === null || value === undefined ? "–" : rate(value));
const between = (low: number | null | undefined, high: number | null | undefined) => (low === null || low === undefined ? "–" : t.range(told(low), told(high)));

const table = (weeks: Count[], forecast: ForecastWeek[]): uPlot.AlignedData => {
  if (forecast.length === 0) return [weeks.map((w) => seconds(w.week)), weeks.map((w) => w.count)];
  const last = weeks.at(-1)?.week ?? "";
  const later = forecast.filter((f) => f.week > last);
  const known = new Map(forecast.map((f) => [f.week, f]));
  const all = [...weeks.map((w) => w.week), ...later.map((f) => f.week)];
  const of = (value: (f: ForecastWeek) => number) => all.map((week) => (known.has(week) ? value(known.get(week)!) : null));
  return [all.map(seconds), [...weeks.map((w) => w.count), ...later.map(() => null)], of((f) => f.low80), of((f) => f.high80), of((f) => f.mean)];
};

const options = (width: number, foretold: boolean): uPlot.Options => {
  const axis = { stroke: () => colour("--subtle"), grid: { stroke: () => colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
  const edge = { stroke: "transparent", points: { show: false } };
  // The two edges of the band are one figure, told beside the first.
  const band: uPlot.Series[] = [
    { ...edge, label: t.expected80, value: (plot, low, _, index) => between(low, index === null ? null : plot.data[3]?.[index]) },
    { ...edge, class: "other" },
    { label: t.expected, stroke: () => colour("--warn"), width: 2, dash: [5, 4], points: { show: false }, value: (_, value) => told(value) },
  ];
  return {
    width,
    height,
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
    scales: { x: { range: (_, first, last) => [first - halfWeek, last + halfWeek] }, y: { range: (_, __, highest) => [0, Math.max(1, highest * 1.08)] } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((tick) => date(new Date(tick * 1000).toISOString())), space: 110, grid: { show: false } },
      { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] },
    ],
    ...(foretold ? { bands: [{ series: [3, 2], fill: () => colour("--band") }] } : {}),
    series: [
      { label: t.week, value: (_, value) => (value === null ? "–" : date(new Date(value * 1000).toISOString())) },
      { label: t.incidents, stroke: () => colour("--accent"), fill: () => colour("--bar"), width: 0, paths: uPlot.paths.bars!({ size: [0.82, 40] }), points: { show: false }, value: (_, value) => (value === null ? "–" : integer(value)) },
      ...(foretold ? band : []),
    ],
  };
};

export const WeeklyChart = ({ weeks, forecast }: { weeks: Count[]; forecast?: ForecastWeek[] | undefined }) => {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current!;
    const plot = new uPlot(options(element.clientWidth, (forecast ?? []).length > 0), table(weeks, forecast ?? []), element);
    // Where nobody points at a week, the legend tells the newest that is counted.
    const newest = (own: uPlot) => {
      if (weeks.length > 0 && own.legend.idx === null) own.setLegend({ idx: weeks.length - 1 });
    };
    plot.hooks.ready = [newest];
    plot.hooks.setLegend = [(own) => queueMicrotask(() => newest(own))];
    const sized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    sized.observe(element);
    return () => {
      sized.disconnect();
      plot.destroy();
    };
  }, [weeks, forecast]);
  const known = new Map((forecast ?? []).map((f) => [f.week, f]));
  const last = weeks.at(-1)?.week ?? "";
  const all: { week: string; count: number | null }[] = [...weeks, ...(forecast ?? []).filter((f) => f.week > last).map((f) => ({ week: f.week, count: null }))];
  return (
    <>
      <div class="chart" ref={place} aria-hidden="true" />
      {forecast && forecast.length > 0 && (
        <p class="foretold">{t.expectedNext(rate(Math.min(...forecast.map((f) => f.low80))), rate(Math.max(...forecast.map((f) => f.high80))), integer(forecast.length))}</p>
      )}
      <details class="astable">
        <summary>{t.asTable}</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label={t.weekly}>
          <table>
            <thead><tr><th scope="col">{t.week}</th><th scope="col" class="n">{t.incidents}</th>{known.size > 0 && <><th scope="col" class="n">{t.expected}</th><th scope="col" class="n">{t.expected80}</th></>}</tr></thead>
            <tbody>
              {all.toReversed().map((w) => {
                const f = known.get(w.week);
                return <tr key={w.week}><th scope="row">{date(w.week)}</th><td class="n">{w.count === null ? "–" : integer(w.count)}</td>{known.size > 0 && <><td class="n">{told(f?.mean)}</td><td class="n">{between(f?.low80, f?.high80)}</td></>}</tr>;
              })}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
};
