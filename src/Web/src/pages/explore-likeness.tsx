// How alike the largest problems are, each to each.
import { useMemo, useState } from "preact/hooks";
import { useData } from "../data";
import { integer, percent } from "../format";
import { Card, Empty, ProblemLink, Wait } from "../parts";
import { t } from "../text";
import type { LikenessMatrix } from "../types";
import type { ViewProps } from "./explore";
import { asking, CenterField, Choice, Picture } from "./explore-parts";

const view = "likeness";
const low = 18, tall = 26, few = 20, least = 0.02, leastSame = 0.15, mostPairs = 20;

type Place = { i: number; j: number };
type Pair = Place & { value: number };

const shared = (data: LikenessMatrix, { i, j }: Place) => {
  const there = new Set(data.problems[j]!.words.map((word) => word.toLowerCase()));
  return data.problems[i]!.words.filter((word) => there.has(word.toLowerCase()));
};

const pairsOf = (data: LikenessMatrix): Pair[] =>
  data.likeness.flatMap((values, i) => values.slice(0, i).map((value, j) => ({ i: j, j: i, value }))).sort((a, b) => b.value - a.value);

const Meeting = ({ data, place }: { data: LikenessMatrix; place: Place | undefined }) => {
  if (!place) return <p class="meeting subtle">{t.overview.pointAt}</p>;
  const one = data.problems[place.i]!, other = data.problems[place.j]!, words = shared(data, place);
  return (
    <p class="meeting">
      <strong>{percent(data.likeness[place.i]![place.j]!)}</strong> {one.label} <span class="subtle">{one.techCenter}</span>
      {place.i !== place.j && <> {t.overview.and} {other.label} <span class="subtle">{other.techCenter}{words.length > 0 && ` · ${t.shared}: ${words.join(", ")}`}</span></>}
    </p>
  );
};

const Heat = ({ data, width, highest, point }: { data: LikenessMatrix; width: number; highest: number; point: (place: Place | undefined) => void }) => {
  const count = data.problems.length, row = count <= few ? tall : low, isNarrow = width < 620, names = isNarrow ? 0.42 * width : 270, cell = Math.min(1.6 * row, (width - names - 10) / count);
  const [at, setAt] = useState<Place | undefined>();
  const fields = useMemo(
    () => data.likeness.map((values, i) => values.map((value, j) => (i === j ? <rect key={j} class="self" x={j * cell} y={i * row} width={cell} height={row} /> : value >= least && <rect key={j} class="field" x={j * cell} y={i * row} width={cell - 0.6} height={row - 0.6} fill-opacity={Math.min(1, 0.06 + (0.94 * value) / highest)} />))),
    [data, cell, highest],
  );
  const find = (event: PointerEvent) => {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    const i = Math.floor((event.clientY - box.top) / row), j = Math.floor((event.clientX - box.left) / cell);
    const place = i >= 0 && j >= 0 && i < count && j < count ? { i, j } : undefined;
    if (place?.i === at?.i && place?.j === at?.j) return;
    setAt(place);
    if (place) point(place);
  };
  return (
    <div class={`heat${count <= few ? " few" : ""}${isNarrow ? " narrow" : ""}`}>
      <ol class="names">{data.problems.map((p, i) => <li key={`${p.techCenter}/${p.id}`} class={i === at?.i || i === at?.j ? "at" : ""}><ProblemLink center={p.techCenter} id={p.id}>{p.label}</ProblemLink></li>)}</ol>
      <svg width={cell * count} height={row * count} aria-hidden="true" onPointerMove={find} onPointerDown={find} onPointerLeave={() => setAt(undefined)}>
        <rect class="ground" width={cell * count} height={row * count} />
        {fields}
        {at && <><rect class="cross" x={0} y={at.i * row} width={cell * count} height={row} /><rect class="cross" x={at.j * cell} y={0} width={cell} height={row * count} /></>}
      </svg>
    </div>
  );
};

const Pairs = ({ data, pairs }: { data: LikenessMatrix; pairs: Pair[] }) => (
  <table class="grid">
    <thead><tr><th scope="col">{t.problem}</th><th scope="col">{t.neighbours}</th><th scope="col" class="n">{t.overview.likeness}</th>{data.by === "words" && <th scope="col">{t.overview.shared}</th>}</tr></thead>
    <tbody>
      {pairs.map(({ i, j, value }) => {
        const one = data.problems[i]!, other = data.problems[j]!;
        return (
          <tr key={`${i}/${j}`}>
            <th scope="row"><ProblemLink center={one.techCenter} id={one.id}>{one.label}</ProblemLink><span class="small">{one.techCenter}</span></th>
            <td class="text" data-label={t.neighbours}><ProblemLink center={other.techCenter} id={other.id}>{other.label}</ProblemLink><span class="small">{other.techCenter}</span></td>
            <td class="n" data-label={t.overview.likeness}>{percent(value)}</td>
            {data.by === "words" && <td data-label={t.overview.shared}>{shared(data, { i, j }).join(", ")}</td>}
          </tr>
        );
      })}
    </tbody>
  </table>
);

const Shown = ({ data }: { data: LikenessMatrix }) => {
  const [place, setPlace] = useState<Place | undefined>();
  const pairs = useMemo(() => pairsOf(data), [data]);
  const highest = Math.max(least, pairs[0]?.value ?? 1);
  // As low as a problem's page goes.
  const same = pairs.filter((pair) => pair.value >= leastSame);
  return (
    <>
      <Meeting data={data} place={place && place.i < data.problems.length && place.j < data.problems.length ? place : undefined} />
      <Picture>{(width) => <Heat data={data} width={width} highest={highest} point={setPlace} />}</Picture>
      <p class="legend" aria-hidden="true"><span>0 %</span><svg width="120" height="12">{[0, 1, 2, 3, 4, 5].map((step) => <rect key={step} class="field" x={step * 20} width="20" height="12" fill-opacity={0.06 + 0.94 * (step / 5)} />)}</svg><span>{percent(highest)}</span></p>
      <h2 class="under">{t.overview.pairs}</h2>
      <p class="note">{t.overview.pairsNote}</p>
      {same.length === 0 ? <Empty>{t.overview.noPairs(percent(leastSame))}</Empty> : <Pairs data={data} pairs={same.slice(0, mostPairs)} />}
    </>
  );
};

export const LikenessView = ({ query }: ViewProps) => {
  const center = query.get("center"), by = center && query.get("by") === "vectors" ? "vectors" : "words", top = ["20", "40", "60"].find((n) => n === query.get("top")) ?? "40";
  const asked = useData<LikenessMatrix>(asking("likeness", { techCenter: center, by, top }));
  return (
    <Card>
      <div class="filters">
        <CenterField view={view} query={query} />
        {center && <Choice title={t.overview.by} view={view} query={query} name="by" value={by} options={Object.entries(t.overview.kinds)} />}
        <Choice title={t.overview.many} view={view} query={query} name="top" value={top} options={["20", "40", "60"].map((n) => [n, integer(Number(n))])} />
      </div>
      <p class="note">{t.overview.likenessNote[by]} {t.overview.ordered}{!center && ` ${t.overview.needsCenter}`}</p>
      <Wait asked={asked}>{(data) => data.problems.length === 0 ? <Empty>{t.overview.nothing}</Empty> : <Shown key={`${center}/${by}/${top}`} data={data} />}</Wait>
    </Card>
  );
};
