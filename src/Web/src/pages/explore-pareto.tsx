// How few problems make most of the incidents, or of what these cost.
import { tickText, ticksTo } from "../axis";
import { useData } from "../data";
import { finePercent, integer, number, percent } from "../format";
import { Bar, Card, Empty, Wait } from "../parts";
import { go, to } from "../route";
import { t } from "../text";
import type { Pareto, ParetoMeasure } from "../types";
import type { ViewProps } from "./explore";
import { asking, CenterField, Choice, Picture, viewed, Where } from "./explore-parts";

const view = "pareto";
const height = 300, top = 14, bottom = 24, most = 0.8, listed = 50, asked = 500, beyond = 1.25;
const measures: ParetoMeasure[] = ["incidents", "urgent", "reopened", "hours"];

const Diagram = ({ data, width }: { data: Pareto; width: number }) => {
  const left = 46, right = 46, inner = width - left - right, tall = height - top - bottom;
  // Past the problems that make most, so that the curve is seen to cross the line.
  const count = Math.min(data.problems.length, Math.max(12, Math.floor(inner / 9), Math.ceil(beyond * data.makeMost)));
  const bars = data.problems.slice(0, count), step = inner / count, part = step < 3 ? 1 : 0.8;
  const { step: between, ticks } = ticksTo(bars[0]!.value, data.measure !== "hours"), highest = ticks.at(-1)!;
  const y = (share: number) => top + tall * (1 - share);
  const x = (place: number) => left + place * step;
  const curve = bars.map((bar, i) => `${i === 0 ? `M${x(0)},${y(0)}L` : ""}${x(i + 1)},${y(bar.cumulative)}`).join("L");
  const within = data.makeMost <= count;
  return (
    <>
      <svg class="pareto" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {ticks.map((tick) => (
          <g key={tick}>
            <line class="rule" x1={left} x2={width - right} y1={y(tick / highest)} y2={y(tick / highest)} />
            <text class="axis tick" x={left - 6} y={y(tick / highest) + 4} text-anchor="end">{tickText(tick, between)}</text>
          </g>
        ))}
        {[0, 0.25, 0.5, 0.75, 1].map((share) => <text key={share} class="axis" x={width - right + 6} y={y(share) + 4}>{percent(share)}</text>)}
        {bars.map((bar, i) => (
          <a key={i} href={to(["problem", bar.places[0]!.techCenter, bar.places[0]!.id])} tabindex={-1}>
            <title>{`${i + 1}. ${bar.label} · ${number(bar.value)} · ${finePercent(bar.share)}`}</title>
            <rect class="reach" x={x(i)} y={top} width={step} height={tall} />
            <rect class={i < data.makeMost ? "few" : "rest"} x={x(i) + (step * (1 - part)) / 2} y={y(bar.value / highest)} width={step * part} height={Math.max(1, tall * (bar.value / highest))} />
          </a>
        ))}
        <path class="curve" d={curve} />
        <line class="most" x1={left} x2={width - right} y1={y(most)} y2={y(most)} />
        <text class="mark" x={width - right - 4} y={y(most) - 5} text-anchor="end">{percent(most)}</text>
        {within && <><line class="most" x1={x(data.makeMost)} x2={x(data.makeMost)} y1={y(most)} y2={y(0)} /><circle class="dot" cx={x(data.makeMost)} cy={y(bars[data.makeMost - 1]!.cumulative)} r="4" /><text class="axis" x={x(data.makeMost)} y={height - 7} text-anchor="middle">{integer(data.makeMost)}</text></>}
      </svg>
      {count < data.count && <p class="note drawn">{t.overview.drawn(integer(count), integer(data.count))}</p>}
    </>
  );
};

const Listed = ({ data }: { data: Pareto }) => (
  <table class="grid">
    <thead><tr><th scope="col">{t.problem}</th><th scope="col">{t.domain}</th><th scope="col" class="n">{t.overview.measureNames[data.measure]}</th><th scope="col" class="n">{t.overview.share}</th><th scope="col" title={t.overview.curve}>{t.overview.cumulative}</th></tr></thead>
    <tbody>
      {data.problems.slice(0, listed).map((p, i) => (
        <tr key={`${p.places[0]!.techCenter}/${p.places[0]!.id}`} class={i === data.makeMost ? "after" : ""}>
          <Where label={p.label} places={p.places} />
          <td data-label={t.domain}>{p.domainName === "none" ? "–" : p.domainName}</td>
          <td class="n" data-label={t.overview.measureNames[data.measure]}>{number(p.value)}</td>
          <td class="n" data-label={t.overview.share}>{finePercent(p.share)}</td>
          <td data-label={t.overview.cumulative}><Bar value={p.cumulative} /></td>
        </tr>
      ))}
    </tbody>
  </table>
);

export const ParetoView = ({ query }: ViewProps) => {
  const measure = measures.find((m) => m === query.get("measure")) ?? "incidents";
  const answer = useData<Pareto>(asking("pareto", { measure, top: String(asked), techCenter: query.get("center"), from: query.get("from"), until: query.get("until") }));
  const apply = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    go(viewed(view, query, { from: form.get("from") as string, until: form.get("until") as string }));
  };
  return (
    <Card>
      <form class="filters" onSubmit={apply} key={query.toString()}>
        <CenterField view={view} query={query} />
        <label>{t.from}<input type="date" name="from" defaultValue={query.get("from") ?? ""} /></label>
        <label>{t.overview.untilBefore}<input type="date" name="until" defaultValue={query.get("until") ?? ""} /></label>
        <button class="primary">{t.apply}</button>
        <Choice title={t.overview.measure} view={view} query={query} name="measure" value={measure} options={measures.map((m) => [m, t.overview.measureNames[m]!])} />
      </form>
      <Wait asked={answer}>
        {(data) => data.problems.length === 0 ? <Empty>{t.overview.noPareto}</Empty> : (
          <>
            <p class="finding">{t.overview.made(integer(data.makeMost), integer(data.count), percent(data.problems[data.makeMost - 1]?.cumulative ?? most), t.overview.measures[data.measure]!)}</p>
            <p class="note">{number(data.total)} · {t.overview.besides(number(data.ofNone))}</p>
            <Picture>{(width) => <Diagram data={data} width={width} />}</Picture>
            <Listed data={data} />
            {data.count > listed && <p class="note">{t.overview.firstOf(integer(Math.min(listed, data.problems.length)), integer(data.count))}</p>}
          </>
        )}
      </Wait>
    </Card>
  );
};
