import { useState } from "preact/hooks";
import { download } from "../api";
import { TicketActions } from "../correct";
import { tellLocked, useData } from "../data";
import { date, integer } from "../format";
import { Bar, Card, Empty, Page, Pager, ProblemLink, Wait } from "../parts";
import { go, to } from "../route";
import { t } from "../text";
import type { Corrections, ProblemDetails, ProblemPage, Status, Ticket, TicketPage } from "../types";

export type Chosen = { numbers: string[]; choose: (numbers: string[]) => void };

export const TicketRows = ({ tickets, chosen, problems }: { tickets: Ticket[]; chosen?: Chosen | undefined; problems?: boolean }) => (
  <table class="grid tickets">
    <thead>
      <tr>
        <th scope="col">{chosen && <input type="checkbox" aria-label={t.chooseAll} checked={tickets.every((ticket) => chosen.numbers.includes(ticket.number))} onChange={(e) => chosen.choose(e.currentTarget.checked ? tickets.map((ticket) => ticket.number) : [])} />} {t.number}</th><th scope="col">{t.date}</th><th scope="col">{t.text}</th>
        {problems && <th scope="col">{t.problem}</th>}<th scope="col">{t.priority}</th><th scope="col">{t.confidence}</th>
      </tr>
    </thead>
    <tbody>
      {tickets.map((ticket) => (
        <tr key={ticket.number}>
          <th scope="row">{chosen && <input type="checkbox" aria-label={t.choose(ticket.number)} checked={chosen.numbers.includes(ticket.number)} onChange={(e) => chosen.choose(e.currentTarget.checked ? [...chosen.numbers, ticket.number] : chosen.numbers.filter((n) => n !== ticket.number))} />} <a href={to(["ticket", ticket.number])}>{ticket.number}</a></th>
          <td class="date" data-label={t.date}>{date(ticket.createdOn)}</td>
          <td class="text" data-label={t.text}><span class="clamp">{ticket.text ?? "–"}</span></td>
          {problems && (
            <td class="of" data-label={t.problem}>
              {ticket.problemId === null ? <span class="subtle">–</span> : ticket.problemId < 0 ? <span class="subtle">{t.ofNone}</span> : <ProblemLink center={ticket.techCenter} id={ticket.problemId}>{ticket.problemLabel}</ProblemLink>}
              <span class="small">{ticket.techCenter}</span>
            </td>
          )}
          <td class="date" data-label={t.priority}>{ticket.priority ?? "–"}</td>
          <td data-label={t.confidence}><Bar value={ticket.confidence} /></td>
        </tr>
      ))}
    </tbody>
  </table>
);

const formats = [["csv", "CSV"], ["xlsx", "XLSX"], ["json-all", "JSON"]] as const;

/** All tickets that fit as a file, up to 50,000. */
const Export = ({ path, total }: { path: string; total: number | undefined }) => {
  const [state, setState] = useState("");
  const fetchFile = async (format: string) => {
    setState(t.exporting);
    try {
      await download(`${path}&format=${format}`, `incidents.${format === "json-all" ? "json" : format}`);
      setState("");
    } catch (error) {
      tellLocked(error);
      setState(error instanceof Error && !(error instanceof TypeError) ? error.message : t.failed);
    }
  };
  return (
    <div class="exports" role="group" aria-label={t.exportAs}>
      <span class="small">{t.exportAs}</span>
      {formats.map(([format, name]) => <button key={format} type="button" onClick={() => void fetchFile(format)}>{name}</button>)}
      <span class="small" role="status">{state || (total !== undefined && total > 50_000 ? t.exportCut : "")}</span>
    </div>
  );
};

const names = ["from", "until", "priority", "text", "sort"] as const;

const Fields = ({ query }: { query: URLSearchParams }) => (
  <>
    <label>{t.from}<input type="date" name="from" defaultValue={query.get("from") ?? ""} /></label>
    <label>{t.until}<input type="date" name="until" defaultValue={query.get("until") ?? ""} /></label>
    <label>{t.priority}<input name="priority" maxLength={100} defaultValue={query.get("priority") ?? ""} placeholder={t.anyPriority} /></label>
    <label>{t.textHolds}<input name="text" maxLength={100} defaultValue={query.get("text") ?? ""} /></label>
    <label>{t.sort}
      <select name="sort" defaultValue={query.get("sort") ?? "newest"}>{Object.entries(t.ticketSorts).map(([value, name]) => <option key={value} value={value} selected={value === (query.get("sort") ?? "newest")}>{name}</option>)}</select>
    </label>
    <button class="primary">{t.apply}</button>
  </>
);

const fieldsOf = (event: Event, fields: readonly string[]) => {
  event.preventDefault();
  const form = new FormData(event.currentTarget as HTMLFormElement);
  return Object.fromEntries(fields.map((name) => [name, form.get(name) as string | null]));
};

