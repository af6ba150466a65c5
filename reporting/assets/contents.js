// Contents: what is in each section, and where the reader is.
const nav = document.querySelector("nav");
const entries = [];
// Lists what stands in a part below its own entry: tables, figures, listings, and the parts of single variants.
const list = (part, item, above) => {
  const inner = make("ol");
  for (const child of [...part.children].flatMap(each => each.matches(".more") ? [...each.children] : [each])) {
    const isPart = child.matches("div[data-variant]:not(.block)"), named = child.querySelector(".caption b, figcaption b");
    if (!child.id || !(isPart || child.matches(".block, figure") && named)) continue;
    const title = isPart ? child.dataset.variant : named.textContent;
    const link = make("a", {href: `#${child.id}`, title}, title), row = make("li", {}, link);
    entries.push({link, item: row, around: [...above, row], target: child});
    if (isPart) list(child, row, [...above, row]);
    inner.append(row);
  }
  if (inner.children.length) item.append(inner);
};
all("nav > ol > li").forEach(item => {
  const link = item.querySelector("a"), section = document.getElementById(link.hash.slice(1));
  entries.push({link, item, around: [item], target: section});
  list(section, item, [item]);
});
const isLaidOut = part => part.offsetParent && !part.closest("details:not([open])");
let here = null;
const mark = () => {
  const atEnd = scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
  const line = atEnd ? innerHeight : 100;  // pixels: what is below has not been reached
  let now = entries[0];
  for (const entry of entries) {
    if (isLaidOut(entry.target) && entry.target.getBoundingClientRect().top <= line) now = entry;
  }
  if (!now || now === here) return;
  if (here) here.link.removeAttribute("aria-current");
  all(".here", nav).forEach(item => item.classList.remove("here"));
  here = now;
  here.around.forEach(item => item.classList.add("here"));
  here.link.setAttribute("aria-current", "true");
  const inside = nav.getBoundingClientRect(), at = here.link.getBoundingClientRect();
  if (at.top < inside.top || at.bottom > inside.bottom) nav.scrollTop += at.top - inside.top - inside.height / 3;
  if (at.left < inside.left || at.right > inside.right) nav.scrollLeft += at.left - inside.left - 16;
};
let waiting = false;
addEventListener("scroll", () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; mark(); });
}, {passive: true});
refreshers.push(() => {
  entries.forEach(entry => { entry.item.hidden = entry.target !== null && entry.target.closest("[hidden]") !== null; });
  mark();
});
if (read()) { apply(); goTo(place()); } else { unfold(); mark(); }
