// What sets a problem apart beside its words: values that stand out, what resolved it, where it is, and its story.
import type { ComponentChildren } from "preact";
import { date, integer, percent, times } from "../format";
import { Card, Chip, Empty, ProblemLink } from "../parts";
import { to } from "../route";
import { t } from "../text";
import type { Lineage, Profile } from "../types";

const chance = (value: number) => (value < 0.0001 ? "< 0.0001" : String(Number(value.toPrecision(2))));

export const StandsOut = ({ profile }: { profile: Profile }) => (
  <Card title={t.standsOut} note={t.standsOutNote}>
    {profile.known.length === 0 ? <Empty>{t.nothingKnown}</Empty> : profile.standsOut.length === 0 ? <Empty>{t.nothingStandsOut(profile.known.map((k) => t.columns[k.column] ?? k.column).join(", "))}</Empty> : (
      <table class="grid">
        <thead><tr><th scope="col">{t.value}</th><th scope="col" class="n">{t.here}</th><th scope="col" class="n">{t.inCenter}</th><th scope="col" class="n">{t.lift}</th><th scope="col" class="n">{t.byChance}</th></tr></thead>
        <tbody>
          {profile.standsOut.map((v) => (
            <tr key={`${v.column}/${v.value}`}>
              <th scope="row" class="long">{v.value}<span class="small">{t.columns[v.column] ?? v.column} · {t.incidentsOf(integer(v.incidents))}</span></th>
              <td class="n" data-label={t.here}>{percent(v.share)}</td>
              <td class="n" data-label={t.inCenter}>{percent(v.centerShare)}</td>
              <td class="n" data-label={t.lift}>×{times(v.lift)}</td>
              <td class="n" data-label={t.byChance}>{chance(v.chance)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
  </Card>
);

export const ResolvedBy = ({ profile }: { profile: Profile }) => {
  const { read, frequent } = profile.resolved;
  return (
    <Card title={t.resolvedBy} note={read > 0 ? t.resolvedByNote(integer(read)) : undefined}>
      {read === 0 ? <Empty>{t.noNotes}</Empty> : frequent.length === 0 ? <Empty>{t.noFrequentNote}</Empty> : (
        <ol class="list resolved">
          {frequent.map((r) => (
            <li key={r.note}>
              <div class="cardhead"><span class="prose long">{r.note}</span><strong>{percent(r.share)}</strong></div>
              <span class="small">{t.incidentsOf(integer(r.incidents))} · {t.lastUsed(date(r.lastUsed))} · {r.examples.map((number, i) => <>{i > 0 && ", "}<a href={to(["ticket", number])}>{number}</a></>)}</span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
};

export const Centers = ({ profile }: { profile: Profile }) =>
  profile.centers.length < 2 ? null : (
    <Card title={t.inCenters} note={t.inCentersNote}>
      <ul class="list">
        {profile.centers.map((c) => (
          <li key={c.techCenter}>{c.techCenter === profile.techCenter ? <strong>{c.techCenter}</strong> : <ProblemLink center={c.techCenter} id={c.id}>{c.techCenter}</ProblemLink>} {integer(c.incidents)}<span class="small">{c.label}</span></li>
        ))}
      </ul>
    </Card>
  );

const Linked = ({ center, related }: { center: string; related: Lineage["related"] }) => <>{related.map((r, i) => <>{i > 0 && ", "}<ProblemLink center={center} id={r.id}>{r.label ?? `#${r.id}`}</ProblemLink></>)}</>;

/** What happened to a problem in a version, in sentences. */
const happened = (center: string, event: Lineage, before: Lineage | undefined): ComponentChildren[] => {
  const told: ComponentChildren[] = [];
  const related = event.related.length > 0 && <Linked center={center} related={event.related} />;
  if (event.kind === "new") told.push(t.itBegan);
  if (event.kind === "split") told.push(<>{t.itSplitFrom} {related || "–"}</>);
  if (event.kind === "merged") told.push(<>{t.itMerged} {related || "–"}</>);
  if (event.kind === "gone") told.push(related ? <>{t.itWentInto} {related}</> : t.itIsGone);
  if (before && before.label !== event.label && event.kind !== "gone") told.push(t.renamedFrom(before.label));
  if (event.splitOff.length > 0) told.push(<>{t.itLost} <Linked center={center} related={event.splitOff} /></>);
  if (told.length === 0) told.push(t.itStayed);
  return told;
};

export const History = ({ center, lineage }: { center: string; lineage: Lineage[] }) => (
  <ol class="story lineage">
    {lineage.map((event, i) => ({ event, told: happened(center, event, lineage[i - 1]) })).toReversed().map(({ event, told }) => (
      <li key={event.version} class={event.kind}>
        <div class="cardhead"><span><strong>{event.version}</strong> <Chip kind={event.kind === "new" ? "new" : event.kind === "gone" ? "bad" : event.kind === "kept" ? "" : "busy"}>{t.kinds[event.kind] ?? event.kind}</Chip></span><span class="small">{date(event.publishedAt)}</span></div>
        <span class="long">{event.label}</span>
        {told.map((sentence, n) => <p class="small" key={n}>{sentence}</p>)}
        <span class="small">{t.incidentsOf(integer(event.size))}{event.previousSize > 0 && <>, {t.formerly(integer(event.previousSize))}</>}</span>
      </li>
    ))}
  </ol>
);
