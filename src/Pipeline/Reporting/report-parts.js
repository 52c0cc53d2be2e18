"use strict";

/* The parts that the page is put together from: elements, formats, colours, charts. Texts only ever become text nodes. */

function build(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === "on") {
      for (const [type, handler] of Object.entries(value)) node.addEventListener(type, handler);
    } else if (name === "vars") {
      for (const [variable, setting] of Object.entries(value)) node.style.setProperty(variable, setting);
    } else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.filter(child => child !== null && child !== undefined));
  return node;
}

const el = (name, attributes, ...children) => build(document.createElement(name), attributes, children);
const svg = (name, attributes, ...children) => build(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

const wholeNumber = new Intl.NumberFormat("en");
const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const asDate = day => new Date(day * 86400000);
const number = value => wholeNumber.format(value);
const percent = (part, all) => all > 0 ? `${(100 * part / all).toFixed(part > 0 && part / all < 0.1 ? 1 : 0)}\u00a0%` : "–";
const plural = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;
const shorten = (text, length) => text.length > length ? `${Array.from(text).slice(0, length - 1).join("").trimEnd()}…` : text;

function dayText(day) {
  if (day === null) return "–";
  const date = asDate(day);
  return `${date.getUTCDate()} ${monthNames[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

const firstHues = [255, 38, 155, 320, 88, 195, 10, 285, 125, 60, 225, 345];

/* The colour of the problem at a rank: hue and a shift of lightness, so that the style sheet can fit them to the scheme. */
function tint(rank) {
  if (rank < 0) return { "--tone": "var(--loose)" };
  if (rank < firstHues.length) return { "--hue": firstHues[rank], "--shift": 0 };
  return { "--hue": Math.round(rank * 137.508) % 360, "--shift": rank % 2 ? -0.07 : 0.06 };
}

const swatch = rank => el("span", { class: "swatch", "aria-hidden": "true", vars: tint(rank) });

const trends = {
  New: { sign: "★", text: "New" },
  Rising: { sign: "↗", text: "Rising" },
  Steady: { sign: "→", text: "Steady" },
  Falling: { sign: "↘", text: "Falling" },
  Gone: { sign: "✕", text: "Gone" },
  Unknown: { sign: "", text: "–" },
};

/* What is said, and how much it is: incidents a day lately over those before, with the interval of 95 %. */
function trendChip(trend, change) {
  const known = trends[trend] ?? trends.Unknown;
  const times = value => value >= 10 ? value.toFixed(0) : value.toFixed(1);
  const figure = change ? `×${times(change[0])} (${times(change[1])} to ${times(change[2])})` : null;
  return el("span", null,
    el("span", { class: `chip trend-${trend.toLowerCase()}` }, known.sign ? el("span", { "aria-hidden": "true" }, `${known.sign} `) : null, known.text),
    figure ? el("span", { class: "change", title: "Incidents a day lately, over those before; in brackets the interval of 95 %" }, ` ${figure}`) : null);
}

/* Sums of equally many neighbours, at most so many; a remainder is left out at the old end. */
function condense(values, most) {
  const size = Math.max(1, Math.ceil(values.length / most));
  const sums = [];
  for (let end = values.length; end >= size; end -= size) {
    sums.unshift(values.slice(end - size, end).reduce((sum, value) => sum + value, 0));
  }
  return sums;
}

function sparkline(values, colours) {
  const [width, height] = [120, 30];
  const points = condense(values, 26);
  if (points.length < 2) return el("span", { class: "subtle" }, "–");
  const most = Math.max(1, ...points);
  const line = points.map((value, i) => `${(2 + i * (width - 6) / (points.length - 1)).toFixed(1)},${(height - 3 - value * (height - 7) / most).toFixed(1)}`);
  const [lastX, lastY] = line[line.length - 1].split(",");
  return svg("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", vars: colours ?? {} },
    svg("polygon", { class: "spark-area", points: `2,${height - 2} ${line.join(" ")} ${width - 4},${height - 2}` }),
    svg("polyline", { class: "spark-line", points: line.join(" ") }),
    svg("circle", { class: "spark-end", cx: lastX, cy: lastY, r: 2.4 }));
}

/* A chart of fixed height that is drawn anew when its width changes. */
function responsive(height, draw) {
  const host = el("div", { class: "chart", vars: { "--height": `${height}px` } });
  let drawn = 0;
  new ResizeObserver(entries => {
    const width = Math.round(entries[0].contentRect.width);
    if (width > 0 && width !== drawn) {
      drawn = width;
      host.replaceChildren(draw(width, height));
    }
  }).observe(host);
  return host;
}

function step(most, lines) {
  const raw = Math.max(1, most / lines);
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map(factor => factor * power).find(candidate => candidate >= 0.8 * raw);
}

/* Stacked columns over time. periods: {text, mark}; series: {name, values, rank}, the first at the bottom. */
function columns({ width, height, periods, series, label, describe }) {
  const [left, bottom, top] = [36, 22, 8];
  const sums = periods.map((_, i) => series.reduce((sum, one) => sum + one.values[i], 0));
  const unit = step(Math.max(...sums, 1), 4);
  const highest = Math.ceil(Math.max(...sums, 1) / unit) * unit;
  const wide = (width - left - 4) / periods.length;
  const y = value => top + (height - top - bottom) * (1 - value / highest);
  const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, width: "100%", role: "img", "aria-label": label });
  for (let value = 0; value <= highest; value += unit) {
    chart.append(
      svg("line", { class: "gridline", x1: left, x2: width, y1: y(value), y2: y(value) }),
      svg("text", { class: "axis", x: left - 6, y: y(value) + 4, "text-anchor": "end" }, number(value)));
  }
  const marked = periods.filter(period => period.mark);
  const spacing = wide * periods.length / marked.length;
  const shown = new Set(marked.filter((_, i) => i % Math.ceil(54 / spacing) === 0));
  periods.forEach((period, i) => {
    const x = left + i * wide;
    let base = 0;
    for (const one of series) {
      if (one.values[i] === 0) continue;
      const bar = { x: (x + Math.min(1.5, wide * 0.1)).toFixed(2), y: y(base + one.values[i]).toFixed(2), width: Math.max(0.8, wide - Math.min(3, wide * 0.2)).toFixed(2), height: Math.max(0.5, y(base) - y(base + one.values[i])).toFixed(2) };
      chart.append(svg("rect", { class: "bar", vars: tint(one.rank), ...bar }));
      base += one.values[i];
    }
    if (shown.has(period) && x + 38 < width) chart.append(svg("text", { class: "axis", x: x + 1, y: height - 6 }, period.mark));
  });
  chart.addEventListener("pointermove", event => {
    const box = chart.getBoundingClientRect();
    const i = Math.floor(((event.clientX - box.left) * width / box.width - left) / wide);
    if (periods[i]) tooltip.show(event.clientX, event.clientY, describe(i));
    else tooltip.hide();
  });
  chart.addEventListener("pointerleave", () => tooltip.hide());
  return chart;
}

const tooltip = {
  node: el("div", { class: "tooltip", hidden: true, "aria-hidden": "true" }),
  show(x, y, children) {
    this.node.replaceChildren(...children);
    this.node.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.node;
    this.node.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - width - 8))}px`;
    this.node.style.top = `${y + 18 + height > innerHeight ? Math.max(8, y - height - 12) : y + 18}px`;
  },
  hide() {
    this.node.hidden = true;
  },
};
