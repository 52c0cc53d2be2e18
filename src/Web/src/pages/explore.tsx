// The frame of the views that look at all problems at once. Each has a file and an address of its own: #/explore/NAME.
import type { ComponentType } from "preact";
import { Empty, Page } from "../parts";
import { to } from "../route";
import { t } from "../text";
import { LikenessView } from "./explore-likeness";
import { ExploreMap } from "./explore-map";
import { ParetoView } from "./explore-pareto";
import { PeriodsView } from "./explore-periods";
import { TreeView } from "./explore-tree";
import { TrendsView } from "./explore-trends";

/** What a view is given: its query, which it changes by going to another address. */
export type ViewProps = { query: URLSearchParams };

const views: [string, string, ComponentType<ViewProps>][] = [
  ["map", t.exploreMap, ExploreMap],
  ["tree", t.overview.tree, TreeView],
  ["likeness", t.overview.likeness, LikenessView],
  ["pareto", t.overview.pareto, ParetoView],
  ["periods", t.overview.periods, PeriodsView],
  ["trends", t.overview.trends, TrendsView],
];

export type ExploreProps = { name?: string | undefined; query: URLSearchParams };

export const Explore = ({ name = "map", query }: ExploreProps) => {
  const View = views.find(([path]) => path === name)?.[2];
  return (
    <Page title={t.explore} lead={t.exploreLead}>
      <nav class="tabs" aria-label={t.exploreViews}>
        {views.map(([path, title]) => <a key={path} href={to(["explore", path], { center: query.get("center") })} aria-current={path === name ? "page" : undefined}>{title}</a>)}
      </nav>
      {View ? <View query={query} /> : <Empty>{t.notFound}</Empty>}
    </Page>
  );
};
