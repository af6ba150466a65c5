// What all parts of the script share: finding and making elements, the data in the page, what is said aloud, the theme.
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const make = (name, properties = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) element[key] = value; else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
};
const data = id => {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
};
// What is folded opens where a link leads into it; a browser may do so by itself, but not where a choice follows the place.
const reveal = target => {
  const shut = [];
  for (let fold = target && target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    if (!fold.open) shut.push(fold);
  }
  shut.forEach(fold => { fold.open = true; });
  return shut.length > 0;
};
const main = document.getElementById("page-main");
const tools = make("div", {className: "tools"});
main.prepend(tools);

const aloud = make("p", {className: "unseen"});  // a screen reader reads what is put here
aloud.setAttribute("role", "status");
main.append(aloud);
const say = text => { aloud.textContent = text; };

// Whoever shows something that depends on colours asks to be called when they change.
const themed = [];
const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const recolour = () => themed.forEach(act => act());
const system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
const themeButton = make("button", {type: "button", className: "theme"});
const nameTheme = () => { themeButton.textContent = isDark() ? "Light" : "Dark"; };
themeButton.setAttribute("aria-label", "Switch between light and dark");
themeButton.addEventListener("click", () => {
  const chosen = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = chosen;
  try { localStorage.setItem("codesign-theme", chosen); } catch { /* it is not remembered */ }
  nameTheme();
  recolour();
});
system.addEventListener("change", () => { nameTheme(); recolour(); });
nameTheme();
tools.append(themeButton);

const folds = all("details.more");
if (folds.length) {
  const foldButton = make("button", {type: "button", className: "fold"}, "Unfold all");
  foldButton.addEventListener("click", () => {
    const open = folds.some(fold => !fold.open);
    folds.forEach(fold => { fold.open = open; });
  });
  addEventListener("toggle", () => { foldButton.textContent = folds.some(fold => !fold.open) ? "Unfold all" : "Fold all"; }, true);
  themeButton.before(foldButton);
}
