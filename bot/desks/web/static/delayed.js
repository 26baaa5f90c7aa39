// What was sent on a page that was left, and can still be undone: counted down on every page.

import { post, root, shownCase, toast } from "./http.js";
import { refresh } from "./panes.js";

const COUNT = 250; // milliseconds
const delayedBar = document.getElementById("delayed");

export function initDelayed() {
  if (!delayedBar) return;
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-undo-delayed]");
    if (!button) return;
    button.closest("[data-delayed]").hidden = true; // pressed twice is once
    takeBackDelayed(button.dataset.undoDelayed);
  });
  delayedBar.addEventListener("renewed", beginCountdowns);
  setInterval(showCountdowns, COUNT);
  beginCountdowns();
}

const delayedRows = () => [...(delayedBar?.querySelectorAll("[data-delayed]:not([hidden])") ?? [])];

function beginCountdowns() {
  for (const row of delayedRows()) row.dataset.until = Date.now() + row.dataset.seconds * 1000;
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

async function takeBackDelayed(address) {
  const { told, refused, words, reference } = await post(address, {});
  refresh();
  if (!told) return;
  const field = reference === shownCase && words ? document.getElementById("say-words") : null;
  toast(told, refused, refused || field ? "" : `${root}/cases/${reference}`);
  if (!field) return; // they are a draft of their case
  field.value = [words, field.value].filter(Boolean).join("\n");
  field.focus();
}
