// Parts of the case file that are loaded when they are opened, and kept up to date from then on. The
// case file around them leaves them alone.

import { refreshPane } from "./panes.js";

const loads = new WeakMap(); // by pane: its first load
let awaited = null; // the field that is focused once its part is loaded

export function initLazyPanes() {
  document.addEventListener("change", async ({ target }) => {
    if (!target.matches?.(".file-tabs input")) return;
    await showPart(target);
    if (document.activeElement === document.body) lazyPaneOf(target)?.querySelector("a")?.focus();
  });
  document.addEventListener("renewed", openShown); // a case that could not be read may be open again
  openShown();
}

function openShown() {
  const shown = document.querySelector(".file-tabs input:checked");
  if (shown) showPart(shown);
}

/** Show a part of the case file, and load it if this is the first time. */
export async function showPart(radio) {
  radio.checked = true;
  const pane = lazyPaneOf(radio);
  if (!pane) return;
  if (!loads.has(pane)) loads.set(pane, loadPane(pane));
  await loads.get(pane);
}

/** Show a part, and focus a field of it once it is there, unless the caseworker went on meanwhile. */
export async function focusInPart(radio, id) {
  const had = document.activeElement;
  awaited = id;
  await showPart(radio);
  const isWanted = awaited === id && radio.checked && document.activeElement === had;
  awaited = null;
  if (isWanted) (document.getElementById(id) ?? lazyPaneOf(radio)?.querySelector("a"))?.focus();
}

/** Drop a letter that is meant for a field that is not there yet; return whether it was. *Esc* ends that. */
export function dropKey(event) {
  if (awaited === null || event.ctrlKey || event.metaKey) return false;
  if (event.key === "Escape") awaited = null;
  else if (event.key.length > 1) return false;
  event.preventDefault();
  return true;
}

function lazyPaneOf(radio) {
  return document.querySelector(`.part[data-part="${CSS.escape(radio.value)}"] [data-lazy]`);
}

async function loadPane(pane) {
  pane.dataset.pane = pane.dataset.lazy;
  pane.dataset.shown = "";
  await refreshPane(pane);
  if (pane.querySelector("[data-unopened]")) loads.delete(pane); // no connection: opening it tries again
}
