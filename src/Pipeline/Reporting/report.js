/* The page: totals, the overview of all tech centers, and the chosen one. */

const report = JSON.parse(document.getElementById("report-data").textContent);
const centers = report.centers.map(readCenter);
const byCenter = { sort: { key: "incidents", down: true }, all: false, filter: "" };
const byProblem = { sort: { key: "size", down: true }, all: false, filter: "", open: new Set() };
const narrow = matchMedia("(max-width: 960px)");
const rowsAtFirst = () => narrow.matches ? 6 : 15;
let center = null;
let selected = null;
let period = "month";
const map = new ProblemMap(choose);

/* Names for the positions that ReportJson writes. */
function readCenter(raw) {
  const problems = raw.problems.map(([id, label, keywords, domainId, domain, size, first, last, trend, weekly, change, variants], rank) =>
    ({ id, label, keywords, domainId, domain, size, first, last, trend, weekly, change, rank, variants: variants.map(([id, label, size, examples]) => ({ id, label, size, examples })) }));
  const emerging = raw.emerging.map(([id, label, items, first, last, perDay, examples]) => ({ id, label, items, first, last, perDay, examples }));
  const changes = raw.changes.map(([kind, id, label, before, after, related]) => ({ kind, id, label, before, after, related }));
  const weekly = Array.from({ length: raw.weeks }, (_, week) => problems.reduce((sum, problem) => sum + (problem.weekly[week] ?? 0), 0));
  // Rows that name no tech center are in one that is none.
  const title = raw.name === "default" ? "(no tech center)" : raw.name;
  return { ...raw, title, problems, emerging, changes, weekly, dated: raw.weeks > 0, noise: raw.incidents > 0 ? raw.unclustered / raw.incidents : 0, byId: new Map(problems.map(problem => [problem.id, problem])) };
}

const card = (className, title, ...children) => el("section", { class: `card ${className}` }, el("h3", null, title), ...children);

function showTotals() {
  const sum = pick => centers.reduce((total, one) => total + pick(one), 0);
  const withTrend = trend => sum(one => one.problems.filter(problem => problem.trend === trend).length);
  const incidents = sum(one => one.incidents);
  const generated = new Date(report.generated);
  document.getElementById("generated").textContent = `Generated on ${dayText(Math.floor(generated / 86400000))} at ${generated.toISOString().slice(11, 16)} UTC`;
  const tiles = [
    [centers.length === 1 ? "Tech center" : "Tech centers", number(centers.length)],
    ["Incidents", number(incidents)],
    ["Problems", number(sum(one => one.problems.length))],
    ["Unclustered", percent(sum(one => one.unclustered), incidents)],
    ...(centers.some(one => one.dated) ? [["New problems", number(withTrend("New"))], ["Rising problems", number(withTrend("Rising"))]] : []),
  ];
  document.getElementById("totals").replaceChildren(...tiles.map(([name, value]) => el("div", null, el("dt", null, name), el("dd", null, value))));
}

/* A table whose column heads sort it, with a filter and its first rows shown at first. columns: {key, text, value, number, newest}; the last two sort downwards first. */
function table({ name, columns: heads, rows, state, matches, makeRow, redraw }) {
  const { key, down } = state.sort;
  const value = heads.find(head => head.key === key)?.value ?? heads[0].value;
  const compare = (a, b) => typeof a === "string" ? a.localeCompare(b) : (a ?? -1) - (b ?? -1);
  const wanted = rows.filter(row => matches(row, state.filter.trim().toLowerCase()));
  const sorted = [...wanted].sort((a, b) => (down ? -1 : 1) * compare(value(a), value(b)));
  const shown = state.all ? sorted : sorted.slice(0, rowsAtFirst());
  const head = el("tr", null, ...heads.map(one => el("th", { scope: "col", class: one.number ? "number" : null, "aria-sort": one.key === key ? (down ? "descending" : "ascending") : null },
    one.value ? el("button", { type: "button", class: "sort", "data-focus": `sort-${one.key}`, on: { click: () => { state.sort = { key: one.key, down: one.key === key ? !down : Boolean(one.number ?? one.newest) }; redraw(`sort-${one.key}`); } } },
      one.text, el("span", { "aria-hidden": "true" }, one.key === key ? (down ? " ↓" : " ↑") : "")) : one.text)));
  const rest = sorted.length - shown.length;
  return [
    el("table", { class: "grid" }, el("caption", { class: "hidden" }, name), el("thead", null, head), el("tbody", null, ...shown.flatMap(makeRow))),
    wanted.length === 0 ? el("p", { class: "subtle" }, "Nothing matches.") : null,
    rest > 0 ? el("button", { type: "button", class: "more", on: { click: () => { state.all = true; redraw(); } } }, `Show ${number(rest)} more`) : null,
  ];
}

