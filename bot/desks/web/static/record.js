// The record of a case: its forms open in a dialog.

import { fetchPane } from "./http.js";

export function initRecord() {
  const dialog = document.getElementById("put-record");
  if (!dialog) return;
  document.addEventListener("click", (event) => {
    const wanted = event.target.closest("[data-record]");
    if (!wanted || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    showRecordForm(dialog, wanted.dataset.record);
  });
  dialog.addEventListener("sent", () => dialog.close());
}

async function showRecordForm(dialog, query) {
  const pane = dialog.querySelector("[data-form]");
  const { status, page } = await fetchPane(`${pane.dataset.form}?${query}`);
  if (status !== 200 || !page?.body) return;
  pane.replaceChildren(...[...page.body.childNodes].map((it) => document.importNode(it, true)));
  if (!dialog.open) dialog.showModal();
  (pane.querySelector("[data-first]") ?? pane.querySelector("textarea, select, a, button"))?.focus();
}
