// Everything from above: tech centers, domains, problems and how they are worded, as areas or as a tree.
import { hierarchy, type HierarchyRectangularNode, treemap, treemapSquarify } from "d3-hierarchy";
import { useState } from "preact/hooks";
import { StatusChip } from "../correct";
import { useData } from "../data";
import { integer, percent } from "../format";
import { Card, Empty, ProblemLink, Trend, Wait } from "../parts";
import { to } from "../route";
import { t } from "../text";
import type { TreeNode } from "../types";
import type { ViewProps } from "./explore";
import { asking, CenterField, Choice, Picture, viewed } from "./explore-parts";

const view = "tree";
const letter = 7.4, boldLetter = 8, line = 15;
const coloured = ["new", "rising", "falling", "gone"];

/** A name in as many lines as there is room for; cut where it is longer. */
const lines = (text: string, width: number, height: number, wide = letter): string[] => {
  const fits = Math.floor(width / wide), most = Math.floor(height / line);
  if (fits < 4 || most < 1) return [];
  const rows: string[] = [];
  for (const word of text.split(" ")) {
    const last = rows.at(-1);
    if (last !== undefined && last.length + word.length < fits) rows[rows.length - 1] = `${last} ${word}`;
    else rows.push(word);
  }
  return rows.slice(0, most).map((row, i) => (row.length > fits || (i === most - 1 && rows.length > most) ? `${row.slice(0, fits - 1)}…` : row));
};

type Area = HierarchyRectangularNode<TreeNode>;

const Cell = ({ area, sized }: { area: Area; sized: (node: TreeNode) => number }) => {
  const node = area.data, width = area.x1 - area.x0, height = area.y1 - area.y0;
  const rows = lines(node.name, width - 8, height - 6);
  const told = `${node.name}, ${node.techCenter}: ${t.incidentsOf(integer(sized(node)))}${node.trend && node.trend !== "unknown" ? `, ${t.trend[node.trend]}` : ""}`;
  return (
    <>
      <a href={to(["problem", node.techCenter!, node.id!])} aria-label={told}>
        <title>{told}</title>
        <rect class={`cell ${node.trend ?? ""}`} x={area.x0} y={area.y0} width={width} height={height} rx="2" />
      </a>
      <text x={area.x0 + 5} y={area.y0 + 15} aria-hidden="true">
        {rows.map((row, i) => <tspan key={i} x={area.x0 + 5} dy={i === 0 ? 0 : line}>{row}</tspan>)}
        {rows.length > 0 && height - 6 >= (rows.length + 1) * line && <tspan class="count" x={area.x0 + 5} dy={line}>{integer(sized(node))}</tspan>}
      </text>
    </>
  );
};

// A tech center's head leads into it; a domain's only names it. What is cut to its room is not read aloud: the link says it whole.
const Group = ({ area, query }: { area: Area; query: URLSearchParams }) => {
  const node = area.data, width = area.x1 - area.x0;
  const box = <rect class={`group ${node.kind}`} x={area.x0} y={area.y0} width={width} height={area.y1 - area.y0} rx="3" />;
  return (
    <>
      {node.kind === "techCenter" ? <a href={viewed(view, query, { center: node.name })} aria-label={`${node.name}: ${t.overview.ofProblems(integer(node.problems))}`}>{box}</a> : box}
      <text class="name" x={area.x0 + 5} y={area.y0 + 14} aria-hidden="true">{lines(node.name, width - 8, line, boldLetter)[0] ?? ""}</text>
    </>
  );
};

const Areas = ({ root, width, query, sized }: { root: TreeNode; width: number; query: URLSearchParams; sized: (node: TreeNode) => number }) => {
  const height = Math.round(Math.max(560, Math.min(860, width * 0.6)));
  const single = query.get("center");
  const tree = hierarchy(root, (node) => (node.kind === "problem" ? undefined : node.children)).sum((node) => (node.kind === "problem" ? sized(node) : 0)).sort((a, b) => b.value! - a.value!);
  const headed = (area: { data: TreeNode }) => area.data.kind === (single ? "domain" : "techCenter");
  const laid = treemap<TreeNode>().tile(treemapSquarify).size([width, height]).round(true)
    .paddingInner((area) => (area.data.kind === "company" ? 6 : area.data.kind === "techCenter" && single ? 4 : 1))
    .paddingTop((area) => (headed(area) ? 20 : 0))(tree);
  const shown = laid.descendants().filter((area) => area.x1 > area.x0 && area.y1 > area.y0);
  return (
    <svg class="treemap" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="group" aria-label={t.overview.treemap}>
      {shown.filter(headed).map((area) => <Group key={`${area.data.techCenter}/${area.data.id}`} area={area} query={query} />)}
      {shown.filter((area) => area.data.kind === "problem").map((area) => <Cell key={`${area.data.techCenter}/${area.data.id}`} area={area} sized={sized} />)}
    </svg>
  );
};

type Beside = { whole: number; largest: number };
const beside = (node: TreeNode): Beside => ({ whole: node.size, largest: Math.max(1, ...node.children.map((child) => child.size)) });

