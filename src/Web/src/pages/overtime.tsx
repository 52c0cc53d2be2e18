// How quality and drift went: a small chart for each tech center, with the figures that it ends with.
import { useState } from "preact/hooks";
import { useData } from "../data";
import { date, number, percent, span } from "../format";
import { Card, Empty, Wait } from "../parts";
import { t } from "../text";
import type { MeasureHistory, Run } from "../types";

type Point = { at: string; value: number; low: number; high: number };
type Series = { name: string; points: Point[] };

const shares = new Set(["drift", "quality", "noise", "noise.share", "confidence.p50", "likeness.p50", "persistence", "stability"]);
const told = (measure: string, value: number) => (measure.startsWith("lag.seconds") ? span(1000 * value) : shares.has(measure) && value >= 0 ? percent(value) : number(value));

/** A line over the time that all series span, so that they can be held against each other. */
const Line = ({ series, from, until, top }: { series: Series; from: number; until: number; top: number }) => {
  const width = 240, height = 40, x = (at: string) => 3 + ((width - 6) * (Date.parse(at) - from)) / Math.max(1, until - from), y = (value: number) => height - 3 - (height - 6) * Math.min(1, Math.max(0, value / top));
  const line = series.points.map((p) => `${x(p.at).toFixed(1)},${y(p.value).toFixed(1)}`).join(" ");
  const last = series.points.at(-1)!;
  return (
    <svg class="line" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      <line class="axis" x1="0" x2={width} y1={height - 1} y2={height - 1} />
      {series.points.map((p) => <line key={p.at} class="range" x1={x(p.at)} x2={x(p.at)} y1={y(p.low)} y2={y(p.high)} />)}
      <polyline points={line} />
      <circle cx={x(last.at)} cy={y(last.value)} r="3" />
    </svg>
  );
};

const Lines = ({ measure, all }: { measure: string; all: Series[] }) => {
  const points = all.flatMap((s) => s.points), times = points.map((p) => Date.parse(p.at));
  const from = Math.min(...times), until = Math.max(...times), top = Math.max(1e-9, ...points.map((p) => p.high));
  return all.length === 0 ? <Empty>{t.notMeasured}</Empty> : (
    <table class="grid">
      <thead><tr><th scope="col">{t.techCenter}</th><th scope="col">{date(new Date(from).toISOString())} – {date(new Date(until).toISOString())}</th><th scope="col" class="n">{t.atFirst}</th><th scope="col" class="n">{t.atLast}</th><th scope="col" class="n">{t.lowToHigh}</th></tr></thead>
      <tbody>
        {all.map((s) => (
          <tr key={s.name}>
            <th scope="row">{s.name || t.all}</th>
            <td class="wide"><Line series={s} from={from} until={until} top={top} /></td>
            <td class="n" data-label={t.atFirst}>{told(measure, s.points[0]!.value)}</td>
            <td class="n" data-label={t.atLast}>{told(measure, s.points.at(-1)!.value)}</td>
            <td class="n" data-label={t.lowToHigh}>{told(measure, Math.min(...s.points.map((p) => p.low)))} – {told(measure, Math.max(...s.points.map((p) => p.high)))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

/** Of the versions, a point each, by the end of their training. */
const byVersion = (runs: Run[], measure: string): Series[] => {
  const centers = new Map<string, Point[]>();
  for (const run of runs.toReversed()) {
    const value = run.measures[measure];
    if (typeof value === "number") centers.set(run.techCenter, [...(centers.get(run.techCenter) ?? []), { at: run.endedAt ?? run.startedAt, value, low: value, high: value }]);
  }
  return [...centers].map(([name, points]) => ({ name, points })).sort((a, b) => a.name.localeCompare(b.name));
};

const byDay = (history: MeasureHistory): Series[] => history.series.map((s) => ({ name: s.techCenter ?? "", points: s.days.map((d) => ({ at: d.day, value: d.mean, low: d.low, high: d.high })) }));

const daily = ["drift", "quality", "noise.share", "confidence.p50", "likeness.p50", "lag.seconds.p95"];
const ofVersions = ["persistence", "stability", "noise", "problems", "train_seconds"];

export const OverTime = () => {
  const [measure, choose] = useState("drift");
  const isDaily = daily.includes(measure);
  const history = useData<MeasureHistory>(isDaily ? `measures?${new URLSearchParams({ name: measure, days: "180" })}` : null);
  const runs = useData<{ runs: Run[] }>(isDaily ? null : "runs?kind=training&limit=1000");
  const options = (names: string[]) => names.map((name) => <option key={name} value={name}>{t.measureNames[name] ?? name}</option>);
  return (
    <Card title={t.overTime} note={isDaily ? t.overTimeNote : t.byVersionNote}>
      <div class="filters">
        <label>{t.measure}
          <select value={measure} onChange={(e) => choose(e.currentTarget.value)}>
            <optgroup label={t.byDay}>{options(daily)}</optgroup>
            <optgroup label={t.byVersion}>{options(ofVersions)}</optgroup>
          </select>
        </label>
      </div>
      {isDaily ? <Wait asked={history}>{(data) => <Lines measure={measure} all={byDay(data)} />}</Wait> : <Wait asked={runs}>{(data) => <Lines measure={measure} all={byVersion(data.runs, measure)} />}</Wait>}
    </Card>
  );
};
