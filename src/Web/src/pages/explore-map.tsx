// The map of incidents: what is worded alike lies close together. Colours say what each is of; a line drawn around some, or a problem that is chosen, lists their tickets.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { post } from "../api";
import { tellLocked, useData } from "../data";
import { date, integer } from "../format";
import { PointMap, type View } from "../map/canvas";
import { Chosen, textOf } from "../map/chosen";
import { type ColourBy, coloursBy, dayOf, found, groupsOf, paintOf, type Scene, sceneOf } from "../map/scene";
import { Empty, ProblemLink, Wait } from "../parts";
import { go, keep, to } from "../route";
import { t } from "../text";
import type { IncidentMap, SearchResult, Status } from "../types";
import type { ViewProps } from "./explore";

// Who comes back from a ticket finds the map as it was.
const views = new Map<string, View>();
const mostInLegend = 14;

export const ExploreMap = ({ query }: ViewProps) => {
  const center = query.get("center") ?? "", version = query.get("version") ?? "";
  const asked = useData<IncidentMap>(`map?${new URLSearchParams({ ...(center ? { techCenter: center } : {}), ...(center && version ? { version } : {}) })}`);
  const status = useData<Status>("status");
  const [by, setBy] = useState<ColourBy>(coloursBy.find((one) => one === query.get("colour")) ?? "problem");
  const shown = asked.data?.centers.length === 1 ? asked.data.centers[0]! : undefined;
  const change = (next: Record<string, string>) => go(to(["explore", "map"], { center, version, colour: by === "problem" ? "" : by, ...next }));
  const colour = (next: ColourBy) => {
    setBy(next);
    keep(to(["explore", "map"], { center, version, colour: next === "problem" ? "" : next }));
  };
  return (
    <div class="card mapcard">
      <div class="filters">
        <label>{t.techCenter}
          <select value={center} onChange={(e) => change({ center: e.currentTarget.value, version: "" })}>
            <option value="">{t.all}</option>
            {status.data?.techCenters.filter((c) => c.version).map((c) => <option key={c.name} value={c.name}>{c.name}</option>)}
          </select>
        </label>
        {center && shown && (
          <label>{t.mapVersion}
            <select value={version} onChange={(e) => change({ version: e.currentTarget.value })}>
              <option value="">{`${shown.versions.at(-1) ?? shown.version} (${t.mapServing})`}</option>
              {shown.versions.slice(0, -1).toReversed().map((one) => <option key={one} value={one}>{one}</option>)}
            </select>
          </label>
        )}
        <label>{t.mapColour}
          <select value={by} onChange={(e) => colour(e.currentTarget.value as ColourBy)}>
            {coloursBy.filter((one) => one !== "center" || !center).map((one) => <option key={one} value={one}>{t.mapColours[one]}</option>)}
          </select>
        </label>
      </div>
      <Wait asked={asked}>{(map) => (map.centers.length === 0 ? <Empty>{t.mapEmpty}</Empty> : <Drawn key={`${center}/${version}`} map={map} place={`${center}/${version}`} by={by === "center" && center ? "problem" : by} center={center} />)}</Wait>
    </div>
  );
};

type Pointed = { point: number; x: number; y: number; text: string };

