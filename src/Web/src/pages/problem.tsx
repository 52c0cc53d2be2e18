import { useState } from "preact/hooks";
import { WeeklyChart } from "../chart";
import { CorrectionList, MarksShown, ProblemActions, StatusChip } from "../correct";
import { useData } from "../data";
import { ahead, Quiet } from "../forecast";
import { date, integer } from "../format";
import { Card, Empty, Page, ProblemLink, RatioMark, Trend, Wait } from "../parts";
import { go, to } from "../route";
import { t } from "../text";
import type { Corrections, Forecast, Neighbour, ProblemDetails, Profile, TicketPage } from "../types";
import { Centers, History, ResolvedBy, StandsOut } from "./profile";
import { TicketRows } from "./tickets";

const Words = ({ words }: { words: string[] }) => <ul class="words">{words.map((word) => <li key={word}>{word}</li>)}</ul>;

const Neighbours = ({ neighbours }: { neighbours: Neighbour[] }) =>
  neighbours.length === 0 ? <Empty>{t.noNeighbours}</Empty> : (
    <ul class="list">
      {neighbours.map((n) => (
        <li key={`${n.techCenter}/${n.id}`}>
          <ProblemLink center={n.techCenter} id={n.id}>{n.label}</ProblemLink>
          <span class="small">{n.techCenter} · {t.shared}: {n.words.join(", ")}</span>
        </li>
      ))}
    </ul>
  );

export const Problem = ({ center, id }: { center: string; id: string }) => {
  const path = `problems/${encodeURIComponent(center)}/${encodeURIComponent(id)}`;
  const problem = useData<ProblemDetails>(path);
  const neighbours = useData<{ neighbours: Neighbour[] }>(problem.data?.current ? `${path}/neighbours` : null);
  // Where there is too little history, the weeks stand alone.
  const forecast = useData<Forecast>(problem.data?.current ? `forecast/${encodeURIComponent(center)}/${encodeURIComponent(id)}?weeks=${ahead}` : null);
  const profile = useData<Profile>(problem.data?.current ? `${path}/profile` : null);
  const tickets = useData<TicketPage>(`${path}/incidents?pageSize=8`);
  const summary = problem.data?.summary;
  // Where they cannot be read, the problem is shown without them.
  const corrections = useData<Corrections>(problem.data ? `corrections?${new URLSearchParams({ techCenter: center, problem: id, pageSize: "50" })}` : null);
  const [told, setTold] = useState("");
  const changed = (text: string) => {
    setTold(text);
    for (const asked of [problem, neighbours, profile, tickets, corrections]) asked.again();
  };
  return (
    <Page
      title={summary?.label ?? t.problem}
      lead={summary && <><a href={to(["problems"], { center: summary.techCenter })}>{summary.techCenter}</a>{summary.domainName !== "none" && <> · {summary.domainName}</>} · {problem.data!.version} <StatusChip status={summary.marks?.status} /></>}
      aside={summary && (
        <dl class="totals">
          <div><dt>{t.incidents}</dt><dd>{integer(summary.size)}</dd></div>
          <div><dt>{t.trendName}</dt><dd class="mark"><Trend trend={summary.trend} change={summary.change} /></dd></div>
          <div><dt title={t.changeNote}>{t.change}</dt><dd class="mark"><RatioMark change={summary.change} trend={summary.trend} plain /></dd></div>
          <div><dt>{t.firstSeen}</dt><dd class="mark">{date(summary.firstSeen)}</dd></div>
          <div><dt>{t.lastSeen}</dt><dd class="mark">{date(summary.lastSeen)}</dd></div>
        </dl>
      )}
    >
      <Wait asked={problem}>
        {(data) => (
          <>
            {!data.current && <p class="trouble">{t.gone}</p>}
            {data.current && corrections.data?.mayCorrect && (
              <ProblemActions
                center={data.summary.techCenter} id={data.summary.id} label={data.summary.label} marks={data.summary.marks} variants={data.variants} seen={corrections.data.newest} changed={changed}
                neighbours={(neighbours.data?.neighbours ?? []).filter((n) => n.techCenter === data.summary.techCenter).map((n) => n.id)} left={(into) => go(to(["problem", center, into]))}
              />
            )}
            <p role="status" class="told">{told}</p>
            <Card title={t.weekly}><Quiet since={data.summary.quietSince} weeks={data.summary.quietWeeks} /><WeeklyChart weeks={data.weeklyCounts} forecast={forecast.data?.weeks} /></Card>
            <div class="columns">
              <div>
                <Card title={t.ways(data.variants.length)}>
                  <ul class="variants">
                    {data.variants.map((variant) => (
                      <li key={variant.id}>
                        <div class="cardhead">
                          <h3>{variant.label}</h3>
                          <a class="small" href={to(["tickets", center, id], { variant: variant.id })}>{t.incidentsOf(integer(variant.size))}</a>
                        </div>
                        <Words words={variant.keywords.slice(0, 8)} />
                        {variant.examples.slice(0, 2).map((example) => <blockquote key={example}>{example}</blockquote>)}
                      </li>
                    ))}
                  </ul>
                </Card>
                {data.current && <Wait asked={profile}>{(p) => <><StandsOut profile={p} /><ResolvedBy profile={p} /></>}</Wait>}
                <Card title={t.tickets} aside={tickets.data && <a href={to(["tickets", center, id])}>{t.allTickets(integer(tickets.data.total))}</a>}>
                  <Wait asked={tickets}>{(page) => page.incidents.length === 0 ? <Empty>{t.noTickets}</Empty> : <TicketRows tickets={page.incidents} />}</Wait>
                </Card>
              </div>
              <div>
                {data.summary.marks && <Card title={t.said}><MarksShown marks={data.summary.marks} /></Card>}
                <Card title={t.words}><Words words={data.keywords} /></Card>
                {data.current && <Card title={t.neighbours}><Wait asked={neighbours}>{(n) => <Neighbours neighbours={n.neighbours} />}</Wait></Card>}
                {profile.data && <Centers profile={profile.data} />}
                <Card title={t.history}><History center={center} lineage={data.lineage} /></Card>
                {corrections.data && corrections.data.total > 0 && <Card title={t.correctionsTitle} aside={<a href={to(["corrections"])}>{t.all}</a>}><CorrectionList page={corrections.data} changed={changed} /></Card>}
              </div>
            </div>
          </>
        )}
      </Wait>
    </Page>
  );
};
