// The frame of the desk: its pages, its navigation, and the door where the host asks for a key.
import { type FunctionComponent, render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { offer, setKey } from "./api";
import { onLocked } from "./data";
import "./desk.css";
import { Audit } from "./pages/audit";
import { Compare } from "./pages/compare";
import { CorrectionsPage } from "./pages/corrections";
import type { ExploreProps } from "./pages/explore";
import { First } from "./pages/first";
import { Operations } from "./pages/operations";
import { Problem } from "./pages/problem";
import { Problems } from "./pages/problems";
import { Search, SearchBox } from "./pages/search";
import { Streams } from "./pages/streams";
import { Ticket } from "./pages/ticket";
import { AllTickets, Tickets } from "./pages/tickets";
import { Empty } from "./parts";
import { type Place, to, usePlace } from "./route";
import { arrive, leave, type Offer } from "./signin";
import { changeLanguage, language, t } from "./text";

const pages: [string, string][] = [["", t.first], ["problems", t.problems], ["tickets", t.tickets], ["explore", t.explore], ["streams", t.streams], ["operations", t.operations]];
const above: Record<string, string> = { problem: "problems", ticket: "tickets", corrections: "problems", compare: "operations", audit: "operations" };

const View = ({ place }: { place: Place }) => {
  const [page = "", first, second, third] = place.parts;
  switch (page) {
    case "": return <First />;
    case "problems": return <Problems query={place.query} />;
    case "problem": return first && second ? <Problem center={first} id={second} /> : <Empty>{t.notFound}</Empty>;
    case "tickets": return first && second ? <Tickets key={`${first}/${second}`} center={first} id={second} query={place.query} /> : first ? <Empty>{t.notFound}</Empty> : <AllTickets query={place.query} />;
    case "ticket": return first ? <Ticket number={first} /> : <Empty>{t.notFound}</Empty>;
    case "corrections": return <CorrectionsPage query={place.query} />;
    case "search": return place.query.get("text") ? <Search query={place.query} /> : <Empty>{t.notFound}</Empty>;
    case "explore": return <Explore name={first} query={place.query} />;
    case "streams": return <Streams name={first} />;
    case "operations": return <Operations />;
    case "compare": return first && second && third ? <Compare center={first} a={second} b={third} /> : <Empty>{t.notFound}</Empty>;
    case "audit": return <Audit query={place.query} />;
    default: return <Empty>{t.notFound}</Empty>;
  }
};

/** The views over all problems, whose file is asked for when they are. */
const Explore = (asked: ExploreProps) => {
  const [Loaded, setLoaded] = useState<FunctionComponent<ExploreProps>>();
  const [failed, setFailed] = useState(false);
  useEffect(() => void import("./pages/explore").then((file) => setLoaded(() => file.Explore), () => setFailed(true)), []);
  if (failed) return <p class="trouble" role="alert">{t.failed} <button onClick={() => location.reload()}>{t.again}</button></p>;
  return Loaded ? <Loaded {...asked} /> : <p class="wait" role="status">{t.loading}</p>;
};

const Door = () => {
  const [offered, setOffered] = useState<Offer>();
  useEffect(() => void offer().then(setOffered, () => undefined), []);
  return (
    <form class="card door" onSubmit={(e) => { e.preventDefault(); setKey(new FormData(e.currentTarget).get("key") as string); location.reload(); }}>
      <h1>{t.keyTitle}</h1>
      {offered && <button type="button" class="primary" onClick={() => void leave(offered)}>{t.signIn}</button>}
      <p>{t.keyText}</p>
      <label class="field">{t.key}<input name="key" type="password" autocomplete="off" required /></label>
      <button class={offered ? "" : "primary"}>{t.enter}</button>
    </form>
  );
};

const themes = ["", "light", "dark"];
const setTheme = (theme: string) => {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  localStorage.setItem("pipeline-theme", theme);
};
const nextTheme = () => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const now = document.documentElement.dataset.theme ?? (dark ? "dark" : "light");
  setTheme(now === "dark" ? "light" : "dark");
};

const Desk = () => {
  const place = usePlace();
  const [locked, setLocked] = useState(false);
  const page = place.parts[0] ?? "";
  useEffect(() => {
    const off = onLocked(() => setLocked(true));
    return () => void off();
  }, []);
  useEffect(() => {
    const name = pages.find(([path]) => path === (above[page] ?? page))?.[1] ?? (page === "search" ? t.search : undefined);
    document.title = name ? `${name} – ${t.title}` : t.title;
  }, [page]);
  return (
    <>
      <a class="skip" href="#content" onClick={(e) => { e.preventDefault(); document.getElementById("content")?.focus(); }}>{t.skip}</a>
      <div class="frame">
        <header class="side">
          <p class="brand"><img src={icon} alt="" width="26" height="26" /> Pipeline</p>
          <nav aria-label={t.nav}>
            {pages.map(([path, name]) => <a key={path} href={to(path ? [path] : [])} aria-current={path === (above[page] ?? page) ? "page" : undefined}>{name}</a>)}
          </nav>
          <div class="tools">
            <button onClick={nextTheme} title={t.theme} aria-label={t.theme}>◐</button>
            <button onClick={changeLanguage} lang={language === "de" ? "en" : "de"}>{t.language}</button>
          </div>
        </header>
        <main id="content" tabIndex={-1}>{locked ? <Door /> : <><SearchBox text={page === "search" ? place.query.get("text") ?? "" : ""} /><View place={place} /></>}</main>
      </div>
    </>
  );
};

const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]")!.href;
document.documentElement.lang = language;
const theme = localStorage.getItem("pipeline-theme") ?? "";
if (themes.includes(theme)) setTheme(theme);
const begin = () => {
  document.getElementById("app")!.replaceChildren();
  render(<Desk />, document.getElementById("app")!);
};
void arrive().then((token) => token && setKey(token)).catch(() => undefined).then(begin);
