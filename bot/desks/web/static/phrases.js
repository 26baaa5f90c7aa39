// The phrasebook beside a case: sentences are looked up while somebody types.

import { fetchPane } from "./wire.js";
import { likeChildren } from "./morph.js";

export function lookUpPhrases() {
  document.addEventListener("input", (event) => {
    if (event.target.id === "phrase-words") search();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.search) event.preventDefault();
  });
}

export function search() {
  const field = document.getElementById("phrase-words");
  field.focus();
  show(field, field.value);
  return true;
}

async function show(field, words) {
  const { status, page } = await fetchPane(field.form.dataset.search, { words });
  if (status === 200 && page?.body && field.value === words) {
    likeChildren(document.getElementById("found"), page.body);
  }
}
