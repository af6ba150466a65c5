// The index over all studies: what is chosen, the list, and the comparison of any two.
(() => {
  const {make, grouped, unique, count, asTime, asRatio, table} = Parts;
  const byId = id => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const variants = new Map(data.families.map(([name, found]) => [name, new Map(found.map(variant => [variant[0], variant]))]));
  const LISTED = 10, DRAWN = 50, BUILDS = ["release", "dbg", "unknown"];
  const BUILD_NAMES = {release: "release", dbg: "debug", unknown: "build not recorded"};
  const nameOf = study => study.family + "/" + study.stamp;
  const buildsOf = study => BUILDS.filter(build => study.builds[build]);
  const measured = data.studies.filter(study => buildsOf(study).length);

  // What is chosen stands in the address too, so that a view can be passed on.
  const CHOICES = ["family", "machine", "build", "last", "placed", "only", "change", "a", "b", "side"];
  const state = Object.fromEntries(CHOICES.map(name => [name, ""]));
  const recall = () => {
    if (location.hash && !location.hash.includes("=")) return false;  // a link to a part of the page
    const told = new URLSearchParams(location.hash.slice(1));
    CHOICES.forEach(name => { state[name] = told.get(name) || ""; });
    return true;
  };
  const keep = () => history.replaceState(null, "", "#" + new URLSearchParams(Object.entries(state).filter(([, value]) => value)));
  const offer = (id, options) => {
    const select = byId(id);
    select.replaceChildren(...options.map(([value, text]) => make("option", text, {value})));
    if (!options.some(([value]) => value === state[id])) state[id] = options.length ? options[0][0] : "";
    select.value = state[id];
  };
  const offerFilters = () => {
    const builds = unique(data.studies.flatMap(buildsOf));
    offer("family", [["", "all families"], ...data.families.map(([name]) => [name, name])]);
    offer("machine", [["", "all machines"], ...unique(data.studies.map(study => study.machine)).map(name => [name, name])]);
    offer("build", [["", "all builds"], ...BUILDS.filter(build => builds.includes(build)).map(build => [build, BUILD_NAMES[build]])]);
    offer("last", [["", `the newest ${DRAWN}`], ["200", "the newest 200"], ["all", "all"]]);
    offer("placed", [["", "by date"], ["evenly", "one step a study"]]);
    const names = data.families.filter(([family]) => !state.family || family === state.family).flatMap(([, found]) => found.map(([name]) => name));
    offer("only", [["", "all variants"], ...unique(names).map(name => [name, name])]);
    offer("change", [["", "as measured"], ["first", "change since the first"]]);
  };
  const isChosen = study => (!state.family || study.family === state.family)
    && (!state.machine || study.machine === state.machine) && (!state.build || study.builds[state.build]);

  // The list: newest first, by family; a family's older studies on request.
  const whole = new Set();
  const row = study => {
    const line = make("tr"), head = make("th", "", {scope: "row"}), said = make("td", study.verdict || (study.command ? "" : "–"));
    head.append(study.page ? make("a", study.date, {href: study.page}) : study.date);
    if (study.size && study.size !== "full") head.append(" ", make("small", "size " + study.size));
    if (study.command) said.append(" Not rendered yet: ", make("code", study.command));
    const cells = [said, ...[study.pythons, study.machine, study.commit].map(text => make("td", text || "–"))];
    cells.forEach((cell, i) => { cell.dataset.label = byId("listed").tHead.rows[0].cells[i + 1].textContent; });
    line.append(head, ...cells);
    return line;
  };
  const body = (studies, family) => {
    const part = make("tbody"), head = make("tr", "", {className: "family"}), shown = whole.has(family) ? studies : studies.slice(0, LISTED);
    head.append(make("th", `${family} · ${count(studies.length, "study", "studies")}`, {scope: "rowgroup", colSpan: 5}));
    part.append(head, ...shown.map(row));
    if (shown.length < studies.length) {
      const text = `Show the ${count(studies.length - shown.length, "older one", "older ones")}`;
      const more = make("button", text, {type: "button", className: "more"}), cell = make("td", "", {colSpan: 5}), line = make("tr");
      more.onclick = () => { whole.add(family); list(); };
      cell.append(more);
      line.append(cell);
      part.append(line);
    }
    return part;
  };
  const list = () => {
    const found = data.studies.filter(isChosen), all = data.studies.length;
    [...byId("listed").tBodies].forEach(part => part.remove());
    grouped(found, study => study.family).forEach((studies, family) => byId("listed").append(body(studies, family)));
    byId("count").textContent = found.length === all ? "" : `${found.length.toLocaleString("en-US")} of ${count(all, "study", "studies")}`;
  };

  // Trends: one part for each family and size; the headline build unless another is chosen.
  let charts = [];
  const groupOf = studies => {
    const [{family, size}] = studies, build = state.build || BUILDS.find(build => studies.some(study => study.builds[build]));
    const able = studies.filter(study => study.builds[build]), newest = state.last === "all" ? able : able.slice(0, Number(state.last) || DRAWN);
    return {
      family, size, build, all: able.length, evenly: state.placed === "evenly", only: state.only, change: state.change === "first", baseline: newest[0].baseline, variants: variants.get(family),
      name: `${family}${size && size !== "full" ? `, size ${size}` : ""} (${BUILD_NAMES[build]})`,
      machines: [...unique(newest.map(study => study.machine)), ""], studies: [...newest].reverse(),
    };
  };
  const trends = () => {
    const found = grouped(measured.filter(isChosen), study => JSON.stringify([study.family, study.size]));
    const parts = [...found.values()].map(studies => Trends.part(groupOf(studies)));
    const boxes = parts.length ? parts.map(part => part.box) : [make("p", "No study to show.", {className: "told"})];
    byId("charts").replaceChildren(...boxes);
    charts = parts.flatMap(part => part.charts);
    charts.forEach(chart => chart.draw());
  };

  // Any two studies. They were not interleaved, so no verdict: a ratio, whose interval comes from both intervals.
  const ratio = (a, b) => {
    const value = a[0] / b[0], {log, exp, hypot} = Math;
    if (a[1] === null || b[1] === null) return [value, null, null];
    return [value, value * exp(-hypot(log(a[0] / a[1]), log(b[2] / b[0]))), value * exp(hypot(log(a[2] / a[0]), log(b[0] / b[1])))];
  };
  const wordOf = ([value, low, high], floor) => low !== null && ((low > 1.01 && value > 1 + floor) || (high < 1 / 1.01 && value < 1 / (1 + floor)))
    ? "differs" : "";
  const optionOf = study => [
    nameOf(study), [study.family, study.date, study.size === "full" ? "" : study.size, study.commit].filter(Boolean).join(" · "),
  ];
  const named = name => measured.find(study => nameOf(study) === name);
  const older = study => {  // the one before it, on the same machine if there is one
    const before = measured.slice(measured.indexOf(study) + 1).filter(other => other.family === study.family);
    return before.find(other => other.machine === study.machine && other.size === study.size) || before[0];
  };
  const chosenPair = () => {  // unless chosen: the newest study that has one before it, and that one
    const newer = named(state.b) || measured.find(older) || measured[0];
    if (!named(state.a) && newer) state.a = nameOf(older(newer) || newer);
    offer("a", measured.map(optionOf));
    const a = named(state.a), others = a ? measured.filter(study => study.family === a.family) : [];
    if (a && !others.includes(named(state.b))) state.b = nameOf(others.find(study => study !== a) || a);
    offer("b", others.map(optionOf));
    const b = named(state.b);
    offer("side", a && b ? buildsOf(a).filter(build => b.builds[build]).map(build => [build, BUILD_NAMES[build]]) : []);
    return [a, b, state.side];
  };
  const unlike = (a, b, build) => [
    ["machine", a.machine, b.machine], ["kernel", a.kernel, b.kernel], ["interpreter", a.builds[build].python, b.builds[build].python],
    ["size of the workload", a.size, b.size], ["commit", a.commit, b.commit],
  ].filter(([, x, y]) => x !== y || !x);
  const notes = (found, same) => {
    const box = make("ul", "", {className: found.some(([what]) => what !== "commit") ? "differs caution" : "differs"});
    box.append(...found.map(([what, x, y]) => make("li", x === y ? `Whether the ${what} differs was not recorded.`
      : `Another ${what}: A ${x || "not recorded"}, B ${y || "not recorded"}.`)));
    if (!same) box.append(make("li", "Another size is another job, so there is no ratio."));
    return box;
  };
  const rowsOf = (a, b, build, same) => {
    const times = study => new Map(study.builds[build].variants.map(entry => [entry[0], entry.slice(3, 6)]));
    const [left, right] = [times(a), times(b)];
    return unique([...right.keys(), ...left.keys()]).map(name => {
      const [x, y] = [left, right].map(side => side.get(name)).map(number => number && number[0] !== null ? number : null);
      const found = same && x && y ? ratio(x, y) : null;
      return [name, found ? asRatio(found) : "–", found ? wordOf(found, Math.max(a.floor, b.floor)) : "", x ? asTime(x) : "–", y ? asTime(y) : "–"];
    });
  };
  const commandOf = command => {  // broken between words, never at a hyphen
    const box = make("pre");
    box.append(...command.split(" ").flatMap((word, i) => [i ? " " : "", make("span", word)]));
    return box;
  };
  const ABOUT = "A over B is the time of A over that of B: above 1, B is faster. Its interval adds those of A and B as logarithms, in "
    + "quadrature. “differs”: it excludes 1 by more than 1 %, and the ratio is beyond the noise floors of both. That is no verdict, since the two were not interleaved. This command gives one:";
  const compare = () => {
    const [a, b, build] = chosenPair(), say = text => byId("compared").replaceChildren(make("p", text, {className: "told"}));
    const alone = !a || measured.filter(study => study.family === a.family).length < 2;
    if (alone || a === b) return say(alone ? "It takes two studies of a family." : "A and B are the same study: choose another one.");
    if (!build) return say("The two have no build in common.");
    const found = unlike(a, b, build), same = a.size === b.size, side = build === "unknown" ? "" : ":" + build;
    const command = `invoke compare ${a.stamp}${side} ${b.stamp}${side} --bench ${a.family}${a.machine === b.machine ? "" : " --across-hosts"}`;
    const heads = ["variant", "A over B", "beyond noise", `A, ${a.date}`, `B, ${b.date}`];
    byId("compared").replaceChildren(...(found.length ? [notes(found, same)] : []),
      table(heads, rowsOf(a, b, build, same), "The two studies, variant by variant"), make("p", ABOUT, {className: "told"}), commandOf(command));
    return undefined;
  };

  const all = () => { offerFilters(); list(); trends(); compare(); };
  const redraw = {last: trends, placed: trends, only: trends, change: trends, a: compare, b: compare, side: compare};
  CHOICES.forEach(id => {
    byId(id).onchange = () => { state[id] = byId(id).value; (redraw[id] || all)(); keep(); };
  });
  document.querySelectorAll("form").forEach(form => { form.hidden = false; form.onsubmit = () => false; });
  addEventListener("hashchange", () => { if (recall()) all(); });
  const again = () => charts.forEach(chart => chart.draw());
  ["(prefers-color-scheme: dark)", "print"].forEach(query => matchMedia(query).addEventListener("change", again));
  recall();
  all();
})();
