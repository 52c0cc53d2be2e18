// What the views of all problems have in common.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useData } from "../data";
import { ProblemLink } from "../parts";
import { go } from "../route";
import { t } from "../text";
import type { ProblemName, Status } from "../types";

/** The address of a view with its query changed; null and empty values are left out of it. */
export const viewed = (view: string, query: URLSearchParams, change: Record<string, string | null>) => {
  const asked = new URLSearchParams(query);
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === "") asked.delete(name);
    else asked.set(name, value);
  }
  const text = asked.toString();
  return `#/explore/${view}${text ? `?${text}` : ""}`;
};

/** What the API is asked: the parameters that the address has, under the names that the API knows. */
export const asking = (path: string, parameters: Record<string, string | null>) => {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value) asked.set(name, value);
  const text = asked.toString();
  return text ? `${path}?${text}` : path;
};

export const CenterField = ({ view, query }: { view: string; query: URLSearchParams }) => {
  const status = useData<Status>("status");
  const center = query.get("center") ?? "";
  return (
    <label>{t.techCenter}
      <select value={center} onChange={(e) => go(viewed(view, query, { center: e.currentTarget.value }))}>
        <option value="">{t.all}</option>
        {status.data?.techCenters.filter((c) => c.version).map((c) => <option key={c.name} value={c.name} selected={c.name === center}>{c.name}</option>)}
      </select>
    </label>
  );
};

/** One of a few: each is an address. */
export const Choice = ({ title, view, query, name, value, options }: { title: string; view: string; query: URLSearchParams; name: string; value: string; options: [string, string][] }) => (
  <nav class="choice" aria-label={title}>
    <span aria-hidden="true">{title}</span>
    <span class="options">{options.map(([option, text]) => <a key={option} href={viewed(view, query, { [name]: option })} aria-current={option === value ? "true" : undefined}>{text}</a>)}</span>
  </nav>
);

/** How wide a picture may be. */
const useWidth = (): [{ current: HTMLDivElement | null }, number] => {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const sized = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    sized.observe(element);
    setWidth(Math.floor(element.clientWidth));
    return () => sized.disconnect();
  }, []);
  return [place, width];
};

/** As wide as it may be. */
export const Picture = ({ children }: { children: (width: number) => ComponentChildren }) => {
  const [place, width] = useWidth();
  return <div class="picture" ref={place}>{width > 0 && children(width)}</div>;
};

/** A problem with where it is, as the head of a row. */
export const Where = ({ label, places }: { label: string; places: ProblemName[] }) => (
  <th scope="row">
    <ProblemLink center={places[0]!.techCenter} id={places[0]!.id}>{label}</ProblemLink>
    <span class="small">{places.slice(0, 3).map((p, i) => (i === 0 ? p.techCenter : <> · <ProblemLink center={p.techCenter} id={p.id}>{p.techCenter}</ProblemLink></>))}{places.length > 3 && <> {t.more(places.length - 3)}</>}</span>
  </th>
);
