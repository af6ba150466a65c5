// Figures: unpacked and drawn when they come near, in the colours of the theme, without what the reader chose to leave out.
const isThere = typeof Plotly !== "undefined";
const words = data("page-words") || [];
const expanded = runs => runs.flatMap((first, i) =>
  i % 2 ? [] : Array.from({length: runs[i + 1]}, (_, step) => first === null ? null : first + step));
const unpacked = value => {
  if (Array.isArray(value)) return value.flatMap(part => part && part.each
    ? part.each.map(own => ({...unpacked(part.all), ...unpacked(own)})) : [unpacked(part)]);
  if (!value || typeof value !== "object") return value;
  if (value.$) return value.$.map(number => words[number]);
  if (value[".."]) return expanded(value[".."]);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, unpacked(part)]));
};
const plots = all(".plot");
const sources = new Map();  // of those that were near: plot -> its figure, as the page has it
const sourceOf = plot => {
  if (!sources.has(plot)) {
    const figure = unpacked(data(plot.id + "-data"));
    if (figure.samples) sayTakes(figure);
    sources.set(plot, figure);
  }
  return sources.get(plot);
};
const isFiltered = figure => Boolean(figure.rows || figure.curves || figure.panels);
const isFlame = figure => Boolean(figure.data.length && figure.data[0].customdata);
const hidden = {label: () => false, group: () => false};  // filters.js says what a reader left out

// Keeps of every list that has an entry per point the entries of the points to keep.
const picked = (value, length, keep) => {
  if (Array.isArray(value)) return value.length === length ? keep.map(i => value[i]) : value;
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, picked(part, length, keep)]));
};
const withoutRows = figure => {
  const gaps = [];
  for (const [top, bottom, label, group] of [...figure.rows].sort((a, b) => a[0] - b[0])) {
    if (!hidden.label(label) && !hidden.group(group)) continue;
    const last = gaps[gaps.length - 1];
    if (last && top <= last[1] + 0.21) last[1] = Math.max(last[1], bottom); else gaps.push([top, bottom]);
  }
  if (!gaps.length) return;
  const isGone = y => gaps.some(([top, bottom]) => top < y && y < bottom);
  const moved = y => y - gaps.reduce((sum, [top, bottom]) => sum + Math.max(0, Math.min(y, bottom) - top), 0);
  figure.data = figure.data.map(trace => {
    const keep = trace.y.map((_, i) => i).filter(i => !isGone(trace.y[i]));
    const left = picked(trace, trace.y.length, keep);
    return {...left, y: left.y.map(moved)};
  });
  const layout = figure.layout, height = layout.yaxis.range[0];
  const notes = (layout.annotations || []).filter(note => note.yref === "paper" || !isGone(note.y));
  layout.annotations = notes.map(note => note.yref === "paper" ? note : {...note, y: moved(note.y)});
  const lines = (layout.shapes || []).map(line => line.yref === "paper" ? line : {...line, y0: moved(line.y0), y1: moved(line.y1)});
  layout.shapes = lines.filter(line => line.yref === "paper" || line.y1 > line.y0);
  layout.yaxis.range = [moved(height), 0];
  layout.height -= Math.round((height - moved(height)) * (figure.layout.height - figure.layout.margin.t - figure.layout.margin.b) / height);
};
const withoutCurves = figure => {
  const marks = [figure.layout.annotations, figure.layout.shapes || []];
  const gone = figure.curves.map(hidden.label);
  figure.data.forEach((trace, i) => { if (gone[i]) trace.visible = false; });
  marks.forEach(list => list.slice(list.length - gone.length).forEach((mark, i) => { if (gone[i]) mark.visible = false; }));
};
// Panels stand one below the other, each on an axis of its own: those that stay move up, and the figure gets shorter.
const withoutPanels = figure => {
  const {layout, panels} = figure, axis = i => i ? `y${i + 1}` : "y";
  const kept = panels.map((_, i) => i).filter(i => !hidden.label(panels[i]));
  if (kept.length === panels.length) return;
  const body = layout.height - layout.margin.t - layout.margin.b, slot = body / panels.length;
  const room = Math.max(kept.length, 1) * slot, places = new Map();
  kept.forEach((i, at) => {
    const domain = layout[axis(i).replace("y", "yaxis")].domain;
    places.set(axis(i), domain.map(end => 1 - ((1 - end) * body - (i - at) * slot) / room));
  });
  figure.data = figure.data.filter(trace => places.has(trace.yaxis || "y"));
  layout.shapes = (layout.shapes || []).filter(shape => places.has(shape.yref.split(" ")[0]));
  layout.annotations = layout.annotations.flatMap((note, i) => {
    if (!i) return [note];  // the name of the axis
    const place = places.get(axis(i - 1));
    return place ? [{...note, y: place[1]}] : [];
  });
  panels.forEach((_, i) => {
    const name = axis(i).replace("y", "yaxis");
    if (places.has(axis(i))) layout[name].domain = places.get(axis(i)); else delete layout[name];
  });
  layout.height -= Math.round(body - room);
};

