// Small pieces that every page is made of.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { type Asked, lock } from "./data";
import { integer, number, percent, rate, times } from "./format";
import { to } from "./route";
import { t } from "./text";
import type { Impact, Rate, Ratio } from "./types";

export const Page = ({ title, lead, aside, children }: { title: ComponentChildren; lead?: ComponentChildren; aside?: ComponentChildren; children: ComponentChildren }) => (
  <>
    <header class="head">
      <div>
        <h1>{title}</h1>
        {lead && <p class="lead">{lead}</p>}
      </div>
      {aside && <div class="aside">{aside}</div>}
    </header>
    {children}
  </>
);

export const Card = ({ title, note, aside, tight, children }: { title?: ComponentChildren; note?: string; aside?: ComponentChildren; tight?: boolean; children: ComponentChildren }) => (
  <section class={tight ? "card tight" : "card"}>
    {title && (
      <div class="cardhead">
        <h2>{title}</h2>
        {aside}
      </div>
    )}
    {note && <p class="note">{note}</p>}
    {children}
  </section>
);

export const Empty = ({ children }: { children: ComponentChildren }) => <p class="empty">{children}</p>;

/** What was asked for, or why it is not there. What was there before stays while the host does not answer. */
export const Wait = <T,>({ asked, children }: { asked: Asked<T>; children: (data: T) => ComponentChildren }) => (
  <>
    {asked.error !== undefined && (
      <p class="trouble" role="alert">
        {asked.data === undefined ? t.failed : t.noAnswer}{asked.error && ` ${asked.error}`} <button onClick={asked.again}>{t.again}</button>{asked.status === 403 && <> <button onClick={lock}>{t.asAnother}</button></>}
      </p>
    )}
    {asked.data !== undefined ? children(asked.data) : asked.error === undefined && <p class="wait" role="status">{t.loading}</p>}
  </>
);

/** Whether a trend was told by the slope of the weeks: where it was by the newest part against what was before, the interval of the ratio leaves out 1. */
export const bySlope = (trend: string, change: Ratio | null | undefined) => (trend === "rising" || trend === "falling") && !!change && change.low <= 1 && change.high >= 1;

export const Trend = ({ trend, change }: { trend: string; change?: Ratio | null | undefined }) => {
  if (trend === "unknown") return <span class="subtle">–</span>;
  return <><span class={`chip ${trend}`}>{t.trend[trend] ?? trend}</span>{bySlope(trend, change) && <> <span class="by" title={t.slopeNote}>{t.slope}</span></>}</>;
};

export const Chip = ({ kind, children }: { kind?: string; children: ComponentChildren }) => <span class={`chip ${kind ?? ""}`}>{children}</span>;

/** Weekly counts, small: a picture beside the figures that say the same. */
export const Spark = ({ counts, recent = 0, wide }: { counts: number[]; recent?: number; wide?: boolean }) => {
  const width = wide ? 260 : 130, height = wide ? 44 : 26, highest = Math.max(1, ...counts), step = width / Math.max(1, counts.length);
  return (
    <svg class={wide ? "spark whole" : "spark"} viewBox={`0 0 ${width} ${height}`} width={width} height={height} preserveAspectRatio="none" aria-hidden="true">
      {counts.map((count, i) => {
        const tall = count === 0 ? 1 : Math.max(2, (count / highest) * (height - 1));
        return <rect key={i} class={i >= counts.length - recent ? "now" : ""} x={i * step} y={height - tall} width={Math.max(1, step - 0.7)} height={tall} />;
      })}
    </svg>
  );
};

export const PerWeek = ({ value }: { value: Rate }) => (
  <>
    {rate(value.rate)} <span class="interval">{rate(value.low)}–{rate(value.high)}</span>
  </>
);

