// A case that became a colleague's while it was open: the page says who has it, and keeps what was
// typed.

import { banner, fetchJson, root, shownCase, toast } from "./http.js";

const PARTS = ":is(main, dialog) :is([data-pane], [data-form])"; // of the case
const TYPED = `${PARTS} :is(textarea, input:not([type=hidden], [type=radio], [type=checkbox], [type=file])):not([data-draft])`;
const listeners = [];
let hasLeft = false;
let isErasing = false; // this page asked for the erasure, or showed that it was confirmed
document.addEventListener("sent", ({ target }) => {
  if (target.matches("form[action$='/do/erase']")) isErasing = true;
});
let setAsideWords = []; // typed in fields that are removed with the case

/** Call `does` when the case of this page is no longer open to the caseworker. */
export function onLeaving(does) {
  listeners.push(does);
}

export function isGone() {
  return hasLeft;
}

/** Whether a part belongs to what the page shows, and not to the frame around it. */
export const isOfPage = (part) => part.closest("main, dialog") !== null;

/** Remove the case from the screen and say where it went; returns false if it is still open. */
export async function leaveCase() {
  if (hasLeft || !shownCase) return hasLeft;
  const { status, said } = await fetchJson(`${root}/cases/${shownCase}/moved`);
  if (status !== 404 && !said.told) return false;
  if (hasLeft) return true;
  hasLeft = true;
  for (const does of listeners) does();
  const notice = document.getElementById("moved");
  if (!notice) location.assign(`${root}/queue/mine`); // the page of its code
  if (!notice) return true;
  const isErased = status === 404 && (isErasing || document.querySelector("[data-erasing]") !== null);
  notice.classList.toggle("erased", isErased);
  if (said.told || isErased) notice.querySelector("[data-told]").textContent = said.told || notice.dataset.erased;
  banner("moved", true);
  setAsideWords = [...document.querySelectorAll(TYPED)].filter((it) => it.value !== it.defaultValue).map((it) => it.value);
  for (const pane of document.querySelectorAll(PARTS)) {
    pane.closest("dialog")?.close();
    if (!pane.querySelector("[data-draft]")) pane.replaceChildren();
    for (const control of pane.querySelectorAll("button, input")) control.disabled = true;
  }
  showKept();
  document.addEventListener("input", showKept); // the sentence is finished in its field
  notice.querySelector("[data-copy-words]").addEventListener("click", copyKept);
  if (!document.activeElement?.dataset?.draft) notice.querySelector("a").focus();
  return true;
}

/** Show the words that were not sent, if there are any. */
export function showKept() {
  const drafts = [...document.querySelectorAll("main [data-draft]")].map((it) => it.value);
  const words = [...drafts, ...setAsideWords].map((it) => it.trim()).filter(Boolean).join("\n\n");
  const notice = document.getElementById("moved");
  notice.querySelector("[data-words]").textContent = words;
  notice.querySelector("[data-kept]").hidden = notice.querySelector("[data-copy-words]").hidden = !words;
}

async function copyKept({ currentTarget: button }) {
  await navigator.clipboard.writeText(document.querySelector("#moved [data-words]").textContent);
  toast(button.dataset.copied);
}
