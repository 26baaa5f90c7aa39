// The page on which a case is opened: numbers choose answers, Enter goes on, all is kept as a draft.

import { isField } from "./commands.js";
import { post } from "./http.js";

const DRAFT_PAUSE = 1200; // milliseconds
let draftTimer = 0;

export function initOpening() {
  const page = document.querySelector("[data-opening]");
  if (!page) return;
  document.addEventListener("keydown", (event) => answerByKey(page, event));
  if (page.nodeName !== "FORM") return;
  for (const name of ["input", "change"]) page.addEventListener(name, () => keepOpening(page));
  document.addEventListener("submit", () => {
    clearTimeout(draftTimer);
    draftTimer = 0; // a draft that is refused or sent must not come back
  });
  addEventListener("pagehide", () => {
    if (draftTimer) saveOpening(page, true);
  });
}

function answerByKey(page, event) {
  const { key, target } = event;
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  if (document.querySelector("dialog[open]")) return;
  const asked = target.closest?.("[data-question]") ?? shownQuestions(page)[0];
  if (/^[0-9]$/.test(key) && !isField(target)) {
    if (choose(page, asked, Number(key) || 10)) event.preventDefault();
  } else if (key === "Enter" && target.matches?.("[data-question] input")) {
    event.preventDefault();
    goToNext(page, asked);
  }
}

/** Choose an answer by its number: a single one goes on, a tick stays. */
function choose(page, asked, number) {
  const option = asked?.querySelectorAll("input[type=radio], input[type=checkbox], a")[number - 1];
  if (!option) return false;
  option.focus();
  option.click();
  if (option.type === "radio") goToNext(page, asked);
  return true;
}

function goToNext(page, asked) {
  const all = shownQuestions(page);
  const next = all[all.indexOf(asked) + 1] ?? page;
  const field = next === page ? shownButton(page) : next.querySelector("input, textarea");
  field?.focus();
  field?.scrollIntoView({ block: "center" });
}

function shownQuestions(page) {
  return [...page.querySelectorAll("[data-question]")].filter((it) => it.checkVisibility());
}

function shownButton(page) {
  return [...page.querySelectorAll("footer button")].find((it) => it.checkVisibility());
}

function keepOpening(page) {
  clearTimeout(draftTimer);
  draftTimer = setTimeout(() => saveOpening(page), DRAFT_PAUSE);
}

function saveOpening(page, keepalive = false) {
  clearTimeout(draftTimer);
  draftTimer = 0;
  post(page.dataset.opening, [...new FormData(page)], keepalive);
}
