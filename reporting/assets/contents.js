// Contents: what is in each section, and where the reader is.
const nav = document.querySelector("nav");
const entries = [];
all("nav > ol > li").forEach(item => {
  const link = item.querySelector("a"), section = document.getElementById(link.hash.slice(1)), list = make("ol");
  entries.push({link, item, top: item, target: section});
  all(".block[id], figure[id]", section).forEach(part => {
    const title = part.querySelector(".caption b, figcaption b").textContent;
    const inner = make("a", {href: `#${part.id}`, title}, title), row = make("li", {}, inner);
    entries.push({link: inner, item: row, top: item, target: part});
    list.append(row);
  });
  if (list.children.length) item.append(list);
});
let here = null;
const mark = () => {
  const atEnd = scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
  const line = atEnd ? innerHeight : 100;  // pixels: what is below has not been reached
  let now = entries[0];
  for (const entry of entries) {
    if (entry.target.offsetParent && entry.target.getBoundingClientRect().top <= line) now = entry;
  }
  if (!now || now === here) return;
  if (here) { here.link.removeAttribute("aria-current"); here.top.classList.remove("here"); }
  here = now;
  here.top.classList.add("here");
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
  entries.forEach(entry => { entry.item.hidden = entry.target !== null && !entry.target.offsetParent; });
  mark();
});
if (read()) { apply(); goTo(place()); } else mark();
