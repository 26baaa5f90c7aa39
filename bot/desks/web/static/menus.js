// Menus and sheets: what is open closes by a click outside it, or by the back button of a phone; and
// on phones whose keyboard covers the page, the page ends above it.

import { showPart } from "./lazy_panes.js";

const COVERED = 80; // pixels: smaller differences are bars of the browser, not a keyboard

export function initMenus() {
  document.addEventListener("click", ({ target }) => {
    const part = target.closest?.(".menu-panel, summary"); // what dims the page is of the menu, too
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(part) && !target.closest?.("dialog")) menu.open = false;
    }
  }, true); // before what the click does, which may open one
  document.addEventListener("toggle", ({ target }) => {
    if (target.matches?.("details.menu")) followBack(target);
    if (target.matches?.("details.change[open]")) showForm(target);
  }, true);
  openPart();
  addEventListener("hashchange", openPart);
  visualViewport?.addEventListener("resize", fit);
}

/** Show the part of the case file that an address leads to. */
function openPart() {
  const wanted = document.getElementById(location.hash.slice(1));
  const part = wanted?.closest(".part");
  if (!part) return;
  showPart(document.getElementById(`show-${part.dataset.part}`));
  const file = document.getElementById("case-file");
  if (getComputedStyle(file).display === "none") file.showPopover();
  wanted.scrollIntoView();
}

/** Bring a form that opened at the end of the conversation into sight. */
function showForm(details) {
  details.querySelector("textarea").focus({ preventScroll: true });
  details.closest("article").scrollIntoView({ block: "nearest" });
}

/** Let the back button of the phone close an open menu. */
function followBack(menu) {
  if (!menu.open || !globalThis.CloseWatcher) return;
  const watcher = new CloseWatcher();
  watcher.onclose = () => (menu.open = false);
  menu.addEventListener("toggle", () => watcher.destroy(), { once: true });
}

/** End the page above the keyboard, where the browser does not do so itself. */
function fit() {
  const { height, scale } = visualViewport;
  const isCovered = scale === 1 && innerHeight - height > COVERED;
  const { style } = document.documentElement;
  if (isCovered) style.setProperty("--seen", `${Math.round(height)}px`);
  else style.removeProperty("--seen");
  if (isCovered) scrollTo(0, 0);
}