const Drawn = ({ map, place, by, center }: { map: IncidentMap; place: string; by: ColourBy; center: string }) => {
  const canvas = useRef<HTMLCanvasElement>(null), shelf = useRef<HTMLDivElement>(null), drawn = useRef<PointMap | null>(null);
  const scene = useMemo(() => sceneOf(map, matchMedia("(max-width: 820px)").matches ? 0.75 : 1.5), [map]);
  const [theme, setTheme] = useState(0);
  const groups = useMemo(() => groupsOf(scene, by), [scene, by, theme]);
  const [chosen, choose] = useState<number[]>();
  const [searched, setSearched] = useState<{ points: Set<number>; text: string }>();
  const [pointed, point] = useState<Pointed>();
  const [circling, setCircling] = useState(false);
  const [hint, setHint] = useState(false);
  const highlighted = useMemo(() => (chosen ? new Set(chosen) : searched && searched.points.size > 0 ? searched.points : undefined), [chosen, searched]);

  // Before anything else is pressed: what follows a change at once, such as a line that is begun, meets it.
  useLayoutEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined, at = -1;
    const hover = (next: number, x: number, y: number) => {
      if (next === at) return;
      at = next;
      clearTimeout(waiting);
      point({ point: next, x, y, text: "" });
      waiting = setTimeout(() => void textOf(scene.numbers[next]!).then((text) => at === next && point({ point: next, x, y, text })), 150);
    };
    const leave = () => {
      at = -1;
      clearTimeout(waiting);
      point(undefined);
    };
    const one = new PointMap(canvas.current!, shelf.current!, {
      hover,
      leave,
      choose: (next, byTouch) => (byTouch ? choose([next]) : go(to(["ticket", scene.numbers[next]!]))),
      circled: (points) => choose(points.length > 0 ? points : undefined),
      clear: () => choose(undefined),
      hint: () => {
        setHint(true);
        setTimeout(() => setHint(false), 1600);
      },
    });
    choose(undefined);
    setSearched(undefined);
    one.show(scene, views.get(place));
    drawn.current = one;
    const retheme = () => setTheme((n) => n + 1), dark = matchMedia("(prefers-color-scheme: dark)"), changed = new MutationObserver(retheme);
    dark.addEventListener("change", retheme);
    changed.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      clearTimeout(waiting);
      dark.removeEventListener("change", retheme);
      changed.disconnect();
      views.set(place, one.view);
      one.end();
    };
  }, [scene]);
  useLayoutEffect(() => drawn.current?.colour(paintOf(scene, groups, highlighted)), [scene, groups, highlighted]);
  useLayoutEffect(() => void (drawn.current && (drawn.current.circling = circling)), [circling, scene]);

  const search = async (event: Event) => {
    event.preventDefault();
    const text = (new FormData(event.currentTarget as HTMLFormElement).get("text") as string).trim();
    choose(undefined);
    if (!text) {
      setSearched(undefined);
      return;
    }
    const waiting = { points: new Set<number>(), text: t.loading };
    // Of several searches the last one counts, whichever answers first.
    const show = (numbers: string[]) => setSearched((now) => (now === waiting ? found(scene, text, new Set(numbers)) : now));
    setSearched(waiting);
    try {
      show((await post<SearchResult>("search", { text, techCenters: center ? [center] : null, top: 100 })).incidents.map((i) => i.number));
    } catch (error) {
      tellLocked(error);
      show([]);
    }
  };
  return (
    <>
      <form class="filters mapsearch" onSubmit={(event) => void search(event)}>
        <label>{t.mapFind}<input type="search" name="text" maxLength={2000} placeholder={t.mapFindFor} autocomplete="off" onInput={(e) => e.currentTarget.value === "" && setSearched(undefined)} /></label>
        <button>{t.mapHighlight}</button>
      </form>
      <p role="status" class="mapfound">{searched?.text}</p>
      <div class="mapcolumns">
        <div>
          <div class={circling ? "mapframe circling" : "mapframe"}>
            <canvas ref={canvas} class="map" tabIndex={0} role="application" aria-label={t.mapName(integer(scene.numbers.length), integer(scene.problems.length))} />
            <div ref={shelf} class="mapnames" aria-hidden="true" />
            <div class="maptools">
              <button aria-pressed={circling} onClick={() => setCircling(!circling)}>{t.mapCircle}</button>
              <button onClick={() => drawn.current?.zoom(1.5)} aria-label={t.mapIn} title={t.mapIn}>+</button>
              <button onClick={() => drawn.current?.zoom(1 / 1.5)} aria-label={t.mapOut} title={t.mapOut}>−</button>
              <button onClick={() => drawn.current?.reset()} aria-label={t.mapAll} title={t.mapAll}>⟲</button>
            </div>
            {hint && <p class="maphint">{t.mapHint}</p>}
            {pointed && <Tip scene={scene} pointed={pointed} width={canvas.current?.clientWidth ?? 0} height={canvas.current?.clientHeight ?? 0} />}
          </div>
          <p class="note">{t.mapNote} {scene.numbers.length < scene.placed ? t.mapOf(integer(scene.numbers.length), integer(scene.placed), integer(scene.incidents)) : t.mapWhole(integer(scene.placed), integer(scene.incidents))}</p>
        </div>
        <div>
          {chosen
            ? <Chosen scene={scene} groups={groups} points={chosen} show={() => drawn.current?.goTo(chosen)} clear={() => {
                choose(undefined);
                canvas.current?.focus({ preventScroll: true });
              }} />
            : <Legend by={by} groups={groups} choose={choose} />}
        </div>
      </div>
      <Table scene={scene} choose={(points) => {
        choose(points);
        drawn.current?.goTo(points);
      }} />
    </>
  );
};

