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
    if (event.target.closest("[data-sure]")) sure();
  });
  addEventListener("pagehide", () => held && !held.asks && letGo(true)); // else the desk keeps it
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
    return { went: false };
  }
  if (answer.asks) return { went: false, ...answer };
  if (answer.pause) document.getElementById("pause").hidden = false;
  if (answer.told) toast(answer.told, answer.refused);
  if (answer.go && ("go" in form.dataset || answer.go.includes("/prove"))) location.assign(answer.go);
  if (!answer.refused) clear(form);
  renew();
  return { went: !answer.refused };
}

function clear(form) {
  for (const field of form.querySelectorAll("textarea")) field.value = "";
  for (const field of form.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox])")) field.value = field.defaultValue;
  for (const field of form.querySelectorAll("select")) {
    if (field.options[0]?.value === "") field.value = ""; // chosen once, for what went
  }
  form.closest("details.more")?.removeAttribute("open");
}

/** Keep words back for a moment: they can be called back until they leave. */
function hold(form) {
  if (held?.asks) {
    leaving.querySelector("[data-sure]").focus(); // first what is asked already
    return;
  }
  if (held) letGo();
  const field = form.querySelector("textarea"); // a sentence of the phrasebook has none
  const words = field?.value ?? form.querySelector("p").textContent;
  held = { form, fields: fieldsOf(form), words, field };
  shows(words, "");
  if (form.dataset.closes) document.getElementById(form.dataset.closes).close();
  if (field) field.value = "";
  field?.focus();
  held.timer = setTimeout(letGo, WAITS);
  if (form.dataset.asks) askFirst(held);
}

/** What is about to leave; with `why` it waits until somebody says that they are sure. */
function shows(words, why) {
  leaving.querySelector(".leaving-words").textContent = words;
  leaving.querySelector(".leaving-why").textContent = why;
  leaving.querySelector(".leaving-why").hidden = !why;
  leaving.querySelector(".leaving-when").hidden = Boolean(why);
  leaving.querySelector("[data-sure]").hidden = !why;
  leaving.hidden = false;
}

async function askFirst(mine) {
  const answer = await post(mine.form.dataset.asks, { words: mine.words });
  if (held === mine && answer.asks) question(answer);
}

function question({ asks, told }) {
  clearTimeout(held.timer);
  held.asks = asks;
  shows(held.words, told);
}

function sure() {
  if (!held?.asks) return;
  const said = held.fields.filter(([name]) => name === "sure").map(([, value]) => value);
  held.fields = held.fields.filter(([name]) => name !== "sure");
  held.fields.push(["sure", [...said, held.asks].join(" ")]);
  letGo();
}

async function letGo(keepalive = false) {
  const mine = held;
  const { form, fields, words, field, timer } = mine;
  clearTimeout(timer);
  held = null;
  leaving.hidden = true;
  const typed = field?.value;
  const answer = await send(form, fields, keepalive === true);
  if (answer.asks && !held) {
    held = mine;
    question(answer);
    return;
  }
  if (!field) return;
  const now = document.getElementById(field.id) ?? field;
  if (!answer.went) now.value = [words, typed].filter(Boolean).join("\n");
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
