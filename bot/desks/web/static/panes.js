// Panes: parts of a page that are fetched again when something has changed.

import { banner, fetchPane } from "./http.js";
import { morphChildren } from "./morph.js";
import { addressOf, isAddition, mergeTimeline, timelineDrawn } from "./timeline.js";
import { isGone, isOfPage, leaveCase } from "./moved.js";

const NEAR = 60; // pixels from the end that count as reading the newest message
const following = new Set();
let isLost = false; // the case of this page is not open to the caseworker any more
const busy = new Map();

/** Fetch the panes that depend on an event again; without an event, all of them. */
export function refresh(event = "") {
  if (isSignedOut()) return Promise.resolve();
  if (isLost && !isGone()) loseCase();
  const panes = [...document.querySelectorAll("[data-pane]")];
  return Promise.all(panes.filter((it) => !event || it.dataset.on.split(" ").includes(event)).map(refreshPane));
}

/** Stop asking for a case that is gone, and say where it went. */
export async function loseCase() {
  isLost = true;
  if (isSending() || (await leaveCase())) return; // what is being sent leads on, as a transfer does
  isLost = false; // it came back meanwhile
  refresh("case");
}

const isSending = () => "sending" in document.body.dataset;

/** Whether the case may be a colleague's by now: lost, or passed on by what is being sent. */
export const mayBeLost = () => isLost || isGone() || isSending();

export async function refreshPane(pane) {
  if ((isLost || isGone()) && isOfPage(pane)) return;
  if (busy.has(pane)) {
    busy.set(pane, true);
    return;
  }
  busy.set(pane, false);
  const { status, page } = await fetchPane(addressOf(pane));
  if (status === 401) showSignedOut();
  else if (status === 404) {
    if (!hasInput(pane)) pane.replaceChildren(); // erased or forbidden: remove it from the screen
    if (!isSending()) await leaveCase(); // else the answer leads on
  } else if (status === 200 && page?.body && !(isGone() && isOfPage(pane))) {
    if (isAddition(pane, page.body)) mergeTimeline(pane, page.body);
    else morphChildren(pane, page.body);
    timelineDrawn(pane);
    follow(pane);
    showCounts(pane.querySelector("[data-counts]")?.dataset.counts);
    pane.dispatchEvent(new CustomEvent("renewed", { bubbles: true }));
  }
  const again = busy.get(pane);
  busy.delete(pane);
  if (again) await refreshPane(pane);
}

export function isSignedOut() {
  return !document.getElementById("signed-out").hidden;
}

/**
 * The session has ended: remove the panes from the screen, except those with unsent text of the
 * caseworker.
 */
export function showSignedOut() {
  banner("signed-out", true);
  for (const pane of document.querySelectorAll("[data-pane]")) {
    if (!hasInput(pane)) pane.replaceChildren();
  }
}

export function showSignedIn() {
  banner("signed-out", false);
}

function hasInput(pane) {
  const fields = [...pane.querySelectorAll("textarea, input:not([type=hidden], [type=radio], [type=checkbox])")];
  return fields.some((it) => "draft" in it.dataset || it.value !== it.defaultValue);
}

/** Show the counts that came with a list in the tabs. */
function showCounts(counts) {
  for (const [name, count] of (counts ?? "").trim().split(" ").map((it) => it.split("="))) {
    const shown = name && document.querySelector(`[data-count="${CSS.escape(name)}"]`);
    if (!shown) continue;
    shown.textContent = count;
    shown.hidden = !count || count === "0"; // some lists are not counted
  }
}

/** Scroll to the end, and keep following it until the caseworker scrolls up. */
export function initFollowing() {
  for (const pane of document.querySelectorAll("[data-follow]")) {
    following.add(pane);
    follow(pane);
    let top = pane.scrollTop;
    pane.addEventListener("scroll", () => {
      if (isNear(pane)) following.add(pane);
      else if (pane.scrollTop < top) following.delete(pane); // a smaller window alone does not count
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

/** Whether the end of a pane is in sight. */
export function isNear(pane) {
  return pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR;
}
