// A case that became a colleague's while it was open: the page says who has it, and keeps what was
// typed.

import { banner, fetchJson, root, shownCase } from "./http.js";

const listeners = [];
let hasLeft = false;

/** Call `does` when the case of this page is no longer open to the caseworker. */
export function onLeaving(does) {
  listeners.push(does);
}

export function isGone() {
  return hasLeft;
}

/** Remove the case from the screen and say where it went; returns false if it is still open. */
export async function leaveCase() {
  if (hasLeft || !shownCase) return hasLeft;
  const { status, said } = await fetchJson(`${root}/cases/${shownCase}/moved`);
  if (status !== 404 && !said.told) return false;
  if (hasLeft) return true;
  hasLeft = true;
  for (const does of listeners) does();
  const notice = document.getElementById("moved");
  if (said.told) notice.querySelector("[data-told]").textContent = said.told;
  banner("moved", true);
  for (const pane of document.querySelectorAll("main [data-pane]")) {
    if (!pane.querySelector("[data-draft]")) pane.replaceChildren();
    for (const control of pane.querySelectorAll("button, input")) control.disabled = true;
  }
  showKept();
  if (!document.activeElement?.dataset?.draft) notice.querySelector("a").focus();
  return true;
}

/** Say that words were not sent, if there are any. */
export function showKept() {
  const typed = [...document.querySelectorAll("[data-draft]")].some((it) => it.value.trim());
  document.querySelector("#moved [data-kept]").hidden = !typed;
}
