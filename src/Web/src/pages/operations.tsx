import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { download, get, post } from "../api";
import { tellLocked, useData } from "../data";
import { ago, ahead, date, integer, number, percent, span, time } from "../format";
import { Ask, Card, Chip, Empty, type Order, Page, Wait } from "../parts";
import { to } from "../route";
import { t } from "../text";
import type { Alert, AuditPage, Drift, Host, Me, Models, Run, Status, StreamStats, Upload } from "../types";
import { AuditRows } from "./audit";
import { OverTime } from "./overtime";

type Asking = (order: Order) => void;

const Outcome = ({ state }: { state: string }) => (
  <Chip kind={state === "failed" ? "bad" : state === "running" ? "busy" : state === "finished" || state === "succeeded" || state === "completed" || state === "accepted" ? "good" : ""}>{t.outcomes[state] ?? t.states[state] ?? state}</Chip>
);

const roles = ["reader", "analyst", "operator", "admin"];

/** Whether the caller may do what a role may; where it is not known, the answer to the attempt says. */
const may = (me: Me | undefined, role: Me["role"]) => !me || roles.indexOf(me.role) >= roles.indexOf(role);

const Alerts = ({ alerts, me, ask, again }: { alerts: Alert[]; me: Me | undefined; ask: Asking; again: () => void }) =>
  alerts.length === 0 ? <Empty>{t.noAlerts}</Empty> : (
    <ul class="list">
      {alerts.slice(0, 12).map((alert) => (
        <li key={alert.id}>
          <div class="cardhead">
            <span><Chip kind={alert.severity === "error" || alert.severity === "critical" ? "bad" : alert.severity === "warning" ? "rising" : ""}>{alert.severity}</Chip> <strong>{alert.title}</strong></span>
            {alert.isOpen && !alert.acknowledgedBy && may(me, "analyst") && (
              <button onClick={() => ask({
                title: t.acknowledge, text: alert.title, confirm: t.acknowledge, field: t.yourName, value: localStorage.getItem("pipeline-name") ?? me?.name ?? "",
                run: async (by) => { localStorage.setItem("pipeline-name", by); await post(`alerts/${encodeURIComponent(alert.id)}/ack`, { by }); again(); },
              })}>{t.acknowledge}</button>
            )}
          </div>
          <p class="alert">{alert.text}</p>
          <span class="small">{alert.techCenter && <>{alert.techCenter} · </>}{time(alert.raisedAt)}{alert.count > 1 && <> · {t.times(integer(alert.count))}</>}{alert.acknowledgedBy && <> · {t.acknowledgedBy(alert.acknowledgedBy)}</>}</span>
        </li>
      ))}
    </ul>
  );

type Center = Models["techCenters"][number];

const Versions = ({ center, me, ask, again }: { center: Center; me: Me | undefined; ask: Asking; again: () => void }) => (
  <ul class="versions">
    {center.versions.filter((v) => v.version !== center.production).slice(0, 3).map((v) => (
      <li key={v.version}>
        {v.version} <Chip kind={v.passed === false ? "bad" : v.stage === "canary" ? "busy" : ""}>{v.passed === false ? t.refused : t.stages[v.stage] ?? v.stage}{v.percent !== null && ` ${v.percent} %`}</Chip>
        {center.production && <a class="small" href={to(["compare", center.techCenter, center.production, v.version])} aria-label={`${t.compare}: ${center.techCenter} ${v.version}`}>{t.compare}</a>}
        {may(me, "operator") && (v.stage === "previous" ? (
          <button aria-label={`${t.rollBack}: ${center.techCenter}`} onClick={() => ask({
            title: t.rollBack, text: t.rollBackText(center.techCenter), confirm: t.rollBack, field: t.reason,
            run: async (reason) => { await post(`models/${encodeURIComponent(center.techCenter)}/rollback`, { reason: reason || null }); again(); },
          })}>{t.rollBack}</button>
        ) : (
          <button aria-label={`${t.promote}: ${center.techCenter} ${v.version}`} onClick={() => ask({
            title: t.promote, text: t.promoteText(v.version, center.techCenter), confirm: t.promote, field: t.reason, ...(v.passed === false ? { check: t.force } : {}),
            run: async (reason, force) => { await post(`models/${encodeURIComponent(center.techCenter)}/${encodeURIComponent(v.version)}/promote`, { reason: reason || null, force }); again(); },
          })}>{t.promote}</button>
        ))}
      </li>
    ))}
    {center.damaged.map((d) => <li key={d.version} class="small bad">{d.version}: {d.problem}</li>)}
  </ul>
);