/* Fills a place anew and gives the focus back to the part that had it. */
function refill(place, nodes, focus) {
  place.replaceChildren(...nodes.filter(node => node !== null));
  if (focus) place.querySelector(`[data-focus="${focus}"]`)?.focus();
}

function filterBox(state, label, redraw) {
  return el("input", { type: "search", placeholder: label, "aria-label": label, on: { input: event => { state.filter = event.target.value; redraw(); } } });
}

const overview = el("div");

function showOverview(focus) {
  const most = Math.max(1, ...centers.map(one => one.incidents));
  const heads = [
    { key: "name", text: "Tech center", value: one => one.title },
    { key: "incidents", text: "Incidents", value: one => one.incidents, number: true },
    { key: "problems", text: "Problems", value: one => one.problems.length, number: true },
    { key: "noise", text: "Unclustered", value: one => one.noise, number: true },
    { key: "biggest", text: "Biggest problem" },
    { key: "trend", text: "Trend" },
  ];
  const cell = (index, attributes, ...children) => el("td", { "data-label": heads[index].text, ...attributes }, ...children);
  const makeRow = one => [el("tr", { class: one === center ? "chosen pick" : "pick", on: { click: () => open(one, true) } },
    el("th", { scope: "row" }, el("button", { type: "button", class: "link", dir: "auto", "aria-current": one === center ? "true" : null }, one.title)),
    cell(1, { class: "number" }, number(one.incidents), el("span", { class: "meter", "aria-hidden": "true", vars: { "--part": one.incidents / most } })),
    cell(2, { class: "number" }, number(one.problems.length)),
    cell(3, { class: "number" }, percent(one.unclustered, one.incidents)),
    cell(4, { class: "wide", dir: "auto" }, ...(one.problems.length > 0
      ? [el("bdi", null, one.problems[0].label), el("span", { class: "subtle" }, ` ${percent(one.problems[0].size, one.incidents)}`)]
      : [el("span", { class: "subtle" }, one.note ?? "No problems")])),
    cell(5, { class: "spark-cell" }, one.dated && one.problems.length > 0 ? sparkline(one.weekly) : el("span", { class: "subtle" }, "–")))];
  const matches = (one, text) => one.name.toLowerCase().includes(text) || one.problems.some(problem => problem.label.toLowerCase().includes(text));
  refill(overview, table({ name: "Tech centers", columns: heads, rows: centers, state: byCenter, matches, makeRow, redraw: showOverview }), focus);
}

const detail = el("section", { class: "detail", "aria-labelledby": "center-name" });
const status = el("div", { class: "selection", role: "status" });
const problemTable = el("div");
const trendPlace = el("div");

function open(one, scroll) {
  center = one;
  selected = null;
  Object.assign(byProblem, { all: false, filter: "", open: new Set(), sort: { key: "size", down: true } });
  history.replaceState(null, "", `#${encodeURIComponent(one.name)}`);
  const facts = [plural(one.incidents, "incident", "incidents"), plural(one.problems.length, "problem", "problems"), `${percent(one.unclustered, one.incidents)} unclustered`,
    one.version ? `model ${one.version}` : "no model", one.previous ? `before it ${one.previous}` : null].filter(Boolean);
  const chooser = el("select", { "aria-label": "Tech center", on: { change: event => open(centers[event.target.value], false) } },
    ...centers.map((other, i) => el("option", { value: i, selected: other === one }, other.title)));
  refill(detail, [
    el("div", { class: "detail-head" },
      el("div", null, el("h2", { id: "center-name", tabindex: "-1", dir: "auto" }, one.title), el("p", { class: "subtle" }, facts.join(" · "))),
      centers.length > 1 ? chooser : null),
    one.note ? el("p", { class: "note", dir: "auto" }, one.note) : null,
    one.points.length === 0 && one.problems.length === 0 && !one.note ? el("p", { class: "note" }, "There are no problems to show for this tech center.") : null,
    el("div", { class: "columns" },
      one.points.length > 0 ? card("map-card", "Map", mapHelp(one), map.node, status) : null,
      el("div", { class: "side" }, emerging(one), newest(one), changes(one))),
    one.problems.length > 0 ? card("", "Trend over time", trendPlace) : null,
    one.problems.length > 0 ? card("", "Biggest problems", filterBox(byProblem, "Filter by name or keyword", showProblems), problemTable) : null,
  ]);
  showOverview();
  showTrend();
  showProblems();
  showStatus();
  if (one.points.length > 0) map.show(one.points, one.problems);
  if (scroll) {
    detail.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    document.getElementById("center-name").focus({ preventScroll: true });
  }
}

