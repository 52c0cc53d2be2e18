import { useState } from "preact/hooks";
import { download } from "../api";
import { TicketActions } from "../correct";
import { tellLocked, useData } from "../data";
import { date, integer } from "../format";
import { Bar, Card, Empty, Page, Pager, Wait } from "../parts";
import { go, to } from "../route";
import { t } from "../text";
import type { Corrections, ProblemDetails, Ticket, TicketPage } from "../types";

export type Chosen = { numbers: string[]; choose: (numbers: string[]) => void };

export const TicketRows = ({ tickets, chosen }: { tickets: Ticket[]; chosen?: Chosen | undefined }) => (
  <table class="grid tickets">
    <thead>
      <tr>
        <th scope="col">{chosen && <input type="checkbox" aria-label={t.chooseAll} checked={tickets.every((ticket) => chosen.numbers.includes(ticket.number))} onChange={(e) => chosen.choose(e.currentTarget.checked ? tickets.map((ticket) => ticket.number) : [])} />} {t.number}</th><th scope="col">{t.date}</th><th scope="col">{t.text}</th><th scope="col">{t.priority}</th><th scope="col">{t.confidence}</th>
      </tr>
    </thead>
    <tbody>
      {tickets.map((ticket) => (
        <tr key={ticket.number}>
          <th scope="row">{chosen && <input type="checkbox" aria-label={t.choose(ticket.number)} checked={chosen.numbers.includes(ticket.number)} onChange={(e) => chosen.choose(e.currentTarget.checked ? [...chosen.numbers, ticket.number] : chosen.numbers.filter((n) => n !== ticket.number))} />} <a href={to(["ticket", ticket.number])}>{ticket.number}</a></th>
          <td class="date" data-label={t.date}>{date(ticket.createdOn)}</td>
          <td class="text" data-label={t.text}><span class="clamp">{ticket.text ?? "–"}</span></td>
          <td class="date" data-label={t.priority}>{ticket.priority ?? "–"}</td>
          <td data-label={t.confidence}><Bar value={ticket.confidence} /></td>
        </tr>
      ))}
    </tbody>
  </table>
);

const names = ["from", "until", "priority", "sort"] as const;

export const Tickets = ({ center, id, query }: { center: string; id: string; query: URLSearchParams }) => {
  const variant = query.get("variant");
  const asked = new URLSearchParams({ page: query.get("page") ?? "1", pageSize: "50" });
  for (const name of names) if (query.get(name)) asked.set(name, query.get(name)!);
  const problemPath = `problems/${encodeURIComponent(center)}/${encodeURIComponent(id)}`;
  const problem = useData<ProblemDetails>(problemPath);
  const path = `${variant ? `clusters/${encodeURIComponent(center)}/${encodeURIComponent(variant)}` : problemPath}/incidents?${asked}`;
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
  const apply = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    go(to(["tickets", center, id], { variant, ...Object.fromEntries(names.map((name) => [name, form.get(name) as string])) }));
  };
  const label = problem.data && (problem.data.variants.find((v) => String(v.id) === variant)?.label ?? problem.data.summary.label);
  return (
    <Page title={<>{t.ticketsOf} {label ? <a href={to(["problem", center, id])}>{label}</a> : "…"}</>} lead={tickets.data && <>{center} · {t.incidentsOf(integer(tickets.data.total))}</>}>
      <Card>
        <form class="filters" onSubmit={apply}>
          <label>{t.from}<input type="date" name="from" value={query.get("from") ?? ""} /></label>
          <label>{t.until}<input type="date" name="until" value={query.get("until") ?? ""} /></label>
          <label>{t.priority}<input name="priority" value={query.get("priority") ?? ""} placeholder={t.anyPriority} /></label>
          <label>{t.sort}
            <select name="sort" value={query.get("sort") ?? "newest"}>{Object.entries(t.ticketSorts).map(([value, name]) => <option key={value} value={value}>{name}</option>)}</select>
          </label>
          <button class="primary">{t.apply}</button>
          <button type="button" onClick={() => void download(`${path}&format=csv`, "incidents.csv").catch(tellLocked)}>CSV</button>
        </form>
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
