// What people decide about problems and tickets: the buttons, what they ask for, and the history with the way back.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { post, remove } from "./api";
import { tellLocked, useData } from "./data";
import { integer, time } from "./format";
import { Chip, Dialog, Empty } from "./parts";
import { to } from "./route";
import { t } from "./text";
import type { Correction, CorrectionKind, CorrectionMade, Corrections, Marks, ProblemPage, ProblemStatus, ShownCorrection, Variant } from "./types";

const statuses: ProblemStatus[] = ["open", "knownError", "ignored"];

export const StatusChip = ({ status }: { status: ProblemStatus | undefined }) => (status === undefined || status === "open" ? null : <Chip kind={status === "knownError" ? "new" : ""}>{t.statuses[status]}</Chip>);

/** Decides something; what was decided of the same problem since the page was shown is told instead. */
const decide = async (center: string, seen: string | null, kind: CorrectionKind, fields: Record<string, unknown>) => {
  try {
    return await post<CorrectionMade>("corrections", { techCenter: center, kind, seen, ...fields });
  } catch (error) {
    tellLocked(error);
    throw error;
  }
};

export type Say = (text: string) => void;

const outcome = (made: CorrectionMade) => made.pending ?? t.corrected(integer(made.changed));

/** Chooses one of a tech center's problems: those that might be the same first, all others by a part of their names. */
const Pick = ({ center, without, first }: { center: string; without: number | undefined; first: number[] }) => {
  const all = useData<ProblemPage>(`problems?${new URLSearchParams({ techCenter: center, sort: "label", pageSize: "200" })}`);
  const [part, setPart] = useState("");
  const fits = (all.data?.problems ?? []).filter((p) => p.id !== without && p.label.toLowerCase().includes(part.trim().toLowerCase()));
  const sorted = [...fits.filter((p) => first.includes(p.id)).sort((a, b) => first.indexOf(a.id) - first.indexOf(b.id)), ...fits.filter((p) => !first.includes(p.id))];
  return (
    <>
      <label class="field">{t.findByName}<input value={part} onInput={(e) => setPart(e.currentTarget.value)} autocomplete="off" /></label>
      <label class="field">{t.problem}
        <select name="into" class="tall" size={8} required>
          {sorted.map((p) => <option key={p.id} value={p.id}>{p.label}{first.includes(p.id) ? ` · ${t.mightBe}` : ""} · {t.incidentsOf(integer(p.size))}</option>)}
        </select>
      </label>
    </>
  );
};

type Open = { kind: CorrectionKind; done: () => void };

/** The buttons of a problem's page. */
export const ProblemActions = ({ center, id, label, marks, variants, neighbours, seen, changed, left }: {
  center: string; id: number; label: string; marks: Marks | undefined; variants: Variant[]; neighbours: number[]; seen: string | null; changed: Say; left: (into: number) => void;
}) => {
  const [open, setOpen] = useState<CorrectionKind | undefined>();
  const kinds: CorrectionKind[] = ["rename", "describe", "status", "owner", "note", "record", "merge", ...(variants.length > 1 ? ["split" as const] : [])];
  // One's own last decision was seen too, though the list may not tell of it yet; ids rise with time.
  const [own, setOwn] = useState("");
  const act = async (kind: CorrectionKind, fields: Record<string, unknown>) => {
    const made = await decide(center, seen === null || seen > own ? seen : own, kind, { problem: id, ...fields });
    setOwn(made.correction.id);
    changed(outcome(made));
    if (kind === "merge") left(made.correction.into!);
  };
  const shown: Open | undefined = open && { kind: open, done: () => setOpen(undefined) };
  return (
    <>
      <div class="actions" role="group" aria-label={t.correct}>{kinds.map((kind) => <button key={kind} type="button" onClick={() => setOpen(kind)}>{t.corrections[kind]}…</button>)}</div>
      {shown && <ProblemDialog {...shown} act={act} center={center} id={id} label={label} marks={marks} variants={variants} neighbours={neighbours} />}
    </>
  );
};

const ProblemDialog = ({ kind, done, act, center, id, label, marks, variants, neighbours }: Open & {
  act: (kind: CorrectionKind, fields: Record<string, unknown>) => Promise<void>; center: string; id: number; label: string; marks: Marks | undefined; variants: Variant[]; neighbours: number[];
}) => {
  const frame = (run: (form: FormData) => Promise<void>, children: ComponentChildren) => <Dialog title={`${t.corrections[kind]}: ${label}`} text={t.correctionText[kind]} confirm={t.corrections[kind]!} run={run} done={done}>{children}</Dialog>;
  const text = (form: FormData) => act(kind, { text: form.get("text") as string });
  switch (kind) {
    case "status":
      return frame((form) => act(kind, { status: form.get("status") }), <label class="field">{t.statusName}<select name="status" defaultValue={marks?.status ?? "open"}>{statuses.map((s) => <option key={s} value={s} selected={s === (marks?.status ?? "open")}>{t.statuses[s]}</option>)}</select></label>);
    case "merge":
      return frame((form) => act(kind, { into: Number(form.get("into")) }), <Pick center={center} without={id} first={neighbours} />);
    case "split":
      return frame((form) => act(kind, { variants: form.getAll("variant").map(Number), text: (form.get("text") as string) || null }), (
        <>
          <fieldset><legend>{t.leaving}</legend>{variants.map((v) => <label key={v.id} class="check"><input type="checkbox" name="variant" value={v.id} /> {v.label} · {t.incidentsOf(integer(v.size))}</label>)}</fieldset>
          <label class="field">{t.nameOfNew}<input name="text" maxLength={200} /></label>
        </>
      ));
    case "describe":
    case "note":
      return frame(text, <label class="field">{t.corrections[kind]}<textarea name="text" rows={5} maxLength={4000} defaultValue={kind === "note" ? "" : marks?.description ?? ""} /></label>);
    default:
      return frame(text, <label class="field">{t.correctionField[kind] ?? t.text}<input name="text" maxLength={200} defaultValue={kind === "rename" ? label : kind === "owner" ? marks?.owner ?? "" : marks?.record ?? ""} /></label>);
  }
};

