"use strict";
// Runs in the head: the theme that was chosen last is there before anything is drawn. A page from the file system may
// have no storage; then the theme follows the system until the button switches it.
(() => {
  try {
    const kept = localStorage.getItem("codesign-theme");
    if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;
  } catch { /* no storage */ }
})();