const mapHelp = one => el("p", { class: "subtle" }, `Each dot is an incident; near dots read alike. ${one.points.length < one.incidents ? `A sample of ${number(one.points.length)} incidents is shown. ` : ""}Grey dots belong to no problem.`);

/* Selects a problem, or none, everywhere on the page. */
function choose(id) {
  selected = id === selected ? null : id;
  map.select(selected);
  showStatus();
  for (const row of problemTable.querySelectorAll("tr[data-id]")) row.classList.toggle("chosen", row.dataset.id === String(selected));
}

function showStatus() {
  const problem = center.byId.get(selected);
  status.replaceChildren(...(problem
    ? [swatch(problem.rank), el("strong", { dir: "auto" }, problem.label), el("span", { class: "subtle" }, plural(problem.size, "incident", "incidents")),
      el("button", { type: "button", on: { click: () => reveal(problem) } }, "Show in table"), el("button", { type: "button", on: { click: () => choose(null) } }, "Clear")]
    : [el("span", { class: "subtle" }, "Select a dot or a problem to highlight its incidents.")]));
}

function reveal(problem) {
  byProblem.open.add(problem.id);
  byProblem.filter = "";
  byProblem.all = true;
  const filter = detail.querySelector("input[type=search]");
  if (filter) filter.value = "";
  if (selected !== problem.id) choose(problem.id);
  showProblems(`row-${problem.id}`);
  problemTable.querySelector(`tr[data-id="${problem.id}"]`)?.scrollIntoView({ block: "center" });
}

function problemButton(problem, text) {
  return el("button", { type: "button", class: "link", dir: "auto", on: { click: () => { if (selected !== problem.id) choose(problem.id); } } }, swatch(problem.rank), text);
}

function emerging(one) {
  if (one.emerging.length === 0) return null;
  return card("", "New since the last training", el("ul", { class: "list" }, ...one.emerging.map(problem => el("li", { title: problem.examples.join("\n") },
    el("span", { dir: "auto" }, problem.label),
    el("span", { class: "subtle" }, `problem ${problem.id} · since ${dayText(problem.first)} · ${plural(problem.items, "incident", "incidents")}`)))));
}

function newest(one) {
  if (!one.dated || one.problems.length === 0) return null;
  const fresh = one.problems.filter(problem => problem.trend === "New").sort((a, b) => b.first - a.first);
  return card("", "Newest problems", fresh.length === 0
    ? el("p", { class: "subtle" }, "No problem was seen for the first time lately.")
    : el("ul", { class: "list" }, ...fresh.slice(0, 8).map(problem => el("li", null,
      problemButton(problem, problem.label), el("span", { class: "subtle" }, `since ${dayText(problem.first)} · ${plural(problem.size, "incident", "incidents")}`)))));
}

function changes(one) {
  if (one.problems.length === 0 && one.changes.length === 0) return null;
  if (!one.previous) return card("", "What changed", el("p", { class: "subtle" }, "This is the first version, so there is nothing to compare it with."));
  const ofKind = kind => one.changes.filter(change => change.kind === kind);
  const grown = ofKind("Kept").filter(change => change.after > change.before).sort((a, b) => (b.after - b.before) - (a.after - a.before)).slice(0, 5);
  const groups = [
    ["New", ofKind("New"), change => plural(change.after, "incident", "incidents")],
    ["Split", ofKind("Split"), change => `${number(change.after)}, from ${change.related.join(", ") || "a larger one"}`],
    ["Merged", ofKind("Merged"), change => `${number(change.after)}, of ${change.related.join(", ") || "several"}`],
    ["Gone", ofKind("Gone"), change => `had ${plural(change.before, "incident", "incidents")}`],
    ["Grown most", grown, change => `${number(change.before)} → ${number(change.after)}`],
  ].filter(([, list]) => list.length > 0);
  return card("changes", `What changed since ${one.previous}`, ...(groups.length === 0 ? [el("p", { class: "subtle" }, "Nothing: the problems are the same.")] : groups.flatMap(([name, list, describe]) => [
    el("h4", null, name, el("span", { class: "count" }, number(list.length))),
    el("ul", { class: "list" }, ...list.map(change => el("li", null,
      one.byId.has(change.id) && change.kind !== "Gone" ? problemButton(one.byId.get(change.id), change.label) : el("span", { dir: "auto" }, change.label),
      el("span", { class: "subtle", dir: "auto" }, describe(change))))),
  ])));
}

