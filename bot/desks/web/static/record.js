// The record of a case: loaded when its part of the case file is opened; its forms open in a dialog.

import { fetchPane } from "./http.js";
import { refreshPane } from "./panes.js";

export function initRecord() {
  const dialog = document.getElementById("put-record");
  if (!dialog) return;
  document.addEventListener("change", ({ target }) => {
    if (target.id === "show-record") openRecord();
  });
  if (document.getElementById("show-record")?.checked) openRecord();
  document.addEventListener("click", (event) => {
    const wanted = event.target.closest("[data-record]");
    if (!wanted || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    showRecordForm(dialog, wanted.dataset.record);
  });
  dialog.addEventListener("sent", () => dialog.close());
}

/** Load the record, and keep it up to date from now on; the case file around it leaves it alone. */
async function openRecord() {
  const pane = document.getElementById("record");
  if (!pane || pane.dataset.pane) return;
  pane.dataset.pane = pane.dataset.lazy;
  pane.dataset.shown = "";
  await refreshPane(pane);
  if (document.activeElement === document.body) pane.querySelector("a")?.focus();
}

async function showRecordForm(dialog, query) {
  const pane = dialog.querySelector("[data-form]");
  const { status, page } = await fetchPane(`${pane.dataset.form}?${query}`);
  if (status !== 200 || !page?.body) return;
  pane.replaceChildren(...[...page.body.childNodes].map((it) => document.importNode(it, true)));
  if (!dialog.open) dialog.showModal();
  (pane.querySelector("[data-first]") ?? pane.querySelector("textarea, select, a, button"))?.focus();
}
