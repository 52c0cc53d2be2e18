import { useState } from "preact/hooks";
import { post } from "../api";
import { TicketActions } from "../correct";
import { tellLocked, useData } from "../data";
import { date, percent, time } from "../format";
import { Bar, Card, Chip, Empty, Page, ProblemLink, Wait } from "../parts";
import { to } from "../route";
import { t } from "../text";
import type { Classified, Corrections, SimilarIncidents, Story } from "../types";

const Fact = ({ name, children }: { name: string; children: string | number | null }) => (children === null || children === "" ? null : <div><dt>{name}</dt><dd>{children}</dd></div>);

const Why = ({ center, text, number: name, problem }: { center: string; text: string; number: string; problem: NonNullable<Story["problem"]> }) => {
  const [answer, setAnswer] = useState<Classified | undefined>();
  const [trouble, setTrouble] = useState("");
  const ask = async () => {
    try {
      setAnswer(await post<Classified>("classify", { techCenter: center, text, number: name }));
    } catch (error) {
      tellLocked(error);
      setTrouble(error instanceof Error ? error.message : String(error));
    }
  };
  const told = answer?.texts[0];
  // The most alike of the known incidents that are of the answer's problem stands for it.
  const exemplar = told?.nearest.findIndex((near) => near.problemId === told.problemId);
  return (
    <Card title={t.why} note={t.whyNote}>
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      {!told ? <button onClick={ask}>{t.why}</button> : (
        <>
          <p><ProblemLink center={center} id={told.problemId}>{told.problemLabel}</ProblemLink> · {t.confidence} {percent(told.confidence)}</p>
          {told.problemId !== problem.id && <p class="small">{t.wouldMove(problem.id < 0 ? t.ofNone : problem.label)}</p>}
          {told.words.length > 0 && <><h3>{t.decided}</h3><ul class="words">{told.words.map((word) => <li key={word}>{word}</li>)}</ul></>}
          <h3>{t.nearest}</h3>
          <ul class="list">
            {told.nearest.slice(0, 5).map((near, i) => (
              <li key={near.text}>
                {i === exemplar && <Chip kind="good">{t.exemplar}</Chip>}
                <span class="quote">{near.text}</span>
                <span class="small">{near.problemLabel} · {t.likeness} {percent(Math.max(0, near.similarity))}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
};

const Similar = ({ number: name }: { number: string }) => {
  const similar = useData<SimilarIncidents>(`incidents/${encodeURIComponent(name)}/similar?top=5`);
  // A warehouse without a search index has none to tell of; a ticket that is not embedded yet will have.
  if (similar.status === 501) return null;
  return (
    <Card title={t.similar} note={t.similarNote}>
      {similar.status === 422 ? <Empty>{similar.error}</Empty> : <Wait asked={similar}>
        {(data) => data.incidents.length === 0 ? <Empty>{t.noSimilar}</Empty> : (
          <ul class="list">
            {data.incidents.map((near) => (
              <li key={near.number}>
                <a href={to(["ticket", near.number])}>{near.number}</a>
                <span class="quote">{near.text}</span>
                <span class="small">{[near.techCenter, date(near.createdOn), `${t.likeness} ${percent(Math.max(0, near.likeness ?? 0))}`].join(" · ")}</span>
                {near.closeNotes && <p class="small">{t.closeNotes}: {near.closeNotes}</p>}
              </li>
            ))}
          </ul>
        )}
      </Wait>}
    </Card>
  );
};

type Step = { text: string; told: string | null };

/** What became of a ticket, in order of time. A step of which no time is known comes after the one that it needs. */
const steps = (data: Story): Step[] => {
  const { incident, problem } = data;
  const known: (Step | false)[] = [
    { text: t.opened, told: incident.createdOn },
    !!data.arrivedAt && { text: t.arrived, told: data.arrivedAt },
    !!incident.text && { text: t.masked, told: null },
    !!data.embedder && { text: t.embedded(data.embedder), told: null },
    !!problem && { text: t.predicted(problem.modelVersion), told: problem.predictedAt },
    !!incident.resolvedOn && { text: t.resolved, told: incident.resolvedOn },
  ];
  let last = -Infinity;
  return known.filter((step) => step !== false)
    .map((step) => ({ step, at: (last = step.told ? Date.parse(step.told) : last) }))
    .sort((a, b) => (a.at === b.at ? 0 : a.at - b.at))
    .map(({ step }) => step);
};

export const Ticket = ({ number: name }: { number: string }) => {
  const story = useData<Story>(`incidents/${encodeURIComponent(name)}`);
  const corrections = useData<Corrections>(story.data?.problem ? `corrections?${new URLSearchParams({ techCenter: story.data.techCenter, pageSize: "1" })}` : null);
  const [told, setTold] = useState("");
  const changed = (text: string) => {
    setTold(text);
    story.again();
  };
  return (
    <Page
      title={<>{t.ticket} {name}</>}
      lead={story.data && <><a href={to(["problems"], { center: story.data.techCenter })}>{story.data.techCenter}</a> · {date(story.data.incident.createdOn)}</>}
      aside={story.data?.incident.url && <a class="button" href={story.data.incident.url} rel="noreferrer">{t.atSource} ↗</a>}
    >
      <Wait asked={story}>
        {(data) => (
          <div class="columns">
            <div>
              <Card>
                {data.incident.text ? <p class="prose">{data.incident.text}</p> : <Empty>–</Empty>}
                <dl class="facts">
                  <Fact name={t.priority}>{data.incident.priority}</Fact>
                  <Fact name={t.state}>{data.state}</Fact>
                  <Fact name={t.location}>{data.location}</Fact>
                  <Fact name={t.item}>{data.configurationItem}</Fact>
                  <Fact name={t.reopened}>{data.reopenCount}</Fact>
                </dl>
                {data.closeNotes && <><h3>{t.closeNotes}</h3><p class="prose">{data.closeNotes}</p></>}
              </Card>
              {data.embedder && <Similar key={name} number={name} />}
              {data.incident.text && data.problem && <Why center={data.techCenter} text={data.incident.text} number={name} problem={data.problem} />}
            </div>
            <div>
              <Card title={t.problem}>
                {!data.problem ? <Empty>{t.notPredicted}</Empty> : data.problem.id < 0 ? <Empty>{t.toNone}</Empty> : (
                  <>
                    <p><ProblemLink center={data.techCenter} id={data.problem.id}>{data.problem.label}</ProblemLink></p>
                    <p class="small">{data.problem.clusterLabel}{data.problem.domainName !== "none" && <> · {data.problem.domainName}</>}</p>
                    <p><Bar value={data.incident.confidence} /></p>
                  </>
                )}
                {data.problem && corrections.data?.mayCorrect && <TicketActions center={data.techCenter} problem={data.problem.id} tickets={[name]} changed={changed} />}
                <p role="status" class="told">{told}</p>
              </Card>
              <Card title={t.story}>
                <ol class="story">{steps(data).map((step) => <li key={step.text}>{step.text}{step.told && <span class="small">{time(step.told)}</span>}</li>)}</ol>
              </Card>
            </div>
          </div>
        )}
      </Wait>
    </Page>
  );
};
