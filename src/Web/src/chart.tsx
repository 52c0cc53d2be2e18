// Weekly counts by uPlot: bars, with the figures of the week under the pointer.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { date, integer } from "./format";
import { t } from "./text";

const halfWeek = 3.5 * 86_400;
const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const WeeklyChart = ({ weeks }: { weeks: { week: string; count: number }[] }) => {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current!;
    const data: uPlot.AlignedData = [weeks.map((w) => Date.parse(w.week) / 1000), weeks.map((w) => w.count)];
    const axis = { stroke: () => colour("--subtle"), grid: { stroke: () => colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: 220,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
        cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
        legend: { live: true },
        scales: { x: { range: (_, first, last) => [first - halfWeek, last + halfWeek] }, y: { range: (_, __, highest) => [0, Math.max(1, highest * 1.08)] } },
        axes: [
          { ...axis, values: (_, ticks) => ticks.map((tick) => date(new Date(tick * 1000).toISOString())), space: 110, grid: { show: false } },
          { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] },
        ],
        series: [
          { label: t.week, value: (_, value) => (value === null ? "–" : date(new Date(value * 1000).toISOString())) },
          { label: t.incidents, stroke: () => colour("--accent"), fill: () => colour("--bar"), width: 0, paths: uPlot.paths.bars!({ size: [0.82, 40] }), points: { show: false }, value: (_, value) => (value === null ? "–" : integer(value)) },
        ],
      },
      data,
      element,
    );
    const sized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: 220 }));
    sized.observe(element);
    return () => {
      sized.disconnect();
      plot.destroy();
    };
  }, [weeks]);
  return (
    <>
      <div class="chart" ref={place} aria-hidden="true" />
      <details class="astable">
        <summary>{t.asTable}</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label={t.weekly}>
          <table>
            <thead><tr><th scope="col">{t.week}</th><th scope="col" class="n">{t.incidents}</th></tr></thead>
            <tbody>{weeks.toReversed().map((w) => <tr key={w.week}><th scope="row">{date(w.week)}</th><td class="n">{integer(w.count)}</td></tr>)}</tbody>
          </table>
        </div>
      </details>
    </>
  );
};