const askedOf = (query: URLSearchParams, fields: readonly string[]) => {
  const asked = new URLSearchParams({ page: query.get("page") ?? "1", pageSize: "50" });
  for (const name of fields) if (query.get(name)) asked.set(name === "center" ? "techCenter" : name, query.get(name)!);
  return asked;
};

const allNames = ["center", "problem", ...names] as const;

/** The tickets of all problems, and those of none. */
export const AllTickets = ({ query }: { query: URLSearchParams }) => {
  const center = query.get("center") ?? "", problem = query.get("problem") ?? "";
  const path = `incidents?${askedOf(query, allNames)}`;
  const tickets = useData<TicketPage>(path);
  const status = useData<Status>("status");
  const problems = useData<ProblemPage>(center ? `problems?${new URLSearchParams({ techCenter: center, sort: "label", pageSize: "200" })}` : null);
  const kept = Object.fromEntries(allNames.map((name) => [name, query.get(name)]));
  return (
    <Page title={t.tickets} lead={tickets.data && t.incidentsOf(integer(tickets.data.total))}>
      <Card>
        <form class="filters" key={query.toString()} onSubmit={(event) => go(to(["tickets"], fieldsOf(event, allNames)))}>
          <label>{t.techCenter}
            <select name="center" onChange={(e) => go(to(["tickets"], { ...kept, center: e.currentTarget.value, problem: "" }))}>
              <option value="">{t.all}</option>
              {status.data?.techCenters.map((c) => <option key={c.name} value={c.name} selected={c.name === center}>{c.name}</option>)}
            </select>
          </label>
          <label>{t.problem}
            <select name="problem" disabled={!center}>
              <option value="">{t.all}</option>
              <option value="-1" selected={problem === "-1"}>{t.ofNone}</option>
              {problems.data?.problems.map((p) => <option key={p.id} value={p.id} selected={String(p.id) === problem}>{p.label}</option>)}
            </select>
          </label>
          <Fields query={query} />
        </form>
        <Export path={path} total={tickets.data?.total} />
        <Wait asked={tickets}>
          {(data) => data.incidents.length === 0 ? <Empty>{t.noTickets}</Empty> : (
            <>
              <TicketRows tickets={data.incidents} problems />
              <Pager page={data.page} size={data.pageSize} total={data.total} address={(page) => to(["tickets"], { ...kept, page })} />
            </>
          )}
        </Wait>
      </Card>
    </Page>
  );
};

export const Tickets = ({ center, id, query }: { center: string; id: string; query: URLSearchParams }) => {
  const variant = query.get("variant");
  const problemPath = `problems/${encodeURIComponent(center)}/${encodeURIComponent(id)}`;
  const problem = useData<ProblemDetails>(problemPath);
  const path = `${variant ? `clusters/${encodeURIComponent(center)}/${encodeURIComponent(variant)}` : problemPath}/incidents?${askedOf(query, names)}`;
  const tickets = useData<TicketPage>(path);
  const corrections = useData<Corrections>(`corrections?${new URLSearchParams({ techCenter: center, pageSize: "1" })}`);
  const [numbers, choose] = useState<string[]>([]);
  const [told, setTold] = useState("");
  const changed = (text: string) => {
    setTold(text);
    choose([]);
    tickets.again();
  };
  const kept = Object.fromEntries(["variant", ...names].map((name) => [name, query.get(name)]));
  const label = problem.data && (problem.data.variants.find((v) => String(v.id) === variant)?.label ?? problem.data.summary.label);
  return (
    <Page title={<>{t.ticketsOf} {label ? <a href={to(["problem", center, id])}>{label}</a> : "…"}</>} lead={tickets.data && <>{center} · {t.incidentsOf(integer(tickets.data.total))}</>}>
      <Card>
        <form class="filters" key={query.toString()} onSubmit={(event) => go(to(["tickets", center, id], { variant, ...fieldsOf(event, names) }))}><Fields query={query} /></form>
        <Export path={path} total={tickets.data?.total} />
        {corrections.data?.mayCorrect && <TicketActions center={center} problem={problem.data?.summary.id} tickets={numbers} changed={changed} />}
        <p role="status" class="told">{told}</p>
        <Wait asked={tickets}>
          {(data) => data.incidents.length === 0 ? <Empty>{t.noTickets}</Empty> : (
            <>
              <TicketRows tickets={data.incidents} chosen={corrections.data?.mayCorrect ? { numbers, choose } : undefined} />
              <Pager page={data.page} size={data.pageSize} total={data.total} address={(page) => to(["tickets", center, id], { ...kept, page })} />
            </>
          )}
        </Wait>
      </Card>
    </Page>
  );
};