const Centers = ({ status, models, me, ask, again }: { status: Status; models: Models | undefined; me: Me | undefined; ask: Asking; again: () => void }) => (
  <table class="grid">
    <thead><tr><th scope="col">{t.techCenter}</th><th scope="col" class="n">{t.incidents}</th><th scope="col" class="n">{t.assigned}</th><th scope="col" class="n">{t.unclustered}</th><th scope="col">{t.newest}</th><th scope="col" class="n">{t.problems}</th><th scope="col">{t.model}</th><th scope="col">{t.others}</th></tr></thead>
    <tbody>
      {status.techCenters.map((c) => {
        const center = models?.techCenters.find((m) => m.techCenter === c.name);
        return (
          <tr key={c.name}>
            <th scope="row">{c.name}{c.problem && <span class="small bad">{c.problem}</span>}</th>
            <td class="n" data-label={t.incidents}>{integer(c.incidents)}</td>
            <td class="n" data-label={t.assigned}>{integer(c.predicted)}</td>
            <td class="n" data-label={t.unclustered}>{c.predicted > 0 ? percent(c.unclustered / c.predicted) : "–"}</td>
            <td class="date" data-label={t.newest}>{date(c.newestIncident)}</td>
            <td class="n" data-label={t.problems}>{integer(c.problems)}</td>
            <td data-label={t.model}>{c.version ? <Chip kind="good">{c.version}</Chip> : <span class="subtle">{t.noModel}</span>}{c.modelAgeDays !== null && c.modelAgeDays >= 1 && <span class="small">{t.daysOld(integer(c.modelAgeDays))}</span>}</td>
            <td class="act" data-label={t.others}>{center && <Versions center={center} me={me} ask={ask} again={again} />}</td>
          </tr>
        );
      })}
    </tbody>
  </table>
);

