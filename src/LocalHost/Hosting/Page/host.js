"use strict";
(() => {
  const every = 3000;
  const code = new URLSearchParams(location.search).get("code");
  const address = path => code ? `${path}?code=${encodeURIComponent(code)}` : path;
  const byId = id => document.getElementById(id);
  const number = new Intl.NumberFormat("en");
  let skew = 0;
  let newest = null;

  const element = (tag, className, ...content) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...content.filter(c => c !== null && c !== undefined && c !== ""));
    return made;
  };
  const small = text => text ? element("span", "small", text) : null;
  const cell = (className, label, ...content) => {
    const made = element("td", className, ...content);
    made.dataset.label = label;
    return made;
  };
  const head = (...content) => {
    const made = element("th", "", ...content);
    made.scope = "row";
    return made;
  };
  const fill = (id, rows, columns, empty) => {
    if (rows.length === 0 && empty) {
      const only = element("td", "empty", empty);
      only.colSpan = columns;
      rows = [element("tr", "", only)];
    }
    byId(id).replaceChildren(...rows);
  };

  const span = milliseconds => {
    const seconds = milliseconds / 1000;
    if (milliseconds < 1) return "under 1 ms";
    if (seconds < 1) return `${Math.round(milliseconds)} ms`;
    if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
    if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
    if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
    return `${Math.round(seconds / 86400)} days`;
  };
  const stamp = text => text ? new Date(text) : null;
  const clock = date => date.toISOString().slice(0, 16).replace("T", " ") + " UTC";
  const ago = date => {
    const passed = Date.now() + skew - date;
    return passed < 2000 ? "just now" : `${span(Math.floor(passed / 1000) * 1000).replace(".0", "")} ago`;
  };
  const ahead = date => {
    const left = date - Date.now() - skew;
    return left <= 0 ? "now" : `in ${span(left)}`;
  };
  const moment = (date, words) => {
    const made = element("span", "", words(date));
    made.title = clock(date);
    return made;
  };

  const outcomes = { running: ["running", "busy"], succeeded: ["done", "good"], failed: ["failed", "bad"], cancelled: ["stopped", ""] };
  const state = outcome => element("span", `state ${outcomes[outcome][1]}`, outcomes[outcome][0]);

  const schedule = s => {
    const last = s.isRunning ? state("running") : stamp(s.last) ? [state(s.succeeded ? "succeeded" : "failed"), small(ago(stamp(s.last)))] : element("span", "subtle", "not yet");
    return element("tr", "", head(s.function, small(s.schedule)), cell("", "Next run", moment(stamp(s.next), ahead), small(clock(stamp(s.next)))), cell("", "Last run", ...[last].flat()));
  };
  const run = r => element("tr", "",
    head(r.function, r.times > 1 ? element("span", "times", `${r.times} times`) : null, small(r.problem)),
    cell("", "Started by", `${r.trigger === "http" ? "" : `${r.trigger}, `}${r.reason}`),
    cell("date", "When", moment(stamp(r.started), ago)),
    cell("number", "Took", r.milliseconds === null ? span(Date.now() + skew - stamp(r.started)) : span(r.milliseconds)),
    cell("", "Outcome", state(r.outcome)));
  // Runs that went alike one after the other are one row.
  const alike = runs => runs.reduce((rows, r) => {
    const last = rows[rows.length - 1];
    const same = last && r.outcome !== "running" && ["function", "trigger", "reason", "outcome", "problem"].every(key => last[key] === r[key]);
    return same ? [...rows.slice(0, -1), { ...last, times: last.times + 1 }] : [...rows, { ...r, times: 1 }];
  }, []);
  const center = c => element("tr", "",
    head(c.name, small(c.problem)),
    cell("number", "Incidents", number.format(c.incidents)),
    cell("number", "Ready", number.format(c.preprocessed)),
    cell("number", "Predicted", number.format(c.predicted)),
    cell("number", "Unclustered", number.format(c.unclustered)),
    cell("date", "Newest incident", c.newestIncident ? c.newestIncident.slice(0, 10) : "–"),
    cell("version", "Model", c.version ?? element("span", "subtle", c.problem ? "unusable" : "none yet"), c.modelAgeDays === null ? null : small(c.modelAgeDays < 1 ? "of today" : `${Math.round(c.modelAgeDays)} days old`)),
    cell("number", "Problems", number.format(c.clusters)));
  const poison = p => element("tr", "", head(p.object), cell("", "Function", p.function), cell("number", "Attempts", String(p.attempts)), cell("", "Why", p.error ?? ""));
  const job = w => {
    const bar = element("progress");
    bar.max = Math.max(1, w.total);
    bar.value = w.done;
    bar.setAttribute("aria-label", w.stage);
    return element("li", "", element("div", "row", element("span", "", element("b", "", w.stage), w.detail ? `: ${w.detail}` : ""), element("span", "subtle", `${number.format(w.done)} of ${number.format(w.total)}`)), bar);
  };

  const total = (name, value) => element("div", "", element("dt", "", name), element("dd", "", value));
  const sum = (list, of) => list.reduce((all, one) => all + of(one), 0);

  const show = s => {
    const centers = s.pipeline ? s.pipeline.techCenters : [];
    const failed = s.invocations.filter(r => r.outcome === "failed").length;
    byId("lead").replaceChildren(element("span", "pulse"), `Running for ${span(stamp(s.now) - stamp(s.started))}, version ${s.version}${s.development ? ", development: no keys asked for" : ""}`);
    byId("totals").replaceChildren(
      total("Incidents", number.format(sum(centers, c => c.incidents))),
      total("Waiting", s.pipeline ? number.format(s.pipeline.waitingForPreprocessing) : "–"),
      total("Kept aside", s.pipeline ? number.format(s.pipeline.deadLetters) : "–"),
      total("Problems", number.format(sum(centers, c => c.clusters))),
      total("Tech centers", number.format(centers.length)),
      total("Failed runs of late", number.format(failed)));
    byId("problem").hidden = !s.problem;
    byId("problem").textContent = s.problem ? `What is stored cannot be read. ${s.problem}` : "";
    byId("work").hidden = s.work.length === 0;
    fill("work-list", s.work.map(job));
    fill("schedules", s.schedules.map(schedule), 3, "No function runs by the clock.");
    fill("runs", alike(s.invocations).slice(0, 10).map(run), 5, "No function has run yet.");
    fill("centers", centers.map(center), 8, "No incidents yet. Import some, and they appear here after preprocessing.");
    byId("poison").hidden = s.poison.length === 0;
    fill("poison-list", s.poison.map(poison));
    byId("report-link").href = address("/report");
    byId("api-link").hidden = !s.api;
    byId("api-link").href = address(s.api ?? "/");
    byId("foot").textContent = s.pipeline ? `Texts are embedded by ${s.pipeline.embedder}. Times are UTC.` : "Times are UTC.";
  };

  const poll = async () => {
    try {
      const answer = await fetch(address("/status.json"), { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.status === 401 ? "The host asks for a key: open this page with ?code=KEY." : `The host answered ${answer.status}.`);
      newest = await answer.json();
      skew = stamp(newest.now) - Date.now();
      show(newest);
    } catch (error) {
      const why = error instanceof TypeError ? "The host does not answer" : error.message.replace(/\.$/, "");
      byId("lead").replaceChildren(element("span", "pulse away"), newest ? `${why}; this is what it said last.` : `${why}.`);
    } finally {
      setTimeout(poll, document.hidden ? 5 * every : every);
    }
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden && newest) show(newest); });
  poll();
})();
