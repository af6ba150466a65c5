// Trends: speedup and time per variant over the studies of one family, size and build.
// A line joins neighbours of one machine; it is dotted where commit or interpreter changed between them.
const Trends = (() => {
  const {make, unique, count, unitOf, asTime, asRatio, table} = Parts;
  const tick = value => value.toLocaleString("en-US", {maximumSignificantDigits: 6});
  const timeTick = value => { const [scale, unit] = unitOf(value * 1.000001); return tick(value / scale) + " " + unit; };
  const SPEEDUP = {at: 6, title: "Speedup over the baseline", axis: "speedup (×, log scale)", write: asRatio, tick};
  const TIME = {at: 3, title: "Time per iteration", axis: "time per iteration (log scale)", write: asTime, tick: timeTick};
  const changeOf = metric => ({at: metric.at, title: `${metric.title}, change`, axis: `${metric === TIME ? "time" : "speedup"} over that of the first (×, log scale)`,
    write: asRatio, tick});
  const SYMBOLS = [["circle", "●"], ["square", "■"], ["diamond", "◆"], ["triangle-up", "▲"], ["triangle-down", "▼"]];
  const GRID = "rgba(128,128,128,.2)", NONE = "rgba(0,0,0,0)", ROW = 18, TOP = 34, BOTTOM = 40;
  const FAMILY = "system-ui, sans-serif", SIZE = 13, FONT = `${SIZE}px ${FAMILY}`, pen = document.createElement("canvas").getContext("2d");
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const escaped = text => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");  // plotly reads a little markup
  const cut = (text, limit) => { const letters = [...text]; return letters.length > limit ? letters.slice(0, limit - 1).join("") + "…" : text; };

  const pointsOf = (group, metric) => {  // variant -> its points, the oldest first
    const found = new Map();
    group.studies.forEach((study, order) => study.builds[group.build].variants.forEach(entry => {
      const number = entry.slice(metric.at, metric.at + 3);
      const beside = metric.at === SPEEDUP.at && (study.baseline !== group.baseline || entry[0] === group.baseline);
      if (number[0] === null || beside || (group.only && entry[0] !== group.only)) return;
      if (!found.has(entry[0])) found.set(entry[0], []);
      found.get(entry[0]).push({study, order, number, word: entry[1], x: group.evenly ? order : `${study.date}:${study.stamp.slice(13)}`});
    }));
    if (group.change) found.forEach(points => {
      const first = new Map();
      points.forEach(point => {
        if (!first.has(point.study.machine)) first.set(point.study.machine, point.number[0]);
        point.number = point.number.map(value => value === null ? null : value / first.get(point.study.machine));
      });
    });
    return found;
  };
  const alike = (a, b, build) => a.commit && a.commit === b.commit && !a.commit.endsWith("+")
    && a.builds[build].python === b.builds[build].python;
  const joined = (points, build) => {
    const lines = {solid: [[], []], dot: [[], []]}, last = new Map();
    points.filter(point => point.study.machine).forEach(point => {
      const before = last.get(point.study.machine);
      last.set(point.study.machine, point);
      if (!before) return;
      const [x, y] = lines[alike(before.study, point.study, build) ? "solid" : "dot"];
      x.push(before.x, point.x, null);
      y.push(before.number[0], point.number[0], null);
    });
    return Object.entries(lines).filter(([, [x]]) => x.length);
  };
  const told = (name, metric, {study, number, word}) => [
    `<b>${escaped(cut(name, 60))}</b>`, escaped(metric.write(number)) + (word ? ", " + escaped(cut(word, 40)) : ""), study.date,
    escaped(cut(study.commit || "commit not recorded", 40)), escaped(cut(study.machine || "machine not recorded", 70)),
  ].join("<br>");
  const tracesOf = (name, points, group, metric) => {
    const [, hue, peer] = group.variants.get(name), line = {type: "scatter", mode: "lines", hoverinfo: "skip"};
    const lines = joined(points, group.build).map(([dash, [x, y]]) => ({...line, name: "trend", x, y, line: {color: hue, width: 1.5, dash}}));
    const whole = points.filter(point => point.number[1] !== null);
    const intervals = {  // strokes of one line: as error bars of their own, five hundred studies would take seconds
      ...line, name: "intervals", x: whole.flatMap(({x}) => [x, x, null]), y: whole.flatMap(({number: [, low, high]}) => [low, high, null]),
      line: {color: hue, width: 1.2, simplify: false},
    };
    const symbols = points.map(({study}) => SYMBOLS[group.machines.indexOf(study.machine) % SYMBOLS.length][0] + (peer ? "-open" : ""));
    return [...lines, intervals, {
      type: "scatter", mode: "markers", name: "studies", x: points.map(p => p.x), y: points.map(p => p.number[0]),
      hovertext: points.map(point => told(name, metric, point)), hovertemplate: "%{hovertext}<extra></extra>",
      marker: {color: hue, size: 7, symbol: symbols, line: {color: hue, width: peer ? 2 : 0}},
    }];
  };

  const ticksOf = (low, high) => {
    const decades = Math.log10(high / low), found = [];
    if (decades < 0.7) {
      const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough));
      const step = power * [1, 2, 5, 10].find(s => s * power >= rough * 0.999);
      for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(i * step);
      return found;
    }
    const steps = decades < 2.2 ? [1, 2, 5] : [1], every = Math.ceil(decades / 7);
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += every)
      found.push(...steps.map(s => s * 10 ** power).filter(t => t >= low * 0.999 && t <= high));
    return found;
  };
  const apart = (heights, least) => {  // moved as little as it takes for any two to be `least` apart, from 0 to 1
    const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b] || a - b), moved = [], found = [];
    order.forEach((i, n) => moved.push(n ? Math.max(heights[i], moved[n - 1] + least) : heights[i]));
    for (let n = moved.length - 1, limit = 1; n >= 0; n--) {
      moved[n] = Math.min(moved[n], limit);
      limit = moved[n] - least;
    }
    order.forEach((i, n) => { found[i] = moved[n]; });
    return found;
  };
  const dates = (group, room) => {
    const axis = {gridcolor: GRID, zeroline: false, fixedrange: true};
    if (!group.evenly) return {...axis, type: "date", nticks: Math.max(2, Math.floor(room / 140))};
    const every = Math.ceil(group.studies.length / Math.max(2, room / 120));
    const at = group.studies.map((_, i) => i).filter(i => i % every === 0);
    return {...axis, tickvals: at, ticktext: at.map(i => group.studies[i].date.slice(0, 10))};
  };
  const layoutOf = (points, group, metric, room) => {
    const ends = [...points.values()].flat().flatMap(point => point.number).filter(value => value !== null), log = Math.log10;
    const pad = Math.max(1.05, (Math.max(...ends) / Math.min(...ends)) ** 0.05), low = Math.min(...ends) / pad, high = Math.max(...ends) * pad;
    const names = [...points.keys()], limit = room < 600 ? 14 : 26, body = Math.max(300, ROW * names.length);
    const last = names.map(name => log(points.get(name).at(-1).number[0] / low) / log(high / low));
    const heights = apart(last, Math.min(ROW / body, 1 / Math.max(1, names.length - 1)));
    const words = {showarrow: false, xref: "paper", yref: "paper", xanchor: "left", borderpad: 0};
    const beside = (i, shift) => ({...words, x: 1, xshift: shift, y: heights[i], yanchor: "middle"});
    const labels = names.map((name, i) => ({...beside(i, 20), text: escaped(cut(name, limit))}));
    const dots = names.map((name, i) => ({...beside(i, 6), text: group.variants.get(name)[2] ? "○" : "●", font: {color: group.variants.get(name)[1]}}));
    const title = {...words, x: 0, xshift: -60, y: 1, yshift: 8, yanchor: "bottom", text: metric.axis}, ticks = ticksOf(low, high);
    pen.font = FONT;
    const right = 28 + Math.ceil(Math.max(...names.map(name => pen.measureText(cut(name, limit)).width)));
    return {
      font: {family: FAMILY, size: SIZE, color: colour("--ink")}, paper_bgcolor: NONE, plot_bgcolor: NONE,
      showlegend: false, dragmode: false, hovermode: "closest", hoverlabel: {align: "left"}, height: body + TOP + BOTTOM,
      margin: {l: 70, r: right, t: TOP, b: BOTTOM}, annotations: [title, ...dots, ...labels], xaxis: dates(group, room),
      yaxis: {type: "log", range: [log(low), log(high)], tickvals: ticks, ticktext: ticks.map(metric.tick), gridcolor: GRID, zeroline: false, fixedrange: true},
    };
  };

  const dataOf = (points, group, metric, title) => {
    const names = [...points.keys()], cell = (name, order) => points.get(name).find(point => point.order === order);
    const rows = group.studies.map((study, order) => [
      `${study.date} ${study.commit}`, ...names.map(name => { const found = cell(name, order); return found ? metric.write(found.number) : "–"; }),
    ]);
    return table(["study", ...names], rows.reverse(), title);
  };
  const chart = (group, metric) => {
    const points = pointsOf(group, metric), title = `${metric.title}, ${group.name}`;
    if (!points.size) return null;
    const figure = make("figure"), plot = make("div", "", {className: "plot"}), behind = make("details");
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", title);
    behind.append(make("summary", "Data of this chart"));
    behind.ontoggle = () => { if (behind.children.length < 2) behind.append(dataOf(points, group, metric, title)); };
    figure.append(plot, behind);
    const draw = () => {
      if (typeof Plotly === "undefined") { behind.open = true; return; }
      const traces = [...points].flatMap(([name, found]) => tracesOf(name, found, group, metric));
      Plotly.react(plot, traces, layoutOf(points, group, metric, plot.clientWidth), {responsive: true, displayModeBar: false});
    };
    return {figure, draw, names: [...points.keys()]};
  };
  const captionOf = (group, names) => {
    const number = group.studies.length, left = group.studies.filter(study => study.baseline !== group.baseline).length;
    const said = [number < group.all ? `The newest ${number} of ${count(group.all, "study", "studies")}` : count(number, "study", "studies")];
    said[0] += ", with 95 % intervals. A line joins studies of one machine; it is dotted where commit or interpreter changed between them.";
    if (names.some(name => group.variants.get(name)[2])) said.push("Hollow points are library peers.");
    if (group.change) said.push("Every value is over the variant's first one here on the same machine, whose own uncertainty no interval shows.");
    if (left) said.push(`${count(left, "study", "studies")} with another baseline than ${group.baseline} ${left === 1 ? "is" : "are"} left out of the speedups.`);
    return said.join(" ");
  };

  // group: studies (oldest first), variants (name -> [name, colour, peer]), family, size, build, name, machines, baseline, all, evenly,
  // only (a variant, or ""), change (over the first instead of as measured)
  const part = group => {
    const box = make("div", "", {className: "trend"});
    box.append(make("h3", group.name));
    if (group.studies.length < 2) {
      box.append(make("p", "One study so far: a trend begins with the second.", {className: "told"}));
      return {box, charts: []};
    }
    const charts = [SPEEDUP, TIME].map(metric => chart(group, group.change ? changeOf(metric) : metric)).filter(Boolean);
    box.append(make("p", captionOf(group, unique(charts.flatMap(found => found.names))), {className: "told"}));
    const machines = group.machines.filter(Boolean);
    if (machines.length > 1) {
      const key = make("ul", "", {className: "key"});
      key.append(...machines.map((name, i) => make("li", `${SYMBOLS[i % SYMBOLS.length][1]} ${name}`)));
      box.append(key);
    }
    box.append(...charts.map(found => found.figure));
    return {box, charts};
  };
  return {part};
})();
