// What a reader chose to see: variants and builds. Figures, tables, rows, columns and parts of all others are hidden. The
// choice is in the address, after the place that it leads to: #ladder&variants=pyaes_clean,pyaes_opt&builds=release
const choices = data("page-choices") || {variants: [], builds: []};
const kinds = ["variants", "builds"];
const without = {variants: new Set(), builds: new Set()};
const isOut = (kind, text) => choices[kind].some(([name, labels]) => without[kind].has(name) && labels.includes(text));
hidden.label = label => isOut("variants", label);
hidden.group = group => isOut("builds", group);

// Which rows and columns are whose never changes: found once, only for the tables that have any.
const labelled = (kind, text) => choices[kind].find(([, labels]) => labels.some(label => text === label || (kind === "builds" && text.endsWith(`, ${label}`))));
const ownersIn = texts => kinds.flatMap(kind => texts(kind).flatMap(text => {
  const owner = labelled(kind, text);
  return owner ? [[kind, owner[0]]] : [];
}));
const owned = new Map();
const ownersOf = table => {
  if (owned.has(table)) return owned.get(table);
  const heads = [...table.tHead.rows[0].cells].map(cell => ownersIn(() => [bare(cell)]));
  const rows = new Map([...table.tBodies[0].rows].map(row => {
    const texts = [...row.cells].slice(0, 3).map(bare);
    return [row, ownersIn(kind => kind === "variants" ? texts.slice(0, 1) : texts.filter(text => choices.builds.some(([, labels]) => labels.includes(text))))];
  }));
  const found = heads.some(owners => owners.length) || [...rows.values()].some(owners => owners.length) ? {heads, rows} : null;
  owned.set(table, found);
  return found;
};
const isLeftOut = owners => owners.some(([kind, name]) => without[kind].has(name));
const filterTable = table => {
  const owners = ownersOf(table);
  if (!owners) return;
  for (const [row, names] of owners.rows) row.hidden = isLeftOut(names);
  owners.heads.forEach((names, at) => {
    if (!names.length) return;
    for (const row of table.rows) row.cells[at].hidden = isLeftOut(names);
  });
  const block = table.closest(".block");
  const rows = [...owners.rows.keys()], isEmpty = rows.length > 0 && rows.every(row => row.hidden);
  if (block) block.hidden = isEmpty || isLeftOut([["variants", block.dataset.variant], ["builds", block.dataset.build]]);
};

const summary = make("summary");
const boxes = [];
const shownOf = kind => choices[kind].length - without[kind].size;
const describe = () => {
  const said = kinds.filter(kind => choices[kind].length > 1).map(kind => {
    const whole = choices[kind].length, some = shownOf(kind);
    return some === whole ? `all ${whole} ${kind}` : `${some} of ${whole} ${kind}`;
  });
  summary.textContent = `Shown: ${said.join(", ")}`;
};
const refreshers = [];  // who else has to know what is hidden
const apply = () => {
  all("[data-variant], [data-build]").forEach(part => {
    part.hidden = without.variants.has(part.dataset.variant) || without.builds.has(part.dataset.build);
  });
  all("table").forEach(filterTable);
  drawn.forEach(plot => { if (stale.has(plot) || isFiltered(sourceOf(plot))) redraw(plot); });
  boxes.forEach(({box, kind, name}) => { box.checked = !without[kind].has(name); });
  document.documentElement.classList.toggle("filtered", kinds.some(kind => without[kind].size));
  describe();
  refreshers.forEach(act => act());
};

const place = () => location.hash.slice(1).split("&").find(part => part && !part.includes("=")) || "";
const write = () => {
  const kept = kind => choices[kind].map(([name]) => name).filter(name => !without[kind].has(name)).map(encodeURIComponent);
  const parts = [place(), ...kinds.filter(kind => without[kind].size).map(kind => `${kind}=${kept(kind).join(",")}`)];
  const hash = parts.filter(Boolean).join("&");
  history.replaceState(null, "", hash ? `#${hash}` : location.href.replace(/#.*/, ""));
};
const decoded = text => { try { return decodeURIComponent(text); } catch { return ""; } };
const read = () => {
  const said = location.hash.slice(1).split("&").map(part => part.split("="));
  let found = false;
  for (const kind of kinds) {
    const entry = said.find(([name, ...more]) => name === kind && more.length);
    if (!entry) continue;
    const wanted = entry[1].split(",").map(decoded), names = choices[kind].map(([name]) => name);
    found = true;
    without[kind] = new Set(names.some(name => wanted.includes(name)) ? names.filter(name => !wanted.includes(name)) : []);
  }
  return found;
};
const targetOf = name => name ? document.getElementById(decoded(name)) : null;
const goTo = name => { const target = targetOf(name); if (target) { reveal(target); target.scrollIntoView(); } };
const unfold = () => { if (reveal(targetOf(place()))) goTo(place()); };
addEventListener("hashchange", unfold);
addEventListener("click", event => {  // of a link to where the address leads already, there is no other event
  const link = event.target.closest("a[href^='#']");
  if (link) reveal(targetOf(link.hash.slice(1).split("&")[0]));
});

const group = (kind, title) => {
  const set = names => { without[kind] = new Set(names); write(); apply(); };
  const everything = make("button", {type: "button"}, "All"), nothing = make("button", {type: "button"}, "None");
  everything.addEventListener("click", () => set([]));
  nothing.addEventListener("click", () => set(choices[kind].map(([name]) => name)));
  const rows = choices[kind].map(([name, labels, hue]) => {
    const box = make("input", {type: "checkbox", checked: true}), swatch = make("span", {className: "swatch"});
    const paint = () => { if (hue) swatch.style.background = readable(hue); };
    paint();
    themed.push(paint);
    box.addEventListener("change", () => {
      if (box.checked) without[kind].delete(name); else without[kind].add(name);
      write();
      apply();
    });
    boxes.push({box, kind, name});
    return make("label", {}, box, ...(hue ? [swatch] : []), labels[labels.length - 1]);
  });
  return make("fieldset", {}, make("legend", {}, title), ...rows, everything, nothing);
};
const groups = kinds.filter(kind => choices[kind].length > 1);
if (groups.length) {
  const titles = {variants: "Variants", builds: "Builds"};
  tools.prepend(make("details", {className: "filters"}, summary, ...groups.map(kind => group(kind, titles[kind]))));
  describe();
  addEventListener("hashchange", () => {
    if (read()) { apply(); goTo(place()); } else write();
  });
}
