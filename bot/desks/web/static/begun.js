// What somebody types is kept a moment after they pause: nothing is lost when a session ends.

import { post } from "./wire.js";

const PAUSE = 1200;
const waiting = new Map();

export function keepWhatIsBegun() {
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.dataset?.keeps) return;
    clearTimeout(waiting.get(field));
    waiting.set(field, setTimeout(() => keep(field), PAUSE));
  });
  document.addEventListener("submit", (event) => {
    for (const field of event.target.querySelectorAll("[data-keeps]")) letGo(field);
  }, true);
  addEventListener("pagehide", () => [...waiting.keys()].forEach((field) => keep(field, true)));
}

function letGo(field) {
  clearTimeout(waiting.get(field));
  waiting.delete(field);
}

function keep(field, leaves = false) {
  letGo(field);
  post(field.dataset.keeps, { words: field.value }, leaves);
}
