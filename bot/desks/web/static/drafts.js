// Drafts: what a caseworker types is saved shortly after they pause, so that no session end loses it.

import { canLeave, post } from "./http.js";

const PAUSE = 1200; // milliseconds
const pending = new Map();

export function initDrafts() {
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.dataset?.draft) return;
    clearTimeout(pending.get(field));
    pending.set(field, setTimeout(() => save(field), PAUSE));
  });
  document.addEventListener("submit", (event) => {
    for (const field of event.target.querySelectorAll("[data-draft]")) cancel(field);
  }, true);
  addEventListener("pagehide", () => [...pending.keys()].forEach((field) => save(field, true)));
}

/**
 * Put words back before what a field holds, and save both as the draft: an older one may be stored.
 * Returns a promise that it was saved.
 */
export function putBack(field, words) {
  field.value = [words, field.value].filter(Boolean).join("\n");
  field.dispatchEvent(new Event("input", { bubbles: true })); // a value set by script is counted, too
  return field.dataset.draft ? save(field, true) : Promise.resolve(); // at once: the page may be left now
}

function cancel(field) {
  clearTimeout(pending.get(field));
  pending.delete(field);
}

function save(field, keepalive = false) {
  cancel(field);
  const fields = { words: field.value };
  return post(field.dataset.draft, fields, keepalive && canLeave(fields));
}
