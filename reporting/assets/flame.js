// Flame graphs: zoom by click, drag and key, search with the share that matches, all frames as a table. Names are stored
// escaped, as plotly wants them, and cut to the width of their box at this zoom.
const plain = text => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const escaped = text => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const pen = document.createElement("canvas").getContext("2d");
const cut = (name, room) => {
  pen.font = "12px system-ui, sans-serif";
  if (room < 14 || pen.measureText(name).width <= room) return room < 14 ? "" : name;
  const letters = [...name].slice(0, Math.ceil(room / 4));
  while (letters.length && pen.measureText(letters.join("") + "…").width > room) letters.pop();
  return letters.length > 1 ? letters.join("") + "…" : "";
};

// What each frame takes, from its width in per cent and the samples of the whole.
const sayTakes = figure => figure.data.forEach(trace => {
  trace.hovertext = trace.x.map(width => {
    const samples = Math.round(width * figure.samples / 100);
    return `${samples.toLocaleString("en")} samples, ${Number(width.toPrecision(3))} %`;
  });
});

const flames = new Map();  // plot -> {frames, whole, range, wanted, chosen, found}
const framesOf = figure => figure.data.flatMap((trace, curve) => trace.customdata.map((name, point) => ({
  curve, point, name: plain(name), kind: plain(trace.name), depth: trace.y[point],
  from: trace.base[point], to: trace.base[point] + trace.x[point], said: trace.hovertext[point],
})));
const state = plot => {
  if (!flames.has(plot)) {
    const figure = sourceOf(plot), frames = framesOf(figure), whole = figure.layout.xaxis.range;
    flames.set(plot, {frames, whole, range: whole, wanted: "", chosen: null, hit: -1, figure});
  }
  return flames.get(plot);
};
const isHit = (flame, frame) => frame.name.toLowerCase().includes(flame.wanted);
const textsOf = (plot, width) => {
  const {frames, range: [left, right], figure} = state(plot), texts = figure.data.map(trace => trace.customdata.map(() => ""));
  for (const frame of frames) {
    const seen = (Math.min(frame.to, right) - Math.max(frame.from, left)) * width / (right - left);
    texts[frame.curve][frame.point] = escaped(cut(frame.name, seen - 7));
  }
  return texts;
};
// A frame that began left of what is seen begins where that begins, or its name would be out of sight.
const placesOf = plot => {
  const {frames, range: [left], figure} = state(plot), empty = () => figure.data.map(trace => trace.customdata.map(() => 0));
  const base = empty(), x = empty();
  for (const {curve, point, from, to} of frames) {
    base[curve][point] = from < left && left < to ? left : from;
    x[curve][point] = to - base[curve][point];
  }
  return {base, x};
};
const opacities = plot => {
  const flame = state(plot), found = flame.figure.data.map(trace => trace.customdata.map(() => 1));
  if (flame.wanted) flame.frames.forEach(frame => { found[frame.curve][frame.point] = isHit(flame, frame) ? 1 : 0.2; });
  return found;
};
// Called before a flame graph is drawn or drawn again: what it is zoomed to and what is searched for stays.
const prepareFlame = (plot, figure) => {
  const {margin} = figure.layout, room = plot.clientWidth - margin.l - margin.r;
  const texts = textsOf(plot, room), seen = opacities(plot), {base, x} = placesOf(plot);
  figure.data.forEach((trace, i) => { Object.assign(trace, {text: texts[i], base: base[i], x: x[i]}); trace.marker.opacity = seen[i]; });
  figure.layout.xaxis.range = [...state(plot).range];
};
const fit = plot => {
  if (plot.offsetParent) Plotly.restyle(plot, {text: textsOf(plot, plot._fullLayout.xaxis._length), ...placesOf(plot)});
};
const zoom = (plot, from, to) => {
  const {whole} = state(plot), least = (whole[1] - whole[0]) / 1e4;
  const span = Math.min(Math.max(to - from, least), whole[1] - whole[0]);
  const left = Math.min(Math.max(from, whole[0]), whole[1] - span);
  Plotly.relayout(plot, {"xaxis.range": [left, left + span]});
};
const reset = plot => zoom(plot, ...state(plot).whole);

const startAgain = plot => {
  state(plot).chosen = null;
  reset(plot);
};

