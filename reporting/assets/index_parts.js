"use strict";
// What the index's list, trends and comparison share: elements, and numbers as in every report.
const Parts = (() => {
  const make = (tag, text = "", more = {}) => Object.assign(document.createElement(tag), {textContent: text}, more);
  const grouped = (items, key) => {
    const found = new Map();
    items.forEach(item => found.has(key(item)) ? found.get(key(item)).push(item) : found.set(key(item), [item]));
    return found;
  };
  const unique = values => [...new Set(values)].filter(Boolean);
  const count = (number, one, more) => `${number.toLocaleString("en-US")} ${number === 1 ? one : more}`;

  // Three significant digits, a unit that fits, the interval in brackets. A number is [value, low, high].
  const significant = value => {
    const rounded = Number(value.toPrecision(3)), digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded))));
    return rounded.toLocaleString("en-US", {minimumFractionDigits: Math.min(digits, 100), maximumFractionDigits: Math.min(digits, 100)});
  };
  const UNITS = [[1, "s"], [1e-3, "ms"], [1e-6, "µs"], [1e-9, "ns"]];
  const unitOf = value => UNITS.find(([scale]) => value >= scale) || UNITS[3];
  const bracket = ([, low, high], scale = 1) =>
    low === null ? "[one process: no interval]" : `[${significant(low / scale)}–${significant(high / scale)}]`;
  const asTime = number => {
    const [scale, unit] = unitOf(number[0]);
    return `${significant(number[0] / scale)} ${unit} ${bracket(number, scale)}`;
  };
  const asRatio = number => `${significant(number[0])}× ${bracket(number)}`;

  const table = (heads, rows, label) => {
    const box = make("div", "", {className: "list", tabIndex: 0}), found = make("table", "", {className: "figures"}), head = make("tr");
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", label);
    head.append(...heads.map((text, i) => make("th", text, {scope: "col", className: i ? "number" : ""})));
    found.append(make("thead"), make("tbody"));
    found.tHead.append(head);
    rows.forEach(cells => {
      const line = make("tr");
      line.append(...cells.map((text, i) => i ? make("td", text, {className: "number"}) : make("th", text, {scope: "row"})));
      found.tBodies[0].append(line);
    });
    box.append(found);
    return box;
  };
  return {make, grouped, unique, count, unitOf, asTime, asRatio, table};
})();
