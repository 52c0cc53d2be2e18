import { StatusChip } from "../correct";
import { useData } from "../data";
import { Expected } from "../forecast";
import { date, integer, number, percent, rate, time, times } from "../format";
import { bySlope, Card, Chip, Empty, ImpactCells, Page, PerWeek, ProblemLink, RatioMark, Spark, Trend, Wait } from "../parts";
import { to } from "../route";
import { t } from "../text";
import type { Change, Emerging, RankedProblem, Ranking } from "../types";

const home = (problem: RankedProblem) => problem.places[0]!;

const reasons = (problem: RankedProblem) => {
  const { urgentShare, reopenedShare, meanHoursToResolve } = problem.impact;
  const told: string[] = [];
  if (problem.trend === "new") told.push(t.because.new(integer(problem.recent)));
  else if (problem.trend === "rising" && bySlope(problem.trend, problem.change)) told.push(t.because.slope, t.because.steady(percent(problem.share)));
  else if (problem.trend === "rising" && problem.change) told.push(t.because.rising(times(problem.change.ratio), times(problem.change.low), times(problem.change.high)));
  else told.push(t.because.steady(percent(problem.share)));
  if (urgentShare !== null && urgentShare >= 0.2) told.push(t.because.urgent(percent(urgentShare)));
  if (reopenedShare !== null && reopenedShare >= 0.15) told.push(t.because.reopened(percent(reopenedShare)));
  if (meanHoursToResolve !== null && meanHoursToResolve >= 24) told.push(t.because.hours(number(meanHoursToResolve)));
  if (problem.places.length > 1) told.push(t.because.centers(problem.places.length));
  return told;
};

const Tile = ({ problem, recent, place }: { problem: RankedProblem; recent: number; place: number }) => (
  <a class="tile" href={to(["problem", home(problem).techCenter, home(problem).id])}>
    <span class="place" aria-hidden="true">{place}</span>
    <h3>{problem.label}</h3>
    <p class="where">{home(problem).techCenter}{problem.places.length > 1 && <> {t.more(problem.places.length - 1)}</>} <Trend trend={problem.trend} change={problem.change} /> <StatusChip status={problem.status} /></p>
    <p class="big">{rate(problem.perWeek.rate)} <span>{t.aWeek}</span></p>
    <Spark counts={problem.weeklyCounts} recent={recent} wide />
    <ul>{reasons(problem).map((reason) => <li key={reason}>{reason}</li>)}</ul>
  </a>
);

const Name = ({ problem }: { problem: RankedProblem }) => (
  <th scope="row">
    <ProblemLink center={home(problem).techCenter} id={home(problem).id}>{problem.label}</ProblemLink> <StatusChip status={problem.status} />
    <span class="small">
      {home(problem).techCenter}
      {problem.places.slice(1, 3).map((p) => <> · <ProblemLink center={p.techCenter} id={p.id}>{p.techCenter}</ProblemLink></>)}
      {problem.places.length > 3 && <> {t.more(problem.places.length - 3)}</>}
    </span>
  </th>
);

const Table = ({ problems, recent }: { problems: RankedProblem[]; recent: number }) => (
  <table class="grid ranked">
    <thead>
      <tr>
        <th scope="col">{t.problem}</th>
        <th scope="col" class="wide">{t.weeks}</th>
        <th scope="col" class="n">{t.perWeek}</th>
        <th scope="col" title={t.changeNote}>{t.change}</th>
        <th scope="col" class="n">{t.urgent}</th>
        <th scope="col" class="n">{t.reopened}</th>
        <th scope="col" class="n" title={t.hoursNote}>{t.hours}</th>
      </tr>
    </thead>
    <tbody>
      {problems.map((problem) => (
        <tr key={`${home(problem).techCenter}/${home(problem).id}`}>
          <Name problem={problem} />
          <td class="wide"><Spark counts={problem.weeklyCounts} recent={recent} /></td>
          <td class="n" data-label={t.perWeek}><PerWeek value={problem.perWeek} /></td>
          <td data-label={t.change}>{problem.trend === "new" ? <Trend trend="new" /> : <RatioMark change={problem.change} trend={problem.trend} />}</td>
          <ImpactCells impact={problem.impact} />
        </tr>
      ))}
    </tbody>
  </table>
);

const outside = (data: Ranking) => {
  const named = (ahead: boolean) => data.outside.filter((c) => c.ahead === ahead).map((c) => `${c.techCenter} (${date(c.newestIncident)})`).join(", ");
  return [[named(false), t.behind] as const, [named(true), t.beyond] as const].filter(([names]) => names).map(([names, tell]) => tell(names, date(data.recentUntil))).join(" ");
};