/* The center's weeks, or the months that their Thursdays fall into: text for reading, mark for the axis, weeks that belong to it. */
function periods(one, unit) {
  const result = [];
  for (let week = 0; week < one.weeks; week++) {
    const monday = one.firstWeek + 7 * week;
    const date = asDate(monday + 3);
    const month = `${monthNames[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
    const fresh = result.length === 0 || result[result.length - 1].month !== month;
    if (unit === "month" && !fresh) {
      result[result.length - 1].weeks.push(week);
      continue;
    }
    const short = `${monthNames[date.getUTCMonth()]} ${String(date.getUTCFullYear()).slice(2)}`;
    result.push({ month, text: unit === "month" ? month : `Week of ${dayText(monday)}`, mark: fresh ? short : "", weeks: [week] });
  }
  if (unit === "month") {
    for (const part of result.filter(one => one.weeks.length < 4)) part.text += ` (${plural(part.weeks.length, "week", "weeks")} only)`;
  }
  return result;
}

const counts = (weekly, list) => list.map(one => one.weeks.reduce((sum, week) => sum + (weekly[week] ?? 0), 0));

function showTrend() {
  if (!center.dated) {
    trendPlace.replaceChildren(el("p", { class: "subtle" }, "The incidents carry no dates, so there is no trend to show."));
    return;
  }
  const list = periods(center, period);
  const top = center.problems.slice(0, 8);
  const others = center.problems.slice(8);
  const series = top.map(problem => ({ name: problem.label, rank: problem.rank, values: counts(problem.weekly, list) }));
  if (others.length > 0) {
    const rest = counts(center.weekly, list).map((all, i) => all - series.reduce((sum, one) => sum + one.values[i], 0));
    series.push({ name: plural(others.length, "smaller problem", "smaller problems"), rank: -1, values: rest });
  }
  const describe = i => [el("div", { class: "tooltip-head" }, el("strong", null, list[i].text)),
    ...[...series].reverse().filter(one => one.values[i] > 0).map(one => el("div", { class: "tooltip-row", dir: "auto" }, swatch(one.rank), el("span", null, shorten(one.name, 48)), el("b", null, number(one.values[i]))))];
  const unit = (value, text) => el("button", { type: "button", "aria-pressed": String(period === value), on: { click: () => { period = value; showTrend(); } } }, text);
  trendPlace.replaceChildren(
    el("div", { class: "toggle", role: "group", "aria-label": "Period" }, unit("month", "Months"), unit("week", "Weeks")),
    responsive(260, (width, height) => columns({ width, height, periods: list, series, describe, label: `Incidents per ${period} of the ${series.length} biggest problems` })),
    el("ul", { class: "legend" }, ...top.map(problem => el("li", null, problemButton(problem, problem.label))),
      others.length > 0 ? el("li", null, swatch(-1), plural(others.length, "smaller problem", "smaller problems")) : null));
}

function showProblems(focus) {
  const dated = center.dated;
  const order = ["Unknown", "Gone", "Falling", "Steady", "Rising", "New"];
  const heads = [
    { key: "label", text: "Problem", value: one => one.label },
    { key: "domain", text: "Domain", value: one => one.domainId < 0 ? "" : one.domain },
    { key: "size", text: "Incidents", value: one => one.size, number: true },
    { key: "share", text: "Share", number: true },
    ...(dated ? [{ key: "trend", text: "Trend", value: one => order.indexOf(one.trend), newest: true }, { key: "first", text: "First seen", value: one => one.first, newest: true }, { key: "last", text: "Last seen", value: one => one.last, newest: true }] : []),
  ];
  const toggle = problem => {
    byProblem.open.has(problem.id) ? byProblem.open.delete(problem.id) : byProblem.open.add(problem.id);
    showProblems(`row-${problem.id}`);
  };
  const makeRow = problem => {
    const expanded = byProblem.open.has(problem.id);
    const cell = (label, attributes, ...children) => el("td", { "data-label": label, ...attributes }, ...children);
    return [
      el("tr", { class: problem.id === selected ? "chosen" : null, "data-id": problem.id },
        el("th", { scope: "row" },
          el("button", { type: "button", class: "link expand", dir: "auto", "data-focus": `row-${problem.id}`, "aria-expanded": String(expanded), on: { click: () => toggle(problem) } }, swatch(problem.rank), el("span", null, problem.label)),
          el("div", { class: "keywords", dir: "auto" }, problem.keywords.slice(0, 6).join(" · ")),
          problem.variants.length > 1 ? el("div", { class: "keywords" }, plural(problem.variants.length, "variant", "variants")) : null),
        cell("Domain", { dir: "auto" }, problem.domainId < 0 ? el("span", { class: "subtle" }, "–") : problem.domain),
        cell("Incidents", { class: "number" }, number(problem.size)),
        cell("Share", { class: "number" }, percent(problem.size, center.incidents)),
        ...(dated ? [cell("Trend", { class: "trend" }, trendChip(problem.trend, problem.change), sparkline(problem.weekly, tint(problem.rank))), cell("First seen", { class: "date" }, dayText(problem.first)), cell("Last seen", { class: "date" }, dayText(problem.last))] : [])),
      expanded ? el("tr", { class: "expanded" }, el("td", { colspan: heads.length }, problemDetail(problem))) : null,
    ].filter(Boolean);
  };
  const matches = (problem, text) => [problem.label, problem.domain, ...problem.keywords, ...problem.variants.map(variant => variant.label)].some(one => one.toLowerCase().includes(text));
  refill(problemTable, table({ name: "Problems", columns: heads, rows: center.problems, state: byProblem, matches, makeRow, redraw: showProblems }), focus);
}

const examples = variant => variant.examples.length > 0
  ? el("ul", { class: "examples" }, ...variant.examples.map(text => el("li", { dir: "auto" }, text)))
  : el("p", { class: "subtle" }, "No examples were kept.");

/* One way in which a problem is worded: its name, and what it holds when opened. */
const variantDetail = (variant, open) => el("details", { class: "variant", open },
  el("summary", null, el("span", { dir: "auto" }, variant.label), el("span", { class: "subtle" }, ` ${plural(variant.size, "incident", "incidents")}`)),
  examples(variant));

function problemDetail(problem) {
  const weeks = periods(center, "week");
  const values = counts(problem.weekly, weeks);
  const describe = i => [el("div", { class: "tooltip-head" }, el("strong", null, weeks[i].text)), el("div", null, plural(values[i], "incident", "incidents"))];
  return el("div", { class: "problem-detail" },
    el("div", null, el("h4", null, problem.variants.length > 1 ? "Variants" : "Typical incidents"),
      ...(problem.variants.length > 1 ? problem.variants.map((variant, i) => variantDetail(variant, i === 0)) : problem.variants.map(examples)),
      el("p", { class: "subtle", dir: "auto" }, `Keywords: ${problem.keywords.join(", ") || "none"}. Problem ${problem.id}.`),
      center.points.length > 0 ? el("button", { type: "button", on: { click: () => { if (selected !== problem.id) choose(problem.id); map.node.scrollIntoView({ block: "center" }); } } }, "Show on the map") : null),
    center.dated ? el("div", null, el("h4", null, "Incidents per week"),
      responsive(170, (width, height) => columns({ width, height, periods: weeks, series: [{ name: problem.label, rank: problem.rank, values }], describe, label: `Incidents per week of ${problem.label}` }))) : null);
}

function start() {
  document.body.append(tooltip.node);
  showTotals();
  const page = document.getElementById("report");
  if (centers.length === 0) {
    page.append(el("p", { class: "note" }, "There are no tech centers yet: run the training first, then make the report again."));
    return;
  }
  if (centers.length > 1) {
    page.append(el("section", { class: "card", "aria-label": "Tech centers" }, el("h2", null, "Tech centers"),
      centers.length > rowsAtFirst() ? filterBox(byCenter, "Filter by tech center or problem", showOverview) : null, overview));
  }
  page.append(detail);
  const named = decodeHash();
  open(centers.find(one => one.name === named) ?? centers[0], false);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map.draw());
  addEventListener("beforeprint", () => { document.documentElement.classList.add("printing"); map.draw(); });
  addEventListener("afterprint", () => { document.documentElement.classList.remove("printing"); map.draw(); });
  addEventListener("scroll", () => tooltip.hide(), { passive: true });
}

function decodeHash() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

start();
