// Panes: parts of a page that are fetched anew when something has changed.

import { banner, fetchPane } from "./wire.js";
import { likeChildren } from "./morph.js";

const NEAR = 60; // pixels from its end at which somebody reads the newest
const following = new Set();
const busy = new Map();

/** Fetch the panes anew that care about an event; all of them for none. */
export function renew(event = "") {
  for (const pane of document.querySelectorAll("[data-pane]")) {
    if (!event || pane.dataset.on.split(" ").includes(event)) renewOne(pane);
  }
}

async function renewOne(pane) {
  if (busy.has(pane)) {
    busy.set(pane, true);
    return;
  }
  busy.set(pane, false);
  const { status, page } = await fetchPane(pane.dataset.pane);
  if (status === 401) isOver();
  else if (status === 404) {
    pane.replaceChildren(); // erased, or not theirs any more: nothing of it stays on the screen
    location.reload();
  } else if (status === 200 && page?.body) {
    likeChildren(pane, page.body);
    follow(pane);
    counts(pane.querySelector("[data-counts]")?.dataset.counts);
  }
  const again = busy.get(pane);
  busy.delete(pane);
  if (again) renewOne(pane);
}

/**
 * Nobody is signed in any more: what people wrote leaves the screen. A part somebody writes in stays,
 * with their words.
 */
export function isOver() {
  banner("over", true);
  for (const pane of document.querySelectorAll("[data-pane]")) {
    if (!hasWords(pane)) pane.replaceChildren();
  }
}

function hasWords(pane) {
  const fields = [...pane.querySelectorAll("textarea, input:not([type=hidden], [type=radio], [type=checkbox])")];
  return fields.some((it) => "keeps" in it.dataset || it.value !== it.defaultValue);
}

/** Put the counts a list brings beside the names of the lists. */
function counts(told) {
  for (const [name, count] of (told ?? "").trim().split(" ").map((it) => it.split("="))) {
    const shown = name && document.querySelector(`[data-count="${CSS.escape(name)}"]`);
    if (!shown) continue;
    shown.textContent = count;
    shown.hidden = !count;
  }
}

/** Show the end, and go on showing it whatever comes or grows, until somebody scrolls away. */
export function toEnd() {
  for (const pane of document.querySelectorAll("[data-to-end]")) {
    following.add(pane);
    follow(pane);
    let top = pane.scrollTop;
    pane.addEventListener("scroll", () => {
      if (isNear(pane)) following.add(pane);
      else if (pane.scrollTop < top) following.delete(pane); // not where there is less room alone
      top = pane.scrollTop;
    }, { passive: true });
    new ResizeObserver(() => {
      if (isNear(pane)) following.add(pane);
      follow(pane);
    }).observe(pane);
  }
}

function follow(pane) {
  if (following.has(pane)) pane.scrollTop = pane.scrollHeight;
}

function isNear(pane) {
  return pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR;
}
