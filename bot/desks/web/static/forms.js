// Forms sent by script. A message to a person is delayed for a few seconds and can be undone.

import { banner, post, toast } from "./http.js";
import { showSignedOut, refresh } from "./panes.js";

const DELAY = 5000; // milliseconds
const bar = document.getElementById("outgoing");
let outgoing = null;

export function initForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("fetch" in form.dataset)) return;
    event.preventDefault();
    if ("delay" in form.dataset && bar) delay(form);
    else send(form, fieldsOf(form));
  });
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && "filters" in form.dataset) form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-undo]")) undo();
    if (event.target.closest("[data-send-anyway]")) sendAnyway();
  });
  addEventListener("pagehide", () => outgoing && !outgoing.checks && sendNow(true)); // with failed checks the draft is kept
}

function fieldsOf(form) {
  return [...new FormData(form)];
}

async function send(form, fields, keepalive = false) {
  const button = form.querySelector("button");
  if (button) button.disabled = true;
  document.body.toggleAttribute("data-sending", true); // panes wait for the answer before they reload
  const answer = await post(form.action, fields, keepalive);
  const goes = Boolean(answer.go) && ("go" in form.dataset || answer.go.includes("/step-up"));
  document.body.toggleAttribute("data-sending", goes);
  if (button) button.disabled = false;
  if (answer.signedOut || answer.offline) {
    if (answer.signedOut) showSignedOut();
    else banner("offline", true);
    return { isSent: false };
  }
  if (answer.checks) return { isSent: false, ...answer };
  if (answer.pause) document.getElementById("break-offer").hidden = false;
  if (answer.told) toast(answer.told, answer.refused);
  if (!answer.refused) clear(form);
  if (goes) location.assign(answer.go);
  else refresh();
  return { isSent: !answer.refused };
}

function clear(form) {
  for (const field of form.querySelectorAll("textarea")) field.value = "";
  for (const field of form.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox])")) field.value = field.defaultValue;
  for (const field of form.querySelectorAll("select")) {
    if (field.options[0]?.value === "") field.value = ""; // no choice carries over to the next form
  }
  form.closest("details.more")?.removeAttribute("open");
}

/** Delay a message, so that it can be undone. */
function delay(form) {
  if (outgoing?.checks) {
    bar.querySelector("[data-send-anyway]").focus(); // an open question comes first
    return;
  }
  if (outgoing) sendNow();
  const field = form.querySelector("textarea"); // a phrase has none
  const words = field?.value ?? form.querySelector("p").textContent;
  outgoing = { form, fields: fieldsOf(form), words, field };
  show(words, "");
  if (form.dataset.closeDialog) document.getElementById(form.dataset.closeDialog).close();
  if (field) field.value = "";
  field?.focus();
  outgoing.timer = setTimeout(sendNow, DELAY);
  if (form.dataset.check) check(outgoing);
}

/** Show the delayed message; with a question it waits for the answer. */
function show(words, question) {
  bar.querySelector(".outgoing-text").textContent = words;
  bar.querySelector(".outgoing-question").textContent = question;
  bar.querySelector(".outgoing-question").hidden = !question;
  bar.querySelector(".outgoing-when").hidden = Boolean(question);
  bar.querySelector("[data-send-anyway]").hidden = !question;
  bar.hidden = false;
}

async function check(mine) {
  const answer = await post(mine.form.dataset.check, { words: mine.words });
  if (outgoing === mine && answer.checks) ask(answer);
}

function ask({ checks, told }) {
  clearTimeout(outgoing.timer);
  outgoing.checks = checks;
  show(outgoing.words, told);
}

function sendAnyway() {
  if (!outgoing?.checks) return;
  const confirmed = outgoing.fields.filter(([name]) => name === "sure").map(([, value]) => value);
  outgoing.fields = outgoing.fields.filter(([name]) => name !== "sure");
  outgoing.fields.push(["sure", [...confirmed, outgoing.checks].join(" ")]);
  sendNow();
}

async function sendNow(keepalive = false) {
  const mine = outgoing;
  const { form, fields, words, field, timer } = mine;
  clearTimeout(timer);
  outgoing = null;
  bar.hidden = true;
  const typed = field?.value;
  const answer = await send(form, fields, keepalive === true);
  if (answer.checks && !outgoing) {
    outgoing = mine;
    ask(answer);
    return;
  }
  if (!field) return;
  const now = document.getElementById(field.id) ?? field;
  if (!answer.isSent) now.value = [words, typed].filter(Boolean).join("\n");
  else if (typed) now.value = typed;
}

export function undo() {
  if (!outgoing) return false;
  clearTimeout(outgoing.timer);
  const { words, field } = outgoing;
  outgoing = null;
  bar.hidden = true;
  if (!field) return true;
  field.value = [words, field.value].filter(Boolean).join("\n");
  field.focus();
  return true;
}
