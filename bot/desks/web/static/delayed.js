// What was sent on a page that was left, or in another tab, and can still be undone: counted down on
// every page. Tabs tell each other that something waits and in which case, never its words.

import { putBack } from "./drafts.js";
import { newNonce, post, root, shownCase, toast } from "./http.js";
import { refresh } from "./panes.js";

const COUNT = 250; // milliseconds
const ASK_AGAIN = 1000; // milliseconds between two tries while the desk is not reached
const delayedBar = document.getElementById("delayed");
const tabsBar = document.getElementById("tab-delayed"); // what waits in other tabs
const tabs = globalThis.BroadcastChannel ? new BroadcastChannel(`haven-undo ${root}`) : null;
let undoHere = () => false; // undoes what waits on this page

export function initDelayed() {
  if (!delayedBar) return;
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-undo-delayed]");
    if (!button) return;
    const row = button.closest("[data-delayed]");
    row.hidden = true; // pressed twice is once
    if (row.dataset.waiting) tabs.postMessage({ undo: row.dataset.waiting });
    else takeBackDelayed(button.dataset.undoDelayed);
  });
  if (tabs && tabsBar) tabs.onmessage = ({ data }) => hearTab(data);
  delayedBar.addEventListener("renewed", beginCountdowns);
  setInterval(showCountdowns, COUNT);
  beginCountdowns();
}

/** Tell the other tabs that something of the case shown here waits; `does` undoes it. */
export function tellTabs(waiting, title, until, does) {
  undoHere = (asked) => asked === waiting && does();
  tabs?.postMessage({ waiting, title, until, reference: shownCase });
}

/** Tell the other tabs that it does not wait any more. */
export function tellTabsGone(waiting) {
  tabs?.postMessage({ gone: waiting });
}

function hearTab({ undo, gone, undone, reference, waiting, title, until }) {
  if (undo && undoHere(undo)) tabs.postMessage({ undone: undo, reference: shownCase });
  if (gone) tabsBar.querySelector(`[data-waiting="${CSS.escape(gone)}"]`)?.remove();
  if (undone) toast(tabsBar.dataset.undone.replace("{reference}", reference), false, `${root}/cases/${reference}`);
  if (waiting) addTabRow(waiting, reference, title, until);
}

function addTabRow(waiting, reference, title, until) {
  const row = document.importNode(tabsBar.querySelector("template").content, true).firstElementChild;
  Object.assign(row.dataset, { waiting, until, delayed: reference });
  const shown = row.querySelector("[data-countdown]");
  shown.dataset.message = (title ? shown.dataset.action : shown.dataset.message).replace("{action}", title).replace("{reference}", reference);
  tabsBar.append(row);
  showCountdowns();
}

const tabRows = () => [...(tabsBar?.querySelectorAll("[data-delayed]:not([hidden])") ?? [])];
const storedRows = () => [...(delayedBar?.querySelectorAll("[data-delayed]:not([hidden])") ?? [])];
const delayedRows = () => [...storedRows(), ...tabRows()];

function beginCountdowns() {
  for (const row of storedRows()) row.dataset.until = Date.now() + row.dataset.seconds * 1000;
  showCountdowns();
}

function showCountdowns() {
  for (const row of delayedRows()) {
    const seconds = Math.ceil((row.dataset.until - Date.now()) / 1000);
    const shown = row.querySelector("[data-countdown]");
    shown.textContent = shown.dataset.message.replace("{seconds}", Math.max(1, seconds));
    row.hidden = seconds <= 0;
  }
}

export function canUndoDelayed() {
  return delayedRows().length > 0;
}

/** Undo the newest of what was sent on pages that were left; returns whether there was any. */
export function undoDelayed() {
  const newest = delayedRows().at(-1)?.querySelector("[data-undo-delayed]");
  newest?.click();
  return Boolean(newest);
}

/** Ask the desk to undo, again while it is not reached; the caseworker reads that it is not done yet. */
async function undoOnceReached(address) {
  const fields = { nonce: newNonce() };
  let answer = await post(address, fields);
  if (answer.offline) toast(delayedBar.dataset.unreached, true);
  while (answer.offline) {
    await new Promise((done) => setTimeout(done, ASK_AGAIN));
    answer = await post(address, fields);
  }
  return answer;
}

async function takeBackDelayed(address) {
  const { told, refused, words, reference } = await undoOnceReached(address);
  refresh();
  if (!told) return;
  const field = reference === shownCase && words ? document.getElementById("say-words") : null;
  toast(told, refused, refused || field ? "" : `${root}/cases/${reference}`);
  if (!field) return; // they are a draft of their case
  putBack(field, words);
  field.focus();
}