const percent = share => `${(100 * share).toFixed(share < 0.0995 ? 2 : 1)} %`;
const hitsOf = flame => flame.frames.filter(frame => isHit(flame, frame)).sort((a, b) => a.from - b.from || a.depth - b.depth);
const shareOf = (flame, hits) => {  // a frame below another that matches is part of it, and counts once
  let end = -Infinity, sum = 0;
  for (const {from, to} of hits) if (from >= end - 1e-6) { sum += to - from; end = to; }
  return sum / (flame.whole[1] - flame.whole[0]);
};
const HINT = "Click or drag to zoom; with the keyboard: arrows, Enter, Escape.";
const search = (plot, field, found) => {
  const flame = state(plot);
  Object.assign(flame, {wanted: field.value.trim().toLowerCase(), hit: -1});
  Plotly.restyle(plot, {"marker.opacity": opacities(plot)});
  const hits = flame.wanted ? hitsOf(flame) : [];
  const frames = hits.length === 1 ? "1 frame" : `${hits.length} frames`;
  found.textContent = flame.wanted ? `${frames}, ${percent(shareOf(flame, hits))} of the whole` : HINT;
};
const nextHit = (plot, step) => {
  const flame = state(plot), hits = flame.wanted ? hitsOf(flame) : [];
  if (!hits.length) return;
  flame.hit = (flame.hit + step + hits.length) % hits.length;
  choose(plot, hits[flame.hit]);
  zoom(plot, hits[flame.hit].from, hits[flame.hit].to);
};
const choose = (plot, frame) => {
  state(plot).chosen = frame;
  Plotly.Fx.hover(plot, [{curveNumber: frame.curve, pointNumber: frame.point}]);
  say(`${frame.name}, ${frame.kind}, ${frame.said}`);
};
const neighbours = (frames, at) => ({
  ArrowUp: frames.filter(f => f.depth === at.depth + 1 && f.from >= at.from - 1e-6 && f.to <= at.to + 1e-6)
    .sort((a, b) => (b.to - b.from) - (a.to - a.from))[0],
  ArrowDown: frames.find(f => f.depth === at.depth - 1 && f.from <= at.from + 1e-6 && f.to >= at.to - 1e-6),
  ArrowRight: frames.filter(f => f.depth === at.depth && f.from > at.from).sort((a, b) => a.from - b.from)[0],
  ArrowLeft: frames.filter(f => f.depth === at.depth && f.from < at.from).sort((a, b) => b.from - a.from)[0],
});
const press = (plot, event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const flame = state(plot), [left, right] = flame.range, middle = (left + right) / 2, span = right - left;
  const first = flame.frames.reduce((a, b) => b.depth < a.depth ? b : a);
  const go = frame => { if (frame) choose(plot, frame); };
  const acts = {
    Enter: () => flame.chosen && zoom(plot, flame.chosen.from, flame.chosen.to),
    Escape: () => startAgain(plot), Home: () => startAgain(plot),
    "+": () => zoom(plot, middle - span / 4, middle + span / 4),
    "-": () => zoom(plot, middle - span, middle + span),
  };
  for (const name of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]) {
    acts[name] = () => go(flame.chosen ? neighbours(flame.frames, flame.chosen)[name] : first);
  }
  if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
};
const startFlame = plot => {
  const title = plot.getAttribute("aria-label");
  const field = make("input", {type: "search", placeholder: "Find a frame", "aria-label": `Find a frame: ${title}`});
  const button = make("button", {type: "button"}, "Reset"), found = make("span", {}, HINT);
  found.setAttribute("role", "status");
  plot.before(make("p", {className: "find"}, field, button, found));
  field.addEventListener("input", () => search(plot, field, found));
  field.addEventListener("keydown", event => { if (event.key === "Enter") nextHit(plot, event.shiftKey ? -1 : 1); });
  button.addEventListener("click", () => { field.value = ""; search(plot, field, found); reset(plot); });
  plot.tabIndex = 0;
  plot.setAttribute("role", "application");
  plot.setAttribute("aria-label", `${title}. Arrows go from frame to frame, Enter zooms, Escape shows all.`);
  plot.addEventListener("keydown", event => press(plot, event));
  plot.on("plotly_click", ({points: [point]}) => {
    const frame = state(plot).frames.find(f => f.curve === point.curveNumber && f.point === point.pointNumber);
    state(plot).chosen = frame;
    zoom(plot, frame.from, frame.to);
  });
  plot.on("plotly_doubleclick", () => reset(plot));
  plot.on("plotly_relayout", change => {
    if (!Object.keys(change).some(key => key.startsWith("xaxis.range"))) return;
    state(plot).range = [...plot._fullLayout.xaxis.range];
    fit(plot);
  });
  let width = plot.clientWidth;
  new ResizeObserver(() => {
    if (plot.clientWidth === width) return;
    width = plot.clientWidth;
    requestAnimationFrame(() => fit(plot));
  }).observe(plot);
};

// Behind a flame graph the page lists its widest frames; whoever opens the list on a screen gets all of them.
const listFrames = figure => {
  const plot = figure.querySelector(".plot"), table = figure.querySelector("details table");
  if (!isFlame(sourceOf(plot)) || table.dataset.whole) return;
  table.dataset.whole = "yes";
  const {frames, whole} = state(plot), heads = ["Frame", "Kind", "Depth", "Takes", "Share"];
  table.className = "numbers l2 l4";
  const head = make("tr", {}, ...heads.map(name => make("th", {scope: "col"}, name)));
  const rows = [...frames].sort((a, b) => (b.to - b.from) - (a.to - a.from)).map(frame => {
    const share = (frame.to - frame.from) / (whole[1] - whole[0]);
    const last = make("td", {}, percent(share));
    last.dataset.v = share.toPrecision(4);
    return make("tr", {}, make("th", {scope: "row"}, make("div", {}, frame.name)), make("td", {}, frame.kind),
      make("td", {}, String(frame.depth)), make("td", {}, plain(frame.said)), last);
  });
  table.tHead.replaceChildren(head);
  table.tBodies[0].replaceChildren(...rows);
  startTable(table);
};
all("figure > details").forEach(details => details.addEventListener("toggle", () => {
  if (details.open && !closed) listFrames(details.closest("figure"));
}));
