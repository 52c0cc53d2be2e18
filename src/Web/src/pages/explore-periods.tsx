// Two periods held against each other, problem by problem.
import { useData } from "../data";
import { date, integer, rate } from "../format";
import { Card, Empty, RatioMark, Trend, Wait } from "../parts";
import { go } from "../route";
import { t } from "../text";
import type { ComparedProblem, DayRange, Periods } from "../types";
import type { ViewProps } from "./explore";
import { asking, CenterField, viewed, Where } from "./explore-parts";

const view = "periods";
const names = ["from", "until", "againstFrom", "againstUntil"] as const;
const isTold = (p: ComparedProblem) => p.trend !== "steady" && p.trend !== "unknown";
const untoldShown = 100;

const shift = (day: string, days: number) => {
  const moved = new Date(`${day}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
};

// The last day is told, not the day after.
const Range = ({ range }: { range: DayRange }) => <>{t.overview.rangeOf(date(range.from), date(shift(range.until, -1)))}</>;

const presets = (until: string): [string, Record<(typeof names)[number], string>][] => {
  const ranges = (days: number, back: number) => ({ from: shift(until, -days), until, againstFrom: shift(until, -days - back), againstUntil: shift(until, -back) });
  return [["weeks", ranges(28, 28)], ["quarter", ranges(91, 91)], ["year", ranges(28, 364)]];
};

/** From what it was a week to what it is, on one scale for all rows. */
const Step = ({ problem, highest }: { problem: ComparedProblem; highest: number }) => {
  const x = (value: number) => 6 + 188 * Math.sqrt(value / highest);
  const up = problem.perWeek > problem.perWeekBefore;
  return (
    <span class="step">
      <svg class={!isTold(problem) ? "" : up ? "up" : "down"} viewBox="0 0 200 14" width="200" height="14" aria-hidden="true">
        <line class="rule" x1="6" x2="194" y1="7" y2="7" />
        <line class="way" x1={x(problem.perWeekBefore)} x2={x(problem.perWeek)} y1="7" y2="7" />
        <circle class="was" cx={x(problem.perWeekBefore)} cy="7" r="4" />
        <circle class="is" cx={x(problem.perWeek)} cy="7" r="5" />
      </svg>
      <span class="interval">{rate(problem.perWeekBefore)} → {rate(problem.perWeek)}</span>
    </span>
  );
};

const Rows = ({ problems, highest }: { problems: ComparedProblem[]; highest: number }) => (
  <table class="grid compared">
    <thead>
      <tr><th scope="col">{t.problem}</th><th scope="col">{t.trendName}</th><th scope="col" class="n">{t.overview.now}</th><th scope="col" class="n">{t.overview.earlier}</th><th scope="col">{t.overview.aWeek}</th><th scope="col">{t.change}</th></tr>
    </thead>
    <tbody>
      {problems.map((p) => (
        <tr key={`${p.places[0]!.techCenter}/${p.places[0]!.id}`}>
          <Where label={p.label} places={p.places} />
          <td data-label={t.trendName}><Trend trend={p.trend} /></td>
          <td class="n" data-label={t.overview.now}>{integer(p.count)}</td>
          <td class="n" data-label={t.overview.earlier}>{integer(p.before)}</td>
          <td class="wide"><Step problem={p} highest={highest} /></td>
          <td data-label={t.change}><RatioMark change={p.change} trend={p.trend} plain /></td>
        </tr>
      ))}
    </tbody>
  </table>
);

const Compared = ({ data }: { data: Periods }) => {
  const told = data.problems.filter(isTold), rest = data.problems.filter((p) => !isTold(p));
  const highest = Math.max(0.1, ...data.problems.map((p) => Math.max(p.perWeek, p.perWeekBefore)));
  return (
    <>
      <dl class="totals spaced">
        <div><dt>{t.overview.period}: <Range range={data.period} /></dt><dd>{integer(data.all.count)}</dd></div>
        <div><dt>{t.overview.against}: <Range range={data.against} /></dt><dd>{integer(data.all.before)}</dd></div>
        <div><dt>{t.overview.total}</dt><dd class="mark"><RatioMark change={data.all.change} trend="steady" plain /></dd></div>
        <div><dt>{t.overview.ofNone}</dt><dd class="mark"><RatioMark change={data.ofNone.change} trend="steady" plain /></dd></div>
      </dl>
      <h2 class="under">{t.overview.told}</h2>
      <p class="note">{t.overview.toldNote}</p>
      {told.length === 0 ? <Empty>{t.overview.nothingTold}</Empty> : <Rows problems={told} highest={highest} />}
      {rest.length > 0 && <details class="astable more"><summary>{t.overview.untold(integer(rest.length))}</summary><Rows problems={rest.slice(0, untoldShown)} highest={highest} />{rest.length > untoldShown && <p class="note">{t.overview.firstOf(integer(untoldShown), integer(rest.length))}</p>}</details>}
    </>
  );
};

export const PeriodsView = ({ query }: ViewProps) => {
  const named = Object.fromEntries(names.map((name) => [name, query.get(name)]));
  const asked = useData<Periods>(asking("periods", { ...named, techCenter: query.get("center") }));
  const data = asked.data;
  const given = (name: (typeof names)[number]) => query.get(name) ?? (data ? { from: data.period.from, until: data.period.until, againstFrom: data.against.from, againstUntil: data.against.until }[name] : "");
  const apply = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    go(viewed(view, query, Object.fromEntries(names.map((name) => [name, form.get(name) as string]))));
  };
  return (
    <Card>
      <form class="filters periods" onSubmit={apply} key={`${query}/${data === undefined}`}>
        <CenterField view={view} query={query} />
        <fieldset>
          <legend>{t.overview.period}</legend>
          <label>{t.from}<input type="date" name="from" defaultValue={given("from")} /></label>
          <label>{t.overview.untilBefore}<input type="date" name="until" defaultValue={given("until")} /></label>
        </fieldset>
        <fieldset>
          <legend>{t.overview.against}</legend>
          <label>{t.from}<input type="date" name="againstFrom" defaultValue={given("againstFrom")} /></label>
          <label>{t.overview.untilBefore}<input type="date" name="againstUntil" defaultValue={given("againstUntil")} /></label>
        </fieldset>
        <button class="primary">{t.apply}</button>
        {data && (
          <nav class="choice" aria-label={t.overview.usual}>
            <span aria-hidden="true">{t.overview.usual}</span>
            <span class="options">{presets(data.period.until).map(([name, ranges]) => <a key={name} href={viewed(view, query, ranges)}>{t.overview.presets[name]}</a>)}</span>
          </nav>
        )}
      </form>
      <Wait asked={asked}>{(shown) => shown.problems.length === 0 ? <Empty>{t.overview.nothing}</Empty> : <Compared data={shown} />}</Wait>
    </Card>
  );
};