/** Moves tickets, or says that they are not of their problem. */
export const TicketActions = ({ center, problem, tickets, changed }: { center: string; problem: number | undefined; tickets: string[]; changed: Say }) => {
  const [open, setOpen] = useState<"move" | "notThis" | undefined>();
  const done = () => setOpen(undefined);
  const act = async (kind: CorrectionKind, about: number) => changed(outcome(await decide(center, null, kind, { problem: about, tickets })));
  const named = t.ticketsNamed(tickets.slice(0, 5).join(", "), tickets.length);
  return (
    <>
      <div class="actions" role="group" aria-label={t.correct}>
        <button type="button" disabled={tickets.length === 0} onClick={() => setOpen("move")}>{t.corrections.move}…</button>
        {problem !== undefined && problem >= 0 && <button type="button" disabled={tickets.length === 0} onClick={() => setOpen("notThis")}>{t.corrections.notThis}…</button>}
      </div>
      {open === "move" && <Dialog title={t.corrections.move!} text={`${named} ${t.correctionText.move}`} confirm={t.corrections.move!} done={done} run={(form) => act("move", Number(form.get("into")))}><Pick center={center} without={problem} first={[]} /></Dialog>}
      {open === "notThis" && <Dialog title={t.corrections.notThis!} text={`${named} ${t.correctionText.notThis}`} confirm={t.corrections.notThis!} done={done} run={() => act("notThis", problem!)} />}
    </>
  );
};

/** What people say of a problem. */
export const MarksShown = ({ marks }: { marks: Marks }) => (
  <>
    {marks.trainedLabel && <p class="small">{t.trainedAs(marks.trainedLabel)}</p>}
    {marks.description && <p class="prose">{marks.description}</p>}
    <dl class="facts">
      {marks.status !== "open" && <div><dt>{t.statusName}</dt><dd><StatusChip status={marks.status} /></dd></div>}
      {marks.owner && <div><dt>{t.correctionField.owner}</dt><dd>{marks.owner}</dd></div>}
      {marks.record && <div><dt>{t.correctionField.record}</dt><dd>{/^https?:\/\//.test(marks.record) ? <a href={marks.record} rel="noreferrer">{marks.record}</a> : marks.record}</dd></div>}
      {marks.merged.length > 0 && <div><dt>{t.mergedIn}</dt><dd>{marks.merged.join(", ")}</dd></div>}
      {marks.splitFrom !== null && <div><dt>{t.splitFrom}</dt><dd>{marks.splitFrom}</dd></div>}
    </dl>
    {marks.notes.length > 0 && <ul class="list">{marks.notes.map((note) => <li key={note.at}><span class="prose">{note.text}</span><span class="small">{note.by} · {time(note.at)}</span></li>)}</ul>}
  </>
);

const about = (c: Correction) => [
  c.kind === "undo" ? "" : c.into !== undefined ? `${c.problem} → ${c.into}` : `${c.problem}`,
  c.newProblem !== undefined ? `→ ${c.newProblem}` : "",
  c.text ?? (c.status ? t.statuses[c.status] : ""),
  c.into === undefined ? c.tickets?.map((ticket) => ticket.number).join(", ") ?? "" : "",
].filter(Boolean).join(" · ");

const Entry = ({ shown, may, undo }: { shown: ShownCorrection; may: boolean; undo: (id: string) => void }) => {
  const c = shown.correction;
  return (
    <li class={shown.undone ? "undone" : ""}>
      <div class="cardhead">
        <span><strong>{t.corrections[c.kind] ?? c.kind}</strong> {shown.conflict && <Chip kind="bad">{t.conflict}</Chip>} {shown.undone && <Chip>{t.undone}</Chip>}</span>
        {may && !shown.undone && <button type="button" aria-label={`${c.kind === "undo" ? t.redo : t.undo}: ${t.corrections[c.kind] ?? c.kind} ${about(c)}`} onClick={() => undo(c.id)}>{c.kind === "undo" ? t.redo : t.undo}</button>}
      </div>
      {about(c) && <span class="small">{c.problem !== undefined ? <a href={to(["problem", shown.techCenter, c.into ?? c.problem])}>{about(c)}</a> : about(c)}</span>}
      <span class="small">{shown.techCenter} · {c.by} · {time(c.at)}{c.importedBy && <> · {t.importedBy(c.importedBy)}</>}{shown.undone && <> · {t.undoneBy(shown.undone.by)}</>}</span>
      {shown.conflict && <p class="small bad">{shown.conflict.what} {shown.conflict.fix}</p>}
    </li>
  );
};

/** The history of corrections, with the way back for who may. */
export const CorrectionList = ({ page, changed }: { page: Corrections; changed: Say }) => {
  const [trouble, setTrouble] = useState("");
  const undo = (id: string) => void remove<CorrectionMade>(`corrections/${encodeURIComponent(id)}`).then((made) => { setTrouble(""); changed(outcome(made)); }, (error: unknown) => {
    tellLocked(error);
    setTrouble(error instanceof Error ? error.message : String(error));
  });
  return (
    <>
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      {page.corrections.length === 0 ? <Empty>{t.noCorrections}</Empty> : <ul class="list">{page.corrections.map((shown) => <Entry key={shown.correction.id} shown={shown} may={page.mayCorrect} undo={undo} />)}</ul>}
    </>
  );
};