const Tip = ({ scene, pointed: { point, x, y, text }, width, height }: { scene: Scene; pointed: Pointed; width: number; height: number }) => {
  const problem = scene.problems[scene.problem[point]!];
  return (
    <div class="maptip" aria-hidden="true" style={{ ...(x > width / 2 ? { right: `${width - x + 14}px` } : { left: `${x + 14}px` }), ...(y > height / 2 ? { bottom: `${height - y + 10}px` } : { top: `${y + 10}px` }) }}>
      <p><b>{scene.numbers[point]}</b> <span class="subtle">{[date(dayOf(scene, scene.week[point]!)), scene.priorities[scene.priority[point]!]].filter((one) => one && one !== "–").join(" · ")}</span></p>
      <p class="subtle">{problem?.label ?? t.ofNoProblem}{scene.centers.length > 1 && ` · ${scene.centers[scene.center[point]!]}`}</p>
      {text && <p class="clamp">{text}</p>}
    </div>
  );
};

const Legend = ({ by, groups, choose }: { by: ColourBy; groups: ReturnType<typeof groupsOf>; choose: (points: number[]) => void }) => {
  const rest = groups.filter((g) => g.isRest), named = groups.filter((g) => !g.isRest);
  const listed = [...named.slice(0, by === "problem" ? mostInLegend : named.length), ...rest];
  return (
    <section>
      <h2>{t.mapColour} {t.mapColours[by]}</h2>
      <p class="note">{t.mapLegendNote}</p>
      <ul class="maplegend">
        {listed.map((group) => (
          <li key={`${group.problem?.center}/${group.problem?.id}/${group.name}`}>
            <i style={{ background: group.colour }} />
            <span><button class="link" onClick={() => choose(group.points)}>{group.name}</button></span>
            <b>{integer(group.points.length)}</b>
          </li>
        ))}
        {named.length > listed.length - rest.length && <li class="subtle">{t.mapMore(integer(named.length - listed.length + rest.length))}</li>}
      </ul>
    </section>
  );
};

/** The same without the picture. */
const Table = ({ scene, choose }: { scene: Scene; choose: (points: number[]) => void }) => {
  const [open, setOpen] = useState(false);
  return (
    <details class="astable" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{t.asTable}</summary>
      {open && (
        <div class="scroll maptable" tabIndex={0} role="region" aria-label={t.mapList}>
          <table>
            <thead><tr><th scope="col">{t.problem}</th><th scope="col">{t.techCenter}</th><th scope="col" class="n">{t.incidents}</th><th scope="col">{t.mapFirst}</th><th scope="col"><span class="hidden">{t.mapChoose}</span></th></tr></thead>
            <tbody>
              {scene.problems.toSorted((a, b) => b.size - a.size).map((p) => (
                <tr key={`${p.center}/${p.id}`}>
                  <th scope="row"><ProblemLink center={p.center} id={p.id}>{p.label}</ProblemLink></th><td>{p.center}</td><td class="n">{integer(p.size)}</td><td>{p.since}</td>
                  <td>{p.members.length > 0 && <button aria-label={`${t.mapChoose}: ${p.label}`} onClick={() => choose(p.members)}>{t.mapChoose}</button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
};
