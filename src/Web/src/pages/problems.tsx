import { StatusChip } from "../correct";
import { useData } from "../data";
import { Expected, QuietFor } from "../forecast";
import { date, integer } from "../format";
import { Card, Empty, Page, Pager, ProblemLink, RatioMark, Trend, Wait } from "../parts";
import { go, to } from "../route";
import { t } from "../text";
import type { Corrections, ProblemPage, Status } from "../types";

const size = 50;

export const Problems = ({ query }: { query: URLSearchParams }) => {
  const center = query.get("center") ?? "", sort = query.get("sort") ?? "size", text = query.get("text") ?? "", page = Number(query.get("page") ?? 1);
  const status = useData<Status>("status");
  const asked = new URLSearchParams({ sort, page: String(page), pageSize: String(size), ...(center ? { techCenter: center } : {}), ...(text ? { text } : {}) });
  const problems = useData<ProblemPage>(`problems?${asked}`);
  const corrections = useData<Corrections>("corrections?pageSize=1");
  const change = (next: Record<string, string>) => go(to(["problems"], { center, sort, text, ...next }));
  return (
    <Page title={t.problemsTitle} lead={problems.data && t.problemsLead(integer(problems.data.total))} aside={<a class="button" href={to(["corrections"])}>{t.correctionsTitle}{corrections.data && corrections.data.conflicts > 0 && ` · ${t.conflictsOf(integer(corrections.data.conflicts))}`}</a>}>
      <div class="filters">
        <label>{t.techCenter}
          <select value={center} onChange={(e) => change({ center: e.currentTarget.value })}>
            <option value="">{t.all}</option>
            {status.data?.techCenters.filter((c) => c.version).map((c) => <option key={c.name} value={c.name}>{c.name}</option>)}
          </select>
        </label>
        <label>{t.nameHolds}<input type="search" key={text} defaultValue={text} maxLength={100} onChange={(e) => change({ text: e.currentTarget.value.trim() })} /></label>
        <label>{t.sort}
          <select value={sort} onChange={(e) => change({ sort: e.currentTarget.value })}>
            {Object.entries(t.sorts).map(([value, name]) => <option key={value} value={value}>{name}</option>)}
          </select>
        </label>
      </div>
      {center && <Expected key={center} center={center} title={t.weeklyOf(center)} note={t.weeklyOfNote} />}
      <Card>
        <Wait asked={problems}>
          {(data) => data.problems.length === 0 ? <Empty>{t.noProblems}</Empty> : (
            <>
              <table class="grid">
                <thead>
                  <tr>
                    <th scope="col">{t.problem}</th><th scope="col">{t.domain}</th><th scope="col" class="n">{t.incidents}</th><th scope="col" class="n">{t.variants}</th>
                    <th scope="col">{t.trendName}</th><th scope="col" title={t.changeNote}>{t.change}</th><th scope="col">{t.lastSeen}</th>
                  </tr>
                </thead>
                <tbody>
                  {data.problems.map((p) => (
                    <tr key={`${p.techCenter}/${p.id}`}>
                      <th scope="row"><ProblemLink center={p.techCenter} id={p.id}>{p.label}</ProblemLink> <StatusChip status={p.marks?.status} /><span class="small">{p.techCenter}{p.marks?.owner && <> · {p.marks.owner}</>}</span></th>
                      <td data-label={t.domain}>{p.domainName === "none" ? "–" : p.domainName}</td>
                      <td class="n" data-label={t.incidents}>{integer(p.size)}</td>
                      <td class="n" data-label={t.variants}>{integer(p.variants)}</td>
                      <td data-label={t.trendName}><Trend trend={p.trend} change={p.change} /></td>
                      <td data-label={t.change}><RatioMark change={p.change} trend={p.trend} /></td>
                      <td class="date" data-label={t.lastSeen}>{date(p.lastSeen)}<QuietFor since={p.quietSince} weeks={p.quietWeeks} /></td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <Pager page={data.page} size={data.pageSize} total={data.total} address={(next) => to(["problems"], { center, sort, text, page: next })} />
            </>
          )}
        </Wait>
      </Card>
    </Page>
  );
};