const Drifts = ({ drift }: { drift: Drift }) =>
  drift.techCenters.length === 0 ? <Empty>{t.noDrift}</Empty> : (
    <table class="grid">
      <thead><tr><th scope="col">{t.techCenter}</th><th scope="col" class="n">{t.score}</th><th scope="col">{t.level}</th><th scope="col">{t.detail}</th></tr></thead>
      <tbody>
        {drift.techCenters.map((d) => (
          <tr key={d.techCenter}>
            <th scope="row">{d.techCenter}<span class="small">{time(d.measuredAt)}</span></th>
            <td class="n" data-label={t.score}>{d.score === null ? "–" : number(d.score)}</td>
            <td data-label={t.level}><Chip kind={d.level === "high" ? "bad" : d.level === "raised" ? "rising" : ""}>{t.levels[d.level] ?? d.level}</Chip> {d.retrainingRecommended && <Chip kind="busy">{t.retrain}</Chip>}</td>
            <td class="text" data-label={t.detail}>{d.detail}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );

const Runs = ({ runs }: { runs: Run[] }) =>
  runs.length === 0 ? <Empty>{t.noRuns}</Empty> : (
    <table class="grid">
      <thead><tr><th scope="col">{t.run}</th><th scope="col">{t.outcome}</th><th scope="col">{t.began}</th><th scope="col" class="n">{t.took}</th><th scope="col">{t.measures}</th></tr></thead>
      <tbody>
        {runs.slice(0, 15).map((run) => (
          <tr key={run.id}>
            <th scope="row">{run.name}<span class="small">{run.techCenter}</span></th>
            <td data-label={t.outcome}><Outcome state={run.state} /></td>
            <td class="date" data-label={t.began}>{time(run.startedAt)}</td>
            <td class="n" data-label={t.took}>{run.endedAt || run.state === "running" ? span((run.endedAt ? Date.parse(run.endedAt) : Date.now()) - Date.parse(run.startedAt)) : "–"}</td>
            <td class="text" data-label={t.measures}>{Object.entries(run.measures).slice(0, 6).map(([name, value]) => `${name} ${typeof value === "number" ? number(value) : value}`).join(" · ")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );

const Uploads = ({ uploads, may: mayRead }: { uploads: Upload[]; may: boolean }) =>
  uploads.length === 0 ? <Empty>{t.noIngestions}</Empty> : (
    <table class="grid">
      <thead><tr><th scope="col">{t.file}</th><th scope="col">{t.outcome}</th><th scope="col">{t.began}</th><th scope="col" class="n">{t.rows}</th><th scope="col" class="n">{t.rejected}</th><th scope="col">{t.reasonWhy}</th></tr></thead>
      <tbody>
        {uploads.slice(0, 12).map((u) => (
          <tr key={u.id}>
            <th scope="row">{u.file}<span class="small">{u.source ?? u.dataset ?? ""}</span></th>
            <td data-label={t.outcome}><Outcome state={u.state} /></td>
            <td class="date" data-label={t.began}>{time(u.receivedAt)}</td>
            <td class="n" data-label={t.rows}>{integer(u.rows)}</td>
            <td class="n" data-label={t.rejected}>{u.rejected === 0 || !mayRead ? integer(u.rejected) : <button class="link" title={t.rejects} onClick={() => void download(`v1/uploads/${encodeURIComponent(u.id)}/rejects?format=csv`, `rejects-${u.file}.csv`).catch(tellLocked)}>{integer(u.rejected)} ↓</button>}</td>
            <td class="text" data-label={t.reasonWhy}>{u.problem ?? Object.entries(u.rejectReasons).map(([reason, count]) => `${reason} ${integer(count)}`).join(", ")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );

const Schedules = ({ host }: { host: Host }) => {
  const now = Date.parse(host.now);
  return (
    <table class="grid">
      <thead><tr><th scope="col">{t.function}</th><th scope="col">{t.nextRun}</th><th scope="col">{t.lastRun}</th></tr></thead>
      <tbody>
        {host.schedules.map((s) => (
          <tr key={s.function}>
            <th scope="row">{s.function}<span class="small">{s.schedule}</span></th>
            <td data-label={t.nextRun}>{ahead(s.next, now)}<span class="small">{time(s.next)}</span></td>
            <td data-label={t.lastRun}>{s.isRunning ? <Outcome state="running" /> : s.last ? <><Outcome state={s.succeeded ? "succeeded" : "failed"} /><span class="small">{ago(s.last, now)}</span></> : <span class="subtle">{t.notYet}</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

type Alike = Host["invocations"][number] & { times: number };

// Runs that went alike one after the other are one row.
const alike = (runs: Host["invocations"]) => runs.reduce<Alike[]>((rows, run) => {
  const last = rows.at(-1);
  const same = last && run.outcome !== "running" && (["function", "trigger", "reason", "outcome", "problem"] as const).every((key) => last[key] === run[key]);
  return same ? [...rows.slice(0, -1), { ...last, times: last.times + 1 }] : [...rows, { ...run, times: 1 }];
}, []);

const Invocations = ({ host }: { host: Host }) => {
  const now = Date.parse(host.now);
  return (
    <table class="grid">
      <thead><tr><th scope="col">{t.function}</th><th scope="col">{t.startedBy}</th><th scope="col">{t.when}</th><th scope="col" class="n">{t.took}</th><th scope="col">{t.outcome}</th></tr></thead>
      <tbody>
        {alike(host.invocations).slice(0, 12).map((run, i) => (
          <tr key={i}>
            <th scope="row">{run.function}{run.times > 1 && <span class="interval"> {t.times(integer(run.times))}</span>}{run.problem && <span class="small bad">{run.problem}</span>}</th>
            <td data-label={t.startedBy}>{run.trigger === "http" ? run.reason : `${run.trigger}, ${run.reason}`}</td>
            <td class="date" data-label={t.when}>{ago(run.started, now)}</td>
            <td class="n" data-label={t.took}>{span(run.milliseconds ?? now - Date.parse(run.started))}</td>
            <td data-label={t.outcome}><Outcome state={run.outcome} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

type Named = { name: string; stats: StreamStats | undefined };

const Streams = () => {
  const list = useData<{ streams: string[] }>("streams", 60);
  const named = useStreams(list.data?.streams);
  return (
    <Card title={t.streamsTitle} aside={<a href={to(["streams"])}>{t.all}</a>}>
      <Wait asked={list}>
        {(data) => data.streams.length === 0 ? <Empty>{t.noStreams}</Empty> : (
          <table class="grid">
            <thead><tr><th scope="col">{t.stream}</th><th scope="col" class="n">{t.items}</th><th scope="col" class="n">{t.clusters}</th><th scope="col" class="n">{t.events}</th><th scope="col">{t.newest}</th></tr></thead>
            <tbody>
              {named.map(({ name, stats }) => (
                <tr key={name}>
                  <th scope="row" class="long"><a href={to(["streams", name])}>{name}</a></th>
                  <td class="n" data-label={t.items}>{stats ? integer(stats.items) : "–"}</td>
                  <td class="n" data-label={t.clusters}>{stats ? integer(stats.clusters) : "–"}</td>
                  <td class="n" data-label={t.events}>{stats ? integer(stats.events) : "–"}</td>
                  <td class="date" data-label={t.newest}>{date(stats?.newestItem ?? null)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Wait>
    </Card>
  );
};

/** The first twenty streams with their figures, asked for one after the other: opening one that sleeps takes a moment. */
const useStreams = (names: string[] | undefined) => {
  const [known, setKnown] = useState<Named[]>([]);
  const all = names?.slice(0, 20).join("\n");
  useEffect(() => {
    if (!all) return;
    const stop = new AbortController();
    setKnown(all.split("\n").map((name) => ({ name, stats: undefined })));
    void (async () => {
      for (const name of all.split("\n")) {
        try {
          const stats = await get<StreamStats>(`streams/${encodeURIComponent(name)}/stats`, stop.signal);
          setKnown((before) => before.map((one) => (one.name === name ? { name, stats } : one)));
        } catch {
          // One that does not answer stays without figures.
          if (stop.signal.aborted) return;
        }
      }
    })();
    return () => stop.abort();
  }, [all]);
  return known;
};

/** What only some roles may see is left out for the others. */
const Allowed = ({ asked, children }: { asked: { status: number | undefined }; children: ComponentChildren }) => (asked.status === 403 ? null : <>{children}</>);

export const Operations = () => {
  const me = useData<Me>("me").data;
  const audit = useData<AuditPage>(may(me, "admin") && me ? "audit?pageSize=8" : null, 30);
  const [order, setOrder] = useState<Order | undefined>();
  const host = useData<Host>("/status.json", 3);
  const status = useData<Status>("status", 15);
  const alerts = useData<{ alerts: Alert[] }>("alerts?limit=50", 30);
  const models = useData<Models>("models", 60);
  const drift = useData<Drift>("drift", 300);
  const runs = useData<{ runs: Run[] }>("runs", 30);
  const uploads = useData<{ uploads: Upload[] }>("v1/uploads", 30);
  const now = host.data, mode = status.data?.mode;
  // Of several processes none knows what goes on in the others: there the orchestrations tell how far they are.
  const behind = useData<{ work: Host["work"] }>(!now && host.error !== undefined ? "work" : null, 15);
  const work = now?.work ?? behind.data?.work ?? [];
  return (
    <Page
      title={t.operationsTitle}
      lead={now && <><span class={host.error === undefined ? "live on" : "live"} /> {t.running(span(Date.parse(now.now) - Date.parse(now.started)), now.version)}{now.development && <>, {t.development}</>}</>}
      aside={status.data && (
        <dl class="totals">
          <div><dt>{t.incidents}</dt><dd>{integer(status.data.techCenters.reduce((all, c) => all + c.incidents, 0))}</dd></div>
          <div><dt>{t.waiting}</dt><dd>{integer(status.data.waitingForPreprocessing)}</dd></div>
          <div><dt>{t.keptAside}</dt><dd>{integer(status.data.deadLetters)}</dd></div>
        </dl>
      )}
    >
      {mode && mode.state !== "running" && <p class="trouble" role="alert">{(mode.state === "halted" ? t.halted : t.readOnly)(time(mode.since), mode.who, mode.reason ?? "–")}</p>}
      {work.length > 0 && (
        <Card title={t.work}>
          <ul class="list">{work.map((w) => <li key={w.stage + (w.detail ?? "")}><span class="cardhead"><span><strong>{t.workNames[w.stage] ?? w.stage}</strong> {w.detail}</span><span class="small">{integer(w.done)} / {integer(w.total)}</span></span><progress max={Math.max(1, w.total)} value={w.done} aria-label={t.workNames[w.stage] ?? w.stage} /></li>)}</ul>
        </Card>
      )}
      <Card title={t.alerts}><Wait asked={alerts}>{(data) => <Alerts alerts={data.alerts} me={me} ask={setOrder} again={alerts.again} />}</Wait></Card>
      <Card title={t.centers}><Wait asked={status}>{(data) => <Centers status={data} models={models.data} me={me} ask={setOrder} again={() => { models.again(); status.again(); }} />}</Wait></Card>
      <Allowed asked={uploads}><Card title={t.ingestions}><Wait asked={uploads}>{(data) => <Uploads uploads={data.uploads} may={may(me, "analyst")} />}</Wait></Card></Allowed>
      <div class="halves">
        <div>
          <Card title={t.drift}><Wait asked={drift}>{(data) => <Drifts drift={data} />}</Wait></Card>
          {now && now.invocations.length > 0 && <Card title={t.recentRuns}><Invocations host={now} /></Card>}
        </div>
        <div>
          <Streams />
          {now && <Card title={t.schedules}><Schedules host={now} /></Card>}
        </div>
      </div>
      <OverTime />
      {audit.data && <Card title={t.audit} aside={<a href={to(["audit"])}>{t.all}</a>}><AuditRows entries={audit.data.entries} /></Card>}
      <Card title={t.runs}><Wait asked={runs}>{(data) => <Runs runs={data.runs} />}</Wait></Card>
      {now && now.poison.length > 0 && (
        <Card title={t.poison} note={t.poisonNote}>
          <ul class="list">{now.poison.map((p) => <li key={p.object}><strong>{p.object}</strong> <span class="small">{p.function} · {integer(p.attempts)} · {p.error}</span></li>)}</ul>
        </Card>
      )}
      <p class="foot">{status.data && t.embedder(status.data.embedder)} {t.utc} {now && <a href="/report">{t.report}</a>}</p>
      {order && <Ask key={order.text} order={order} done={() => setOrder(undefined)} />}
    </Page>
  );
};
