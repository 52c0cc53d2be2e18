import { useEffect, useState } from "preact/hooks";
import { post } from "../api";
import { tellLocked, useData } from "../data";
import { date, integer, percent } from "../format";
import { Card, Empty, Page, ProblemLink, Wait } from "../parts";
import { go, to } from "../route";
import { t } from "../text";
import type { Found, SearchResult, Status } from "../types";

const ticketNumber = /^[A-Z]{2,6}\d{5,}$/i;

/** Leads to what was found; a ticket's number leads to the ticket. */
export const SearchBox = ({ text }: { text: string }) => (
  <form
    class="find"
    role="search"
    onSubmit={(event) => {
      event.preventDefault();
      const asked = (new FormData(event.currentTarget).get("text") as string).trim();
      if (asked) go(ticketNumber.test(asked) ? to(["ticket", asked.toUpperCase()]) : to(["search"], { text: asked }));
    }}
  >
    <input key={text} type="search" name="text" maxLength={2000} defaultValue={text} placeholder={t.searchFor} aria-label={t.searchFor} autocomplete="off" />
    <button>{t.search}</button>
  </form>
);

/** A text with the words that were looked for set off. */
export const Marked = ({ text, places }: { text: string; places: [number, number][] }) => {
  const parts = [];
  let at = 0;
  for (const [start, end] of places) {
    parts.push(text.slice(at, start), <mark key={start}>{text.slice(start, end)}</mark>);
    at = end;
  }
  return <>{parts}{text.slice(at)}</>;
};

type Group = { center: string; id: number | null; label: string; found: Found[] };

/** By problem, the problem of the best incident first. */
const grouped = (incidents: Found[]): Group[] => {
  const groups = new Map<string, Group>();
  for (const found of incidents) {
    const id = found.problemId !== null && found.problemId >= 0 ? found.problemId : null;
    const key = id === null ? "" : `${found.techCenter}/${id}`;
    const group = groups.get(key) ?? { center: found.techCenter, id, label: found.problemLabel ?? "", found: [] };
    group.found.push(found);
    groups.set(key, group);
  }
  return [...groups.values()];
};

const useSearch = (body: string) => {
  const [state, setState] = useState<{ body: string; data?: SearchResult; error?: string }>({ body: "" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isWanted = true;
    post<SearchResult>("search", JSON.parse(body)).then(
      (data) => isWanted && setState({ body, data }),
      (error: unknown) => {
        tellLocked(error);
        if (isWanted) setState({ body, error: error instanceof Error && !(error instanceof TypeError) ? error.message : "" });
      },
    );
    return () => void (isWanted = false);
  }, [body, round]);
  const own = state.body === body ? state : undefined;
  return { data: own?.data, error: own?.error, status: undefined, again: () => setRound((n) => n + 1) };
};

const names = ["center", "from", "until", "priority"] as const;

export const Search = ({ query }: { query: URLSearchParams }) => {
  const text = query.get("text") ?? "", center = query.get("center"), problem = query.get("problem");
  const asked = useSearch(JSON.stringify({
    text, techCenters: center ? [center] : null, from: query.get("from"), until: query.get("until"), top: 50,
    filters: { priority: query.get("priority"), problem: center && problem ? Number(problem) : null },
  }));
  const status = useData<Status>("status");
  const known = status.data?.techCenters.map((c) => c.name) ?? [];
  // The one that was asked for may be chosen before the others are known.
  const centers = center && !known.includes(center) ? [center, ...known] : known;
  const kept = Object.fromEntries(["text", ...names].map((name) => [name, query.get(name)]));
  const apply = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    go(to(["search"], { text, ...Object.fromEntries(names.map((name) => [name, form.get(name) as string])) }));
  };
  return (
    <Page title={t.searchTitle} lead={asked.data && t.searchLead(asked.data.text, integer(asked.data.incidents.length), integer(asked.data.candidates))}>
      <div class="columns">
        <div>
          <Wait asked={asked}>
            {(data) => data.incidents.length === 0 ? <Card><Empty>{t.nothingFound}</Empty></Card> : (
              <>
                {grouped(data.incidents).map((group) => (
                  <Card
                    key={`${group.center}/${group.id}`}
                    title={group.id === null ? t.ofNoProblem : <ProblemLink center={group.center} id={group.id}>{group.label}</ProblemLink>}
                    aside={group.id === null ? undefined : <span class="subtle">{group.center}</span>}
                  >
                    <ul class="list found">
                      {group.found.map((found) => (
                        <li key={found.number}>
                          <a href={to(["ticket", found.number])}>{found.number}</a>
                          <span class="quote"><Marked text={found.text} places={found.highlights} /></span>
                          <span class="small">
                            {[group.id === null ? found.techCenter : "", date(found.createdOn), found.priority, found.likeness === null ? "" : `${t.likeness} ${percent(Math.max(0, found.likeness))}`].filter(Boolean).join(" · ")}
                          </span>
                        </li>
                      ))}
                    </ul>
                  </Card>
                ))}
              </>
            )}
          </Wait>
        </div>
        <div>
          <Card title={t.narrow}>
            <form class="filters" onSubmit={apply} key={query.toString()}>
              <label>{t.techCenter}
                <select name="center">
                  <option value="">{t.all}</option>
                  {centers.map((one) => <option key={one} value={one} selected={one === center}>{one}</option>)}
                </select>
              </label>
              <label>{t.from}<input type="date" name="from" defaultValue={query.get("from") ?? ""} /></label>
              <label>{t.until}<input type="date" name="until" defaultValue={query.get("until") ?? ""} /></label>
              <label>{t.priority}<input name="priority" defaultValue={query.get("priority") ?? ""} placeholder={t.anyPriority} /></label>
              <button class="primary">{t.apply}</button>
            </form>
            {problem && <p><a href={to(["search"], kept)}>{t.allProblems}</a></p>}
          </Card>
          {asked.data && asked.data.candidates > 0 && (
            <Card title={t.whereFound} note={t.whereFoundNote}>
              <h3>{t.techCenters}</h3>
              <ul class="list">{asked.data.facets.techCenters.slice(0, 10).map((f) => <li key={f.techCenter}><a href={to(["search"], { ...kept, center: f.techCenter })}>{f.techCenter}</a> {integer(f.count)}</li>)}</ul>
              <h3>{t.problems}</h3>
              <ul class="list">{asked.data.facets.problems.slice(0, 10).map((f) => <li key={`${f.techCenter}/${f.id}`}><a href={to(["search"], { ...kept, center: f.techCenter, problem: f.id })}>{f.label}</a> {integer(f.count)} <span class="small">{f.techCenter}</span></li>)}</ul>
            </Card>
          )}
        </div>
      </div>
    </Page>
  );
};
