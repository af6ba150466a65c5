// Tables: sorted by a click on a column's name, copied as CSV with the numbers behind the cells (value, low, high).
const bare = cell => {
  if (!cell.querySelector("sup")) return cell.textContent.trim();
  const copy = cell.cloneNode(true);
  all("sup", copy).forEach(mark => mark.remove());
  return copy.textContent.trim();
};
const isMissing = cell => cell.classList.contains("missing");
// What a cell says as numbers: [value] or [value, low, high]; nothing where it is no number.
const numbersOf = cell => {
  if (isMissing(cell)) return [];
  if (cell.dataset.v) return cell.dataset.v.split(" ").map(each => each === "?" ? "" : each);
  const text = bare(cell).replace(/,/g, "").replace(/^−/, "-");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(text) ? [text] : [];
};
// Words that a spreadsheet would run as a formula begin with an apostrophe there.
const field = text => {
  const safe = /^[=+@\t\r-]/.test(text) && !/^-?[\d.]+(e[+-]?\d+)?$/i.test(text) ? "'" + text : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
};
const csvOf = table => {
  const heads = [...table.tHead.rows[0].cells], rows = [...table.tBodies[0].rows].filter(row => !row.hidden);
  const columns = heads.map((head, at) => ({head, at})).filter(({head}) => !head.hidden).map(({head, at}) => {
    const unit = head.dataset.unit === "%" ? "share" : head.dataset.unit, name = bare(head);
    const wide = rows.some(row => numbersOf(row.cells[at]).length > 1);
    return {at, wide, names: (wide ? ["", " low", " high"] : [""]).map(end => name + end + (unit ? ` (${unit})` : ""))};
  });
  const line = row => columns.flatMap(({at, wide}) => {
    const cell = row.cells[at], numbers = numbersOf(cell);
    const said = isMissing(cell) ? "" : numbers.length ? numbers[0] : bare(cell);
    return wide ? [said, numbers[1] || "", numbers[2] || ""] : [said];
  });
  return [columns.flatMap(column => column.names), ...rows.map(line)].map(cells => cells.map(field).join(",")).join("\n") + "\n";
};
const copied = async text => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { /* not allowed, or not there: pages from the file system */ }
  const area = make("textarea", {value: text, className: "unseen"});
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
};
const addCopy = (table, name) => {
  const button = make("button", {type: "button", className: "copy"}, "CSV");
  button.setAttribute("aria-label", `Copy as CSV: ${name}`);
  button.addEventListener("click", async () => {
    const done = await copied(csvOf(table)), said = done ? "copied" : "not copied";
    button.focus();
    button.textContent = said;
    say(said);
    setTimeout(() => { button.textContent = "CSV"; }, 1500);
  });
  const caption = table.closest("figure") ? null : table.closest(".block").querySelector(".caption");
  if (caption) caption.append(" ", button); else table.closest(".scroll").before(button);
};

const orders = new WeakMap();  // table -> its rows as the page has them
const sortBy = (table, at, head) => {
  const body = table.tBodies[0], rows = [...body.rows];
  if (!orders.has(table)) orders.set(table, rows);
  const numbers = new Map(rows.map(row => [row, numbersOf(row.cells[at])[0]]));
  const numeric = rows.some(row => numbers.get(row) !== undefined);
  const ways = numeric ? ["descending", "ascending"] : ["ascending", "descending"];
  const now = [...ways, null][(ways.indexOf(head.getAttribute("aria-sort")) + 1) % 3];
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  if (now) head.setAttribute("aria-sort", now);
  const sign = now === "descending" ? -1 : 1;
  const words = (a, b) => bare(a.cells[at]).localeCompare(bare(b.cells[at]), "en", {numeric: true});
  const compare = (a, b) => {
    const [x, y] = [numbers.get(a), numbers.get(b)];
    if (!numeric) return sign * words(a, b);
    if (x === undefined || y === undefined) return (x === undefined) - (y === undefined);  // what is missing comes last
    return sign * (x - y);
  };
  body.append(...(now ? rows.sort(compare) : orders.get(table)));
};
const startTable = table => {
  if (table.tBodies[0].rows.length < 2) return;
  orders.delete(table);
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    const button = make("button", {type: "button", className: "sort"}, ...head.childNodes);
    button.addEventListener("click", () => sortBy(table, at, head));
    head.append(button);
  });
};
all("table").forEach(table => {
  addCopy(table, table.closest(".scroll").getAttribute("aria-label"));
  startTable(table);
});
