// Phrasebook dialog: searches while the caseworker types.

import { fetchPane } from "./http.js";
import { morphChildren } from "./morph.js";

export function initPhrases() {
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
  showPhrases(field, field.value);
  return true;
}

async function showPhrases(field, words) {
  const { status, page } = await fetchPane(field.form.dataset.search, { words });
  if (status === 200 && page?.body && field.value === words) {
    morphChildren(document.getElementById("phrase-results"), page.body);
  }
}