/** The bar is as long as the largest of the same level is the whole of it. */
const Figures = ({ node, whole, largest }: { node: TreeNode } & Beside) => (
  <>
    <svg class="part" viewBox="0 0 100 8" width="100" height="8" preserveAspectRatio="none" aria-hidden="true"><rect class="all" width="100" height="8" rx="2" /><rect width={(100 * node.size) / largest} height="8" rx="2" /></svg>
    <span class="n" title={`${percent(whole === 0 ? 0 : node.size / whole)} ${t.overview.ofCenter}`}>{integer(node.size)}<span class="hidden"> {t.incidents}</span></span>
    <span class="n recent">{integer(node.recent)}<span class="hidden"> {t.overview.recent}</span></span>
  </>
);

const Branch = ({ node, whole, largest, open }: { node: TreeNode; open: boolean } & Beside) => {
  if (node.kind === "variant") return <li><div class="leaf"><a href={to(["tickets", node.techCenter!, parentOf(node)], { variant: node.id })}>{node.name}</a><Figures node={node} whole={whole} largest={largest} /><span /></div></li>;
  if (node.kind === "problem") {
    return (
      <li>
        <div class="leaf">
          <span><ProblemLink center={node.techCenter!} id={node.id!}>{node.name}</ProblemLink> <StatusChip status={node.status} /></span>
          <Figures node={node} whole={whole} largest={largest} />
          <span><Trend trend={node.trend ?? "unknown"} change={node.change} /></span>
        </div>
        {node.children.length > 1 && (
          <details>
            <summary class="ways">{t.ways(node.children.length)}</summary>
            <ul>{node.children.map((child) => <Branch key={child.id} node={child} {...beside(node)} open={open} />)}</ul>
          </details>
        )}
      </li>
    );
  }
  return (
    <li>
      <details open={open}>
        <summary><span class="leaf"><strong>{node.name} <span class="small">{t.overview.ofProblems(integer(node.problems))}</span></strong><Figures node={node} whole={whole} largest={largest} /><span /></span></summary>
        <ul>{node.children.map((child) => <Branch key={`${child.kind}/${child.id}`} node={child} {...beside(node)} open={open} />)}</ul>
      </details>
    </li>
  );
};

// A wording's tickets lie below its problem.
const parents = new WeakMap<TreeNode, number>();
const parentOf = (node: TreeNode) => parents.get(node) ?? -1;
const adopt = (node: TreeNode): TreeNode => {
  for (const child of node.children) {
    if (child.kind === "variant") parents.set(child, node.id!);
    else adopt(child);
  }
  return node;
};

const List = ({ root, single }: { root: TreeNode; single: boolean }) => {
  const [open, setOpen] = useState(single);
  return (
    <>
      <div class="actions"><button type="button" onClick={() => setOpen(true)}>{t.overview.openAll}</button><button type="button" onClick={() => setOpen(false)}>{t.overview.closeAll}</button></div>
      <div class="leaf heads" aria-hidden="true"><span /><span class="part" /><span class="n">{t.incidents}</span><span class="n recent">{t.overview.recent}</span><span>{t.trendName}</span></div>
      <ul class="branches" key={String(open)}>{root.children.map((child) => <Branch key={child.name} node={child} {...beside(root)} open={open} />)}</ul>
    </>
  );
};

export const TreeView = ({ query }: ViewProps) => {
  const center = query.get("center"), as = query.get("as") === "list" ? "list" : "map", size = query.get("size") === "recent" ? "recent" : "all";
  const asked = useData<TreeNode>(asking("clusters/tree", { techCenter: center, depth: as === "map" ? "3" : null }));
  const sized = (node: TreeNode) => (size === "recent" ? node.recent : node.size);
  return (
    <Card>
      <div class="filters">
        <CenterField view={view} query={query} />
        <Choice title={t.overview.as} view={view} query={query} name="as" value={as} options={[["map", t.overview.map], ["list", t.overview.list]]} />
        {as === "map" && <Choice title={t.overview.sizedBy} view={view} query={query} name="size" value={size} options={Object.entries(t.overview.sizes)} />}
      </div>
      <Wait asked={asked}>
        {(root) => root.size === 0 ? <Empty>{t.overview.nothing}</Empty> : (
          <>
            <p class="note">{t.overview.treeNote(integer(root.size), integer(root.problems), integer(root.children.reduce((sum, c) => sum + (c.unclustered ?? 0), 0)))} {t.overview.recentNote}</p>
            {as === "list" ? <List key={center} root={adopt(root)} single={center !== null} /> : (
              <>
                <Picture>{(width) => <Areas root={root} width={width} query={query} sized={sized} />}</Picture>
                <p class="legend">{coloured.map((trend) => <span key={trend}><svg width="12" height="12" aria-hidden="true"><rect class={`cell ${trend}`} width="12" height="12" rx="2" /></svg> {t.trend[trend]}</span>)}<span><svg width="12" height="12" aria-hidden="true"><rect class="cell" width="12" height="12" rx="2" /></svg> {t.overview.otherTrends}</span></p>
              </>
            )}
          </>
        )}
      </Wait>
    </Card>
  );
};
