import { useData } from "../data";
import { integer, time } from "../format";
import { Card, Chip, Empty, Page, Wait } from "../parts";
import { go, to } from "../route";
import { t } from "../text";
import type { AuditPage } from "../types";

export const AuditRows = ({ entries }: { entries: AuditPage["entries"] }) => (
  <table class="grid">
    <thead><tr><th scope="col">{t.who}</th><th scope="col">{t.did}</th><th scope="col">{t.toWhat}</th><th scope="col">{t.outcome}</th><th scope="col">{t.when}</th></tr></thead>
    <tbody>
      {entries.map((e) => (
        <tr key={e.id + e.number}>
          <th scope="row" class="long">{e.actor}<span class="small">{[e.role, t.cameBy[e.via] ?? e.via].filter(Boolean).join(" · ")}</span></th>
          <td class="long" data-label={t.did}>{e.action}{e.count > 1 && <span class="interval"> {t.times(integer(e.count))}</span>}</td>
          <td class="text" data-label={t.toWhat}>{e.object}</td>
          <td data-label={t.outcome}><Chip kind={e.outcome === "done" || e.outcome === "accepted" ? "good" : e.outcome === "begun" ? "busy" : "bad"}>{t.acted[e.outcome] ?? e.outcome}</Chip>{e.detail && <span class="small">{e.detail}</span>}</td>
          <td class="date" data-label={t.when}>{time(e.at)}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

const names = ["actor", "action", "from", "until"] as const;

/** Who did what, the newest first; for admins. */
export const Audit = ({ query }: { query: URLSearchParams }) => {
  const page = Number(query.get("page") ?? 1);
  const asked = new URLSearchParams({ page: String(page), pageSize: "50" });
  for (const name of names) if (query.get(name)) asked.set(name, query.get(name)!);
  const entries = useData<AuditPage>(`audit?${asked}`);
  const kept = Object.fromEntries(names.map((name) => [name, query.get(name)]));
  const apply = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    go(to(["audit"], Object.fromEntries(names.map((name) => [name, form.get(name) as string]))));
  };
  return (
    <Page title={t.audit} lead={t.auditLead}>
      <Card>
        <form class="filters" onSubmit={apply} key={query.toString()}>
          <label>{t.who}<input name="actor" defaultValue={query.get("actor") ?? ""} /></label>
          <label>{t.did}<input name="action" defaultValue={query.get("action") ?? ""} placeholder={t.anyAction} /></label>
          <label>{t.from}<input type="date" name="from" defaultValue={query.get("from") ?? ""} /></label>
          <label>{t.until}<input type="date" name="until" defaultValue={query.get("until") ?? ""} /></label>
          <button class="primary">{t.apply}</button>
        </form>
        <Wait asked={entries}>
          {(data) => data.entries.length === 0 ? <Empty>{t.nothingAudited}</Empty> : (
            <>
              <AuditRows entries={data.entries} />
              {(page > 1 || data.more) && (
                <nav class="pager" aria-label={t.audit}>
                  {page > 1 ? <a class="button" href={to(["audit"], { ...kept, page: page - 1 })}>← {t.before}</a> : <span />}
                  {data.more ? <a class="button" href={to(["audit"], { ...kept, page: page + 1 })}>{t.next} →</a> : <span />}
                </nav>
              )}
            </>
          )}
        </Wait>
      </Card>
    </Page>
  );
};