/** A ratio with its interval, as figures and on a scale from an eighth to eight. */
export const RatioMark = ({ change, trend, plain }: { change: Ratio | null; trend: string; plain?: boolean }) => {
  if (!change) return <span class="subtle">–</span>;
  const place = (value: number) => 4 + 92 * ((Math.log2(Math.min(8, Math.max(0.125, value))) + 3) / 6);
  const apart = change.low > 1 || change.high < 1;
  // Coloured only where the trend says so too.
  const kind = !apart ? "" : trend === "rising" || trend === "new" ? "up" : trend === "falling" || trend === "gone" ? "down" : "";
  return (
    <span class="ratio" title={apart && trend === "steady" ? t.steadyNote : bySlope(trend, change) ? t.slopeNote : undefined}>
      <span>×{times(change.ratio)} <span class="interval">{times(change.low)}–{times(change.high)}</span></span>
      {!plain && (
        <svg class={`whisker ${kind}`} viewBox="0 0 100 10" width="100" height="10" aria-hidden="true">
          <line class="one" x1="50" x2="50" y1="0" y2="10" />
          <line x1={place(change.low)} x2={place(change.high)} y1="5" y2="5" />
          <circle cx={place(change.ratio)} cy="5" r="3" />
        </svg>
      )}
    </span>
  );
};

export const ImpactCells = ({ impact }: { impact: Impact }) => (
  <>
    <td class="n" data-label={t.urgent}>{percent(impact.urgentShare)}</td>
    <td class="n" data-label={t.reopened}>{percent(impact.reopenedShare)}</td>
    <td class="n" data-label={t.hours}>{impact.meanHoursToResolve === null ? "–" : number(impact.meanHoursToResolve)}</td>
  </>
);

export const Pager = ({ page, size, total, address }: { page: number; size: number; total: number; address: (page: number) => string }) => {
  const pages = Math.max(1, Math.ceil(total / size));
  if (pages === 1) return null;
  return (
    <nav class="pager" aria-label={t.page(integer(page), integer(pages))}>
      {page > 1 ? <a class="button" href={address(page - 1)}>← {t.before}</a> : <span />}
      <span>{t.page(integer(page), integer(pages))}</span>
      {page < pages ? <a class="button" href={address(page + 1)}>{t.next} →</a> : <span />}
    </nav>
  );
};

export const ProblemLink = ({ center, id, children }: { center: string; id: number; children: ComponentChildren }) => <a href={to(["problem", center, id])}>{children}</a>;

export const Bar = ({ value }: { value: number | null }) =>
  value === null ? <span class="subtle">–</span> : (
    <span class="bar">
      <span>{percent(value)}</span>
      <svg viewBox="0 0 60 6" width="60" height="6" aria-hidden="true"><rect class="all" width="60" height="6" rx="3" /><rect width={60 * value} height="6" rx="3" /></svg>
    </span>
  );

export type Order = { title: string; text: string; confirm: string; field?: string; value?: string; check?: string; run: (value: string, checked: boolean) => Promise<void> };

/** Asks before something changes; what the fields in it hold is given to what runs then. */
export const Dialog = ({ title, text, confirm, run, done, children }: { title: string; text?: string | undefined; confirm: string; run: (form: FormData) => Promise<void>; done: () => void; children?: ComponentChildren }) => {
  const shown = useRef<HTMLDialogElement | null>(null);
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const open = (element: HTMLDialogElement | null) => {
    shown.current = element;
    if (element && !element.open) element.showModal();
  };
  const act = async (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    try {
      await run(form);
      shown.current?.close();
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <dialog ref={open} onClose={done} aria-labelledby="ask-title">
      <form onSubmit={act}>
        <h2 id="ask-title">{title}</h2>
        {text && <p>{text}</p>}
        {children}
        {trouble && <p class="trouble" role="alert">{trouble}</p>}
        <div class="buttons">
          <button type="button" onClick={() => shown.current?.close()}>{t.cancel}</button>
          <button class="primary" disabled={busy}>{confirm}</button>
        </div>
      </form>
    </dialog>
  );
};

/** Asks for a line, or for nothing. */
export const Ask = ({ order, done }: { order: Order; done: () => void }) => (
  <Dialog title={order.title} text={order.text} confirm={order.confirm} done={done} run={(form) => order.run((form.get("value") as string | null) ?? "", form.has("check"))}>
    {order.field && <label class="field">{order.field}<input name="value" defaultValue={order.value ?? ""} /></label>}
    {order.check && <label class="check"><input type="checkbox" name="check" /> {order.check}</label>}
  </Dialog>
);
