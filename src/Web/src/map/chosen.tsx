// The tickets that were chosen on the map: by problem, one by one with their texts, and as a file.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { get } from "../api";
import { tellLocked } from "../data";
import { date, integer } from "../format";
import { ProblemLink } from "../parts";
import { to } from "../route";
import { t } from "../text";
import type { Story } from "../types";
import { dayOf, type Group, type Scene } from "./scene";

const texts = new Map<string, string>();

/** The text of a ticket, in the form in which the caller may see it, asked for once. */
export const textOf = async (number: string): Promise<string> => {
  let text = texts.get(number);
  if (text === undefined) {
    try {
      text = (await get<Story>(`incidents/${encodeURIComponent(number)}`)).incident.text ?? "–";
      texts.set(number, text);
    } catch (error) {
      tellLocked(error);
      return "–";
    }
  }
  return text;
};

const Ticket = ({ scene, point }: { scene: Scene; point: number }) => {
  const number = scene.numbers[point]!, [text, setText] = useState(texts.get(number) ?? "");
  useEffect(() => void textOf(number).then(setText), [number]);
  const priority = scene.priorities[scene.priority[point]!];
  return (
    <li>
      <a href={to(["ticket", number])}>{number}</a>
      <span class="quote">{text}</span>
      <span class="small">{[date(dayOf(scene, scene.week[point]!)), priority].filter((one) => one && one !== "–").join(" · ")}</span>
    </li>
  );
};

// What a spreadsheet would take for a formula gets an apostrophe before it, as in all files of the pipeline.
const field = (text: string) => `"${(/^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

const csvOf = (scene: Scene, points: number[]) => {
  const rows = points.map((point) => {
    const problem = scene.problems[scene.problem[point]!];
    return [scene.numbers[point]!, scene.centers[scene.center[point]!]!, problem ? String(problem.id) : "", problem?.label ?? "", scene.priorities[scene.priority[point]!] ?? "", dayOf(scene, scene.week[point]!)?.slice(0, 10) ?? ""];
  });
  return [["number", "techCenter", "problem", "label", "priority", "week"], ...rows].map((row) => row.map(field).join(",")).join("\n");
};

const save = (text: string, name: string) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};

const atOnce = 8, mostProblems = 10;

export const Chosen = ({ scene, groups, points, show, clear }: { scene: Scene; groups: Group[]; points: number[]; show: () => void; clear: () => void }) => {
  const [shown, setShown] = useState(atOnce);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => setShown(atOnce), [points]);
  useEffect(() => {
    // What was pressed is gone: who uses the keys goes on here.
    if (document.activeElement === document.body) heading.current!.focus({ preventScroll: true });
  }, []);
  const sorted = useMemo(() => {
    const counts = new Map<number, number>();
    for (const point of points) counts.set(scene.problem[point]!, (counts.get(scene.problem[point]!) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]);
  }, [scene, points]);
  const colours = new Map(groups.filter((g) => g.problem || g.isRest).map((g) => [g.problem, g.colour]));
  return (
    <section class="mapchosen" aria-label={t.mapChosen(integer(points.length))}>
      <h2 ref={heading} tabIndex={-1} aria-live="polite">{t.mapChosen(integer(points.length))}</h2>
      <div class="actions">
        <button onClick={show}>{t.mapShow}</button>
        <button onClick={() => save(csvOf(scene, points), "map.csv")}>CSV</button>
        <button onClick={clear}>{t.mapClear}</button>
      </div>
      <ul class="maplegend counts">
        {sorted.slice(0, mostProblems).map(([place, count]) => {
          const problem = scene.problems[place];
          return (
            <li key={place}>
              <i style={{ background: colours.get(problem) ?? "var(--bar)" }} />
              <span>{problem ? <ProblemLink center={problem.center} id={problem.id}>{problem.label}</ProblemLink> : t.ofNoProblem}</span>
              <b>{integer(count)}</b>
            </li>
          );
        })}
        {sorted.length > mostProblems && <li class="subtle">{t.mapMore(integer(sorted.length - mostProblems))}</li>}
      </ul>
      <ul class="list found">{points.slice(0, shown).map((point) => <Ticket key={point} scene={scene} point={point} />)}</ul>
      {shown < points.length && <button onClick={() => setShown(shown + atOnce)}>{t.mapMoreTickets(integer(Math.min(atOnce, points.length - shown)))}</button>}
    </section>
  );
};
