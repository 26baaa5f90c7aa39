// Days and times in words: how the desk understood them stands under the field while one types.

import { post, root } from "./http.js";

const UNDERSTAND_PAUSE = 200; // milliseconds
let understandTimer = 0;

export function initTypedTimes() {
  document.addEventListener("input", ({ target }) => {
    if (!target.matches?.("[data-when]")) return;
    target.setCustomValidity("");
    clearTimeout(understandTimer);
    understandTimer = setTimeout(() => showUnderstood(target), UNDERSTAND_PAUSE);
  });
}

async function showUnderstood(field) {
  const words = field.value;
  const answer = words.trim() ? await post(`${root}/understood`, { words, kind: field.dataset.when }) : {};
  const place = document.getElementById(field.getAttribute("aria-describedby"));
  if (!place || field.value !== words) return;
  place.textContent = answer.told || place.dataset.hint;
  field.setCustomValidity(answer.refused ? answer.told : ""); // nothing is sent until it is clear
  place.classList.toggle("field-error", Boolean(answer.refused));
  place.toggleAttribute("data-shown", Boolean(answer.told)); // a pane that is fetched again leaves it
}

/** Show the hint again in a form that was sent. */
export function forget(form) {
  for (const place of form.querySelectorAll(".understood")) {
    place.textContent = place.dataset.hint;
    place.classList.remove("field-error");
    place.removeAttribute("data-shown");
  }
}
