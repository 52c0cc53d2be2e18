import { useData } from "../data";
import { integer, number, percent } from "../format";
import { Card, Chip, Empty, Page, Wait } from "../parts";
import { to } from "../route";
import { t } from "../text";
import type { Comparison } from "../types";

const order = ["new", "merged", "split", "gone", "kept"];

const measures: [keyof Comparison["a"]["metrics"], (value: number) => string][] = [["incidents", integer], ["clusters", integer], ["noiseShare", percent], ["meanPersistence", number], ["stability", number], ["dbcv", number], ["trainSeconds", number]];

/** What another version of a tech center's model would change: both are asked of the same incidents. */
export const Compare = ({ center, a, b }: { center: string; a: string; b: string }) => {
  const compared = useData<Comparison>(`models/${encodeURIComponent(center)}/compare?${new URLSearchParams({ a, b })}`);
  return (
    <Page title={t.compareTitle(a, b)} lead={<>{center} · <a href={to(["operations"])}>{t.operationsTitle}</a></>}>
      <Wait asked={compared}>
        {(data) => (
          <>
            <div class="halves">
              <Card title={t.whatBecomes}>
                <p class="small">{order.map((kind) => [kind, data.counts[kind] ?? 0] as const).filter(([, count]) => count > 0).map(([kind, count]) => `${t.kinds[kind]} ${integer(count)}`).join(" · ")}</p>
                <ul class="list">
                  {data.clusters.filter((c) => c.kind !== "kept").sort((x, y) => order.indexOf(x.kind) - order.indexOf(y.kind) || y.incidents - x.incidents).map((c) => (
                    <li key={`${c.kind}/${c.id}`} class="long"><Chip kind={c.kind === "new" ? "new" : c.kind === "gone" ? "bad" : "busy"}>{t.kinds[c.kind] ?? c.kind}</Chip> {c.label} <span class="interval">{t.incidentsOf(integer(c.incidents))}</span></li>
                  ))}
                </ul>
                {data.clusters.every((c) => c.kind === "kept") && <Empty>{t.nothingChanges}</Empty>}
              </Card>
              <Card title={t.measures}>
                <table class="grid">
                  <thead><tr><th scope="col">{t.measures}</th><th scope="col" class="n">{a}</th><th scope="col" class="n">{b}</th></tr></thead>
                  <tbody>
                    <tr><th scope="row">{t.problems}</th><td class="n" data-label={a}>{integer(data.a.problems)}</td><td class="n" data-label={b}>{integer(data.b.problems)}</td></tr>
                    {measures.map(([key, told]) => {
                      const [x, y] = [data.a.metrics[key], data.b.metrics[key]];
                      return <tr key={key}><th scope="row">{t.metricNames[key] ?? key}</th><td class="n" data-label={a}>{x === null || x === undefined ? "–" : told(x)}</td><td class="n" data-label={b}>{y === null || y === undefined ? "–" : told(y)}</td></tr>;
                    })}
                  </tbody>
                </table>
              </Card>
            </div>
            <Card title={t.changedTickets(integer(data.changed), integer(data.incidents))} note={t.compareNote}>
              {data.changedIncidents.length === 0 ? <Empty>{t.nothingChanges}</Empty> : (
                <table class="grid">
                  <thead><tr><th scope="col">{t.number}</th><th scope="col">{a}</th><th scope="col">{b}</th></tr></thead>
                  <tbody>
                    {data.changedIncidents.map((i) => (
                      <tr key={i.number}><th scope="row"><a href={to(["ticket", i.number])}>{i.number}</a></th><td class="long" data-label={a}>{i.before ?? t.ofNone}</td><td class="long" data-label={b}>{i.after ?? t.ofNone}</td></tr>
                    ))}
                  </tbody>
                </table>
              )}
            </Card>
          </>
        )}
      </Wait>
    </Page>
  );
};
