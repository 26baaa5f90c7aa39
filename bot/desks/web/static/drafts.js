// Drafts: what a caseworker types is saved shortly after they pause, so that no session end loses it.

import { canLeave, post } from "./http.js";

const PAUSE = 1200; // milliseconds
const pending = new Map();
const unsaved = new Set(); // fields whose words did not arrive: the connection or the session was gone

export function initDrafts() {
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.dataset?.draft) return;
    clearTimeout(pending.get(field));
    pending.set(field, setTimeout(() => save(field), PAUSE));
  });
  addEventListener("beforeunload", () => saveAll(true)); // before the next page is asked for
  addEventListener("pagehide", () => saveAll(true));
}

/** Save what was typed and is not saved yet; returns a promise that it is. */
export function saveAll(keepalive = false) {
  return Promise.all([...new Set([...pending.keys(), ...unsaved])].map((field) => save(field, keepalive)));
}

/** Whether something was typed that is not saved yet. */
export const isAnyUnsaved = () => pending.size + unsaved.size > 0;

/** Save the drafts of a form as its fields are now: after it was sent, or was not. */
export function saveDrafts(form) {
  return Promise.all([...form.querySelectorAll("[data-draft]")].map((field) => save(field, true)));
}

/** Save no words that are being sent. */
export function stopSaving(form) {
  for (const field of form.querySelectorAll("[data-draft]")) cancel(field);
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

async function save(field, keepalive = false) {
  cancel(field);
  const fields = { words: field.value };
  const { offline, signedOut } = await post(field.dataset.draft, fields, keepalive && canLeave(fields));
  if (offline || signedOut) unsaved.add(field);
  else unsaved.delete(field);
}
