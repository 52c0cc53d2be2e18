/* The problem map: a canvas to look at, zoom and pan. Positions are 0 to 10,000; the view says where they come to lie. */

class ProblemMap {
  constructor(onSelect) {
    this.onSelect = onSelect;
    this.canvas = el("canvas", { class: "map", tabindex: "0", role: "img" });
    this.hint = el("div", { class: "map-hint", hidden: true }, "Hold Ctrl, or click the map first, to zoom with the wheel");
    const zoomButton = (text, name, action) => el("button", { type: "button", title: name, "aria-label": name, on: { click: action } }, text);
    this.node = el("div", { class: "map-frame" }, this.canvas, this.hint,
      el("div", { class: "map-tools" },
        zoomButton("+", "Zoom in", () => this.zoom(1.5)),
        zoomButton("−", "Zoom out", () => this.zoom(1 / 1.5)),
        zoomButton("⟲", "Show everything", () => this.reset())));
    this.pointers = new Map();
    this.listen();
    new ResizeObserver(() => this.fit()).observe(this.canvas);
  }

  /* problems: {id, label, rank, size}, the largest first; points: [x, y, problem id, number, day, text]. */
  show(points, problems) {
    this.points = points;
    this.problems = problems;
    this.selected = null;
    const groups = new Map(problems.map(problem => [problem.id, []]));
    this.loose = [];
    for (const point of points) (groups.get(point[2]) ?? this.loose).push(point);
    this.groups = groups;
    const [xs, ys] = [points.map(point => point[0]), points.map(point => point[1])];
    this.width = Math.max(1, xs.reduce((most, x) => Math.max(most, x), 0));
    this.height = Math.max(1, ys.reduce((most, y) => Math.max(most, y), 0));
    this.anchors = new Map(problems.map(problem => [problem.id, this.anchor(groups.get(problem.id))]));
    this.canvas.setAttribute("aria-label", `Map of ${plural(points.length, "incident", "incidents")} in ${plural(problems.length, "problem", "problems")}. Arrow keys move, plus and minus zoom, 0 shows everything, Escape clears the selection. The table holds the same problems.`);
    this.fit();
    this.reset();
  }

  /* Where a problem's name goes: at its member nearest to the medians, which is inside even if the problem is bent. */
  anchor(points) {
    if (points.length === 0) return null;
    const middle = axis => points.map(point => point[axis]).sort((a, b) => a - b)[points.length >> 1];
    const [x, y] = [middle(0), middle(1)];
    const distance = point => (point[0] - x) ** 2 + (point[1] - y) ** 2;
    return points.reduce((best, point) => distance(point) < distance(best) ? point : best);
  }

  select(id) {
    this.selected = id;
    this.draw();
  }

  fit() {
    const ratio = Math.max(1, devicePixelRatio || 1);
    this.canvas.width = Math.round(this.canvas.clientWidth * ratio);
    this.canvas.height = Math.round(this.canvas.clientHeight * ratio);
    this.ratio = ratio;
    this.draw();
  }

  reset() {
    this.view = { zoom: 1, x: 0, y: 0 };
    this.draw();
  }

