// Forms that stay on the page; words to a person wait a few seconds before they leave.

import { banner, post, toast } from "./wire.js";
import { isOver, renew } from "./panes.js";

const WAITS = 5000;
const leaving = document.getElementById("leaving");
let held = null;

export function takeForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("fetch" in form.dataset)) return;
    event.preventDefault();
    if ("hold" in form.dataset && leaving) hold(form);
    else send(form, fieldsOf(form));
  });
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && "filters" in form.dataset) form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-undo]")) undo();
  });
  addEventListener("pagehide", () => held && letGo(true));
}

function fieldsOf(form) {
  return [...new FormData(form)];
}

async function send(form, fields, keepalive = false) {
  const button = form.querySelector("button");
  if (button) button.disabled = true;
  const answer = await post(form.action, fields, keepalive);
  if (button) button.disabled = false;
  if (answer.over || answer.lost) {
    if (answer.over) isOver();
    else banner("offline", true);
    return false;
  }
  if (answer.pause) document.getElementById("pause").hidden = false;
  if (answer.told) toast(answer.told, answer.refused);
  if (answer.go && ("go" in form.dataset || answer.go.includes("/prove"))) location.assign(answer.go);
  if (!answer.refused) clear(form);
  renew();
  return !answer.refused;
}

function clear(form) {
  for (const field of form.querySelectorAll("textarea")) field.value = "";
  for (const field of form.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox])")) field.value = field.defaultValue;
  form.closest("details.more")?.removeAttribute("open");
}

/** Keep words back for a moment: they can be called back until they leave. */
function hold(form) {
  if (held) letGo();
  const field = form.querySelector("textarea"); // a sentence of the phrasebook has none
  const words = field?.value ?? form.querySelector("p").textContent;
  held = { form, fields: fieldsOf(form), words, field };
  leaving.querySelector(".leaving-words").textContent = words;
  leaving.hidden = false;
  if (form.dataset.closes) document.getElementById(form.dataset.closes).close();
  if (field) field.value = "";
  field?.focus();
  held.timer = setTimeout(letGo, WAITS);
}

async function letGo(keepalive = false) {
  const { form, fields, words, field, timer } = held;
  clearTimeout(timer);
  held = null;
  leaving.hidden = true;
  const typed = field?.value;
  const went = await send(form, fields, keepalive === true);
  if (!field) return;
  const now = document.getElementById(field.id) ?? field;
  if (!went) now.value = [words, typed].filter(Boolean).join("\n");
  else if (typed) now.value = typed;
}

export function undo() {
  if (!held) return false;
  clearTimeout(held.timer);
  const { words, field } = held;
  held = null;
  leaving.hidden = true;
  if (!field) return true;
  field.value = [words, field.value].filter(Boolean).join("\n");
  field.focus();
  return true;
}