const touch = matchMedia("(pointer: coarse)").matches;
const shown = plot => {
  const figure = structuredClone(sourceOf(plot)), ink = colour("--ink");
  figure.layout.font.color = ink;
  for (const [name, axis] of Object.entries(figure.layout)) {
    if (/^[xy]axis/.test(name) && axis.showgrid !== false) axis.gridcolor = colour("--line");
  }
  for (const trace of figure.data) {
    for (const name of ["line", "marker"]) if (trace[name]) trace[name] = recoloured(trace[name]);
    if (trace.error_x) trace.error_x.color = ink;
    if (trace.customdata) trace.marker.line.color = colour("--paper");
  }
  for (const shape of figure.layout.shapes || []) if (shape.line) shape.line = recoloured(shape.line);
  if (figure.rows) withoutRows(figure);
  if (figure.curves) withoutCurves(figure);
  if (figure.panels) withoutPanels(figure);
  if (touch) figure.layout.dragmode = false;  // a finger that drags wants to scroll
  if (isFlame(figure)) prepareFlame(plot, figure);
  plot.style.minHeight = figure.layout.height + "px";
  return figure;
};
const settings = {responsive: true, displayModeBar: false, doubleClick: false};
const drawn = new Set();
const draw = plot => {
  if (!isThere || drawn.has(plot) || !plot.offsetParent) return;
  drawn.add(plot);
  const figure = shown(plot);
  Plotly.newPlot(plot, figure.data, figure.layout, settings);
  plot.firstElementChild.setAttribute("aria-hidden", "true");
  if (isFlame(figure)) startFlame(plot);
};
const stale = new Set();  // of those drawn: what changed while they were hidden
const redraw = plot => {
  if (!plot.offsetParent) { stale.add(plot); return; }
  stale.delete(plot);
  const figure = shown(plot);
  Plotly.react(plot, figure.data, figure.layout, settings);
};
const redrawAll = () => drawn.forEach(redraw);
addEventListener("toggle", event => {  // what was drawn before it was folded may be of another theme, choice or width
  drawn.forEach(plot => {
    if (!event.target.open || !event.target.contains(plot)) return;
    if (stale.has(plot)) redraw(plot);
    Plotly.Plots.resize(plot);
  });
}, true);

if (isThere) {
  const near = new IntersectionObserver(entries => entries.forEach(entry => {
    if (entry.isIntersecting) { near.unobserve(entry.target); draw(entry.target); }
  }), {rootMargin: "500px 0px"});
  plots.forEach(plot => near.observe(plot));
  themed.push(redrawAll);
} else {
  document.documentElement.classList.add("plotless");
  const missing = document.querySelector("script[src]").getAttribute("src");
  all("figure").forEach(figure => {
    figure.querySelector("details").open = true;
    figure.prepend(make("p", {className: "absent"}, `The chart needs ${missing}, which is not there; its data follow.`));
  });
}

// Paper shows what a screen opens: every figure is drawn and every detail open, until printing is over.
let closed = null;
const toPaper = () => {
  if (closed) return;
  closed = all("details:not([open])");
  closed.forEach(details => { details.open = true; });
  plots.forEach(draw);
};
const toScreen = () => {
  (closed || []).forEach(details => { details.open = false; });
  closed = null;
};
addEventListener("beforeprint", toPaper);
addEventListener("afterprint", toScreen);
matchMedia("print").addEventListener("change", event => {
  if (event.matches) toPaper(); else toScreen();
  drawn.forEach(plot => { if (plot.offsetParent) Plotly.Plots.resize(plot); });
  recolour();
});