const EmergingList = ({ emerging }: { emerging: Emerging[] }) =>
  emerging.length === 0 ? <Empty>{t.noEmerging}</Empty> : (
    <ul class="list">
      {emerging.slice(0, 6).map((e) => (
        <li key={`${e.stream}/${e.event.id}`}>
          <a href={to(["streams", e.stream])}>{e.event.label}</a> {e.event.fadedAt && <Chip>{t.faded}</Chip>}
          <span class="small">{e.techCenter} · {t.eventText(integer(e.event.items), rate(e.event.rate), rate(e.event.rateBefore))} · {time(e.event.lastSeen)}</span>
          {e.event.examples[0] && <span class="quote">{e.event.examples[0]}</span>}
        </li>
      ))}
    </ul>
  );

const ChangeList = ({ changes }: { changes: Change[] }) =>
  changes.length === 0 ? <Empty>{t.noChanges}</Empty> : (
    <ul class="list">
      {changes.slice(0, 8).map((c) => (
        <li key={`${c.techCenter}/${c.problemId}`}>
          <ProblemLink center={c.techCenter} id={c.problemId}>{c.label}</ProblemLink> <Chip kind={c.kind === "new" ? "new" : c.kind === "gone" ? "gone" : ""}>{t.kinds[c.kind] ?? c.kind}</Chip>
          <span class="small">{c.techCenter} · {c.version} · {t.incidentsOf(integer(c.incidents))}</span>
        </li>
      ))}
    </ul>
  );

export const First = () => {
  const ranking = useData<Ranking>("ranking", 60);
  const emerging = useData<{ emerging: Emerging[] }>("emerging", 30);
  const totals = ranking.data?.totals;
  const recent = ranking.data ? ranking.data.weeks.filter((week) => ranking.data!.recentFrom !== null && week >= ranking.data!.recentFrom).length : 0;
  return (
    <Page
      title={t.firstTitle}
      lead={totals && ranking.data?.recentFrom && <>{t.firstLead(integer(totals.recent), date(ranking.data.recentFrom), integer(recent), percent(totals.unclusteredShare))} {t.firstAge(date(totals.newestIncident), date(totals.newestModel))}</>}
      aside={totals && (
        <dl class="totals">
          <div><dt>{t.problems}</dt><dd>{integer(totals.problems)}</dd></div>
          <div><dt>{t.techCenters}</dt><dd>{integer(totals.techCenters)}</dd></div>
          <div><dt>{t.incidents}</dt><dd>{integer(totals.incidents)}</dd></div>
        </dl>
      )}
    >
      <Wait asked={ranking}>
        {(data) => data.biggest.length === 0 ? <Card><Empty>{t.noBiggest}</Empty></Card> : (
          <>
            {data.outside.length > 0 && <p class="aside-note">{outside(data)}</p>}
            <section class="tiles" aria-labelledby="these">
              <div class="cardhead"><h2 id="these">{t.these}</h2><p class="note">{t.theseNote}</p></div>
              <div class="row">{data.first.map((problem, i) => <Tile key={i} problem={problem} recent={recent} place={i + 1} />)}</div>
            </section>
            <div class="columns sheet">
              <div>
                <Card title={t.rising} note={t.risingNote} aside={<a href={to(["problems"], { sort: "trend" })}>{t.all}</a>}>{data.rising.length === 0 ? <Empty>{t.noRising}</Empty> : <Table problems={data.rising.slice(0, 8)} recent={recent} />}</Card>
                <Card title={t.new} note={t.newNote}>{data.new.length === 0 ? <Empty>{t.noNew}</Empty> : <Table problems={data.new.slice(0, 8)} recent={recent} />}</Card>
                <Card title={t.biggest} note={t.biggestNote} aside={<a href={to(["problems"], { sort: "size" })}>{t.all}</a>}><Table problems={data.biggest.slice(0, 10)} recent={recent} /></Card>
              </div>
              <div>
                <Card title={t.emerging} note={t.emergingNote} aside={<a href={to(["streams"])}>{t.streams}</a>}><Wait asked={emerging}>{(e) => <EmergingList emerging={e.emerging} />}</Wait></Card>
                <Card title={t.changes}><ChangeList changes={data.changes} /></Card>
                <Expected shown={52} title={t.expectedOfAll} note={t.expectedOfAllNote} />
              </div>
            </div>
          </>
        )}
      </Wait>
    </Page>
  );
};