  /* Layouts have no true proportions: the plane is stretched to the frame, but not out of shape. */
  scales() {
    const margin = 26;
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight];
    const [fitX, fitY] = [(width - 2 * margin) / this.width, (height - 2 * margin) / this.height];
    const [x, y] = [Math.min(fitX, 1.5 * fitY), Math.min(fitY, 1.5 * fitX)];
    return { x, y, left: (width - x * this.width) / 2, top: (height - y * this.height) / 2 };
  }

  project() {
    const scale = this.scales();
    const { zoom, x, y } = this.view;
    return point => [(scale.left + point[0] * scale.x) * zoom + x, (scale.top + (this.height - point[1]) * scale.y) * zoom + y];
  }

  draw() {
    if (!this.points || !this.view || this.canvas.clientWidth === 0) return;
    const pen = this.canvas.getContext("2d");
    const style = getComputedStyle(this.canvas);
    const read = name => style.getPropertyValue(name).trim();
    const place = this.project();
    const radius = Math.min(6, (this.points.length < 1500 ? 3.1 : this.points.length < 6000 ? 2.4 : 1.8) * Math.sqrt(this.view.zoom));
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
    this.dots(pen, this.loose, place, radius * 0.6, read("--loose"), this.selected === null ? 0.55 : 0.3);
    for (const problem of [...this.problems].reverse()) {
      if (problem.id === this.selected) continue;
      this.dots(pen, this.groups.get(problem.id), place, radius, this.colour(problem.rank, read), this.selected === null ? 0.72 : 0.14);
    }
    const chosen = this.problems.find(problem => problem.id === this.selected);
    if (chosen) this.dots(pen, this.groups.get(chosen.id), place, radius * 1.25, this.colour(chosen.rank, read), 0.95);
    this.labels(pen, place, read, chosen);
  }

  colour(rank, read) {
    const { "--hue": hue, "--shift": shift } = tint(rank);
    return `oklch(${Number(read("--dot-light")) + shift} ${read("--dot-chroma")} ${hue})`;
  }

  dots(pen, points, place, radius, colour, alpha) {
    pen.globalAlpha = alpha;
    pen.fillStyle = colour;
    pen.beginPath();
    for (const point of points) {
      const [x, y] = place(point);
      pen.moveTo(x + radius, y);
      pen.arc(x, y, radius, 0, 2 * Math.PI);
    }
    pen.fill();
    pen.globalAlpha = 1;
  }

  labels(pen, place, read, chosen) {
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight];
    const taken = [{ left: width - 52, right: width, top: 0, bottom: 128 }];
    const most = width < 500 ? 8 : 24;
    pen.font = `600 ${width < 500 ? 11 : 12.5}px ${read("--font")}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 4;
    pen.strokeStyle = read("--surface");
    let drawn = 0;
    for (const problem of chosen ? [chosen, ...this.problems] : this.problems) {
      const anchor = this.anchors.get(problem.id);
      if (!anchor || drawn >= most || (problem === chosen && drawn > 0)) continue;
      const [x, y] = place(anchor);
      if (x < 0 || y < 0 || x > width || y > height) continue;
      const text = shorten(problem.label, width < 500 ? 22 : 34);
      const half = pen.measureText(text).width / 2 + 4;
      const middle = Math.max(half, Math.min(width - half, x));
      const box = [0, -18, 18].map(shift => ({ left: middle - half, right: middle + half, top: y + shift - 9, bottom: y + shift + 9 }))
        .find(one => one.top >= 0 && one.bottom <= height && !taken.some(other => one.left < other.right && one.right > other.left && one.top < other.bottom && one.bottom > other.top));
      if (!box) continue;
      taken.push(box);
      drawn++;
      pen.globalAlpha = chosen && problem !== chosen ? 0.35 : 1;
      pen.strokeText(text, middle, (box.top + box.bottom) / 2);
      pen.fillStyle = read("--ink");
      pen.fillText(text, middle, (box.top + box.bottom) / 2);
      pen.globalAlpha = 1;
    }
  }

  nearest(x, y) {
    const place = this.project();
    let [found, least] = [null, 10 ** 2];
    for (const point of this.points) {
      const [px, py] = place(point);
      const distance = (px - x) ** 2 + (py - y) ** 2 + (this.groups.has(point[2]) ? 0 : 12);
      if (distance < least) [found, least] = [point, distance];
    }
    return found;
  }

  zoom(factor, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const zoom = Math.max(0.8, Math.min(60, this.view.zoom * factor));
    const real = zoom / this.view.zoom;
    this.view = { zoom, x: x - (x - this.view.x) * real, y: y - (y - this.view.y) * real };
    this.draw();
  }

  pan(x, y) {
    this.view = { ...this.view, x: this.view.x + x, y: this.view.y + y };
    this.draw();
  }

  listen() {
    const at = event => [event.offsetX, event.offsetY];
    const on = (type, handler, options) => this.canvas.addEventListener(type, handler, options);
    on("wheel", event => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== this.canvas) {
        this.hint.hidden = false;
        clearTimeout(this.hintTimer);
        this.hintTimer = setTimeout(() => { this.hint.hidden = true; }, 1400);
        return;
      }
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.002)), ...at(event));
    }, { passive: false });
    on("pointerdown", event => {
      this.pointers.set(event.pointerId, at(event));
      this.moved = 0;
      this.canvas.setPointerCapture(event.pointerId);
    });
    on("pointermove", event => this.move(event, at(event)));
    on("pointerup", event => {
      if (this.pointers.size === 1 && this.moved < 5) {
        const point = this.nearest(...at(event));
        this.onSelect(point && this.groups.has(point[2]) ? point[2] : null);
      }
      this.pointers.delete(event.pointerId);
    });
    on("pointercancel", event => this.pointers.delete(event.pointerId));
    on("pointerleave", () => tooltip.hide());
    on("keydown", event => {
      const action = {
        ArrowLeft: () => this.pan(60, 0), ArrowRight: () => this.pan(-60, 0), ArrowUp: () => this.pan(0, 60), ArrowDown: () => this.pan(0, -60),
        "+": () => this.zoom(1.5), "=": () => this.zoom(1.5), "-": () => this.zoom(1 / 1.5), "0": () => this.reset(), Escape: () => this.onSelect(null),
      }[event.key];
      if (!action || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      action();
    });
  }

  move(event, [x, y]) {
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      this.hover(event, x, y);
      return;
    }
    this.pointers.set(event.pointerId, [x, y]);
    this.moved += Math.abs(x - before[0]) + Math.abs(y - before[1]);
    if (this.pointers.size === 1) {
      this.pan(x - before[0], y - before[1]);
      return;
    }
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
    const span = ([px, py]) => Math.max(1, Math.hypot(px - other[0], py - other[1]));
    this.zoom(span([x, y]) / span(before), (x + other[0]) / 2, (y + other[1]) / 2);
  }

  hover(event, x, y) {
    const point = this.nearest(x, y);
    this.canvas.classList.toggle("over-point", point !== null);
    if (point === null) {
      tooltip.hide();
      return;
    }
    const problem = this.problems.find(one => one.id === point[2]);
    tooltip.show(event.clientX, event.clientY, [
      el("div", { class: "tooltip-head" }, el("strong", null, point[3]), point[4] === null ? null : el("span", { class: "subtle" }, dayText(point[4]))),
      el("div", { class: "tooltip-name", dir: "auto" }, swatch(problem ? problem.rank : -1), problem ? problem.label : "Unclustered"),
      el("div", { dir: "auto" }, point[5])]);
  }
}
