// Forms sent by script: their answers are shown, and the panes they concern are fetched again.

import { leaveTo } from "./back.js";
import { saveDrafts, stopSaving } from "./drafts.js";
import { banner, newNonce, post, toast } from "./http.js";
import { leaveCase } from "./moved.js";
import { askBeforeSending, delay, lettersGone, unsentWords } from "./outgoing.js";
import { showSignedOut, refresh } from "./panes.js";
import { forget } from "./typed_times.js";
import { countWords } from "./word_counts.js";

const askedAbout = new WeakMap(); // unsent words, by the form that would leave them behind
const unansweredForms = new WeakMap(); // fields of forms that may have arrived, although no answer came

/** Return fields with the nonce of others: sent again unchanged, they are still one form. */
export function sameNonce(fields, others) {
  const nonce = others.find(([name]) => name === "nonce");
  return [...fields.filter(([name]) => name !== "nonce"), nonce];
}

export function initForms() {
  goOn(document.querySelector("form[data-goes-on]"));
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("fetch" in form.dataset)) return;
    event.preventDefault();
    if ("delay" in form.dataset && document.getElementById("outgoing")) delay(form);
    else sendForm(form, event.submitter);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && "filters" in form.dataset) form.requestSubmit();
  });
}

/** Send what a second factor interrupted: the answer is a file, and the page stays. */
function goOn(form) {
  if (!form) return;
  form.submit();
  form.hidden = true;
  toast(form.querySelector("span").textContent);
}

/** Return the fields of a form, with a new nonce: the page may send many forms like this one. */
export function fieldsOf(form, submitter = null) {
  const fields = new FormData(form, submitter);
  fields.set("nonce", newNonce());
  return [...fields];
}

/** Ask once before a case is left with words that were not sent; returns whether it was asked. */
function asksAboutWords(form) {
  const words = form.dataset.leaves ? unsentWords() : "";
  if (!words || askedAbout.get(form) === words) return false;
  askedAbout.set(form, words);
  tellResult(form, { told: form.dataset.leaves, refused: true });
  return true;
}

/** Send a form; `sure` names the checks that the caseworker has answered with *Send anyway*. */
async function sendForm(form, submitter, sure = "") {
  if (asksAboutWords(form)) return;
  const button = submitter ?? form.querySelector("button");
  const had = document.activeElement; // a disabled button loses the focus
  const given = fieldsOf(form, submitter); // before its button is disabled: a disabled one says nothing
  if (sure) given.push(["sure", sure]);
  if (button) button.disabled = true;
  if (!(await lettersGone(form))) {
    if (button) button.disabled = false;
    return;
  }
  const fields = unansweredForms.get(form) ?? given;
  stopSaving(form);
  const answer = await send(form, sameNonce(given, fields));
  const { isSent, isOffline } = answer;
  if (isOffline) unansweredForms.set(form, fields);
  else unansweredForms.delete(form);
  if (button) button.disabled = false;
  if (isSent) {
    clear(form);
    form.dispatchEvent(new CustomEvent("sent", { bubbles: true }));
  } else if (answer.checks) {
    askBeforeSending(form, answer, (confirmed) => sendForm(form, submitter, confirmed));
  } else if (had === button) button.focus();
  saveDrafts(form); // without what was sent; with all of it, if it was not
}

/** Send the fields of a form; returns `isSent`, `isStored` (not carried out yet) and `checks`. */
export async function send(form, fields) {
  document.body.toggleAttribute("data-sending", true); // panes wait for the answer before they reload
  const answer = await post(form.action, fields);
  const goes = Boolean(answer.go) && ("go" in form.dataset || answer.go.includes("/step-up"));
  document.body.toggleAttribute("data-sending", goes);
  if (answer.signedOut) showSignedOut();
  if (answer.offline) banner("offline", true);
  if (answer.gone) await leaveCase();
  if (answer.offline) return { isSent: false, isOffline: true };
  if (answer.signedOut || answer.gone) return { isSent: false };
  if (answer.checks) return { isSent: false, ...answer };
  if (answer.pause) document.getElementById("break-offer").hidden = false;
  tellResult(form, answer);
  if (goes) leaveTo(answer.go);
  const shown = goes ? null : refresh();
  return { isSent: !answer.refused, isStored: Boolean(answer.stored), shown };
}

/** Say what came of a form: a refusal next to its fields where there is a place for it. */
function tellResult(form, { told = "", refused = false }) {
  const error = form.isConnected ? form.querySelector("[data-error]") : null; // else no one reads it
  if (error) error.textContent = refused ? told : "";
  error?.toggleAttribute("data-shown", Boolean(refused)); // a pane that is fetched again leaves it
  if (told && !(error && refused)) toast(told, refused);
}

/** Clear a form that was sent. */
export function clear(form) {
  for (const field of form.querySelectorAll("textarea")) field.value = "";
  form.querySelectorAll("[data-most]").forEach(countWords);
  for (const field of form.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox])")) field.value = field.defaultValue;
  forget(form);
  for (const field of form.querySelectorAll("select")) {
    if (field.options[0]?.value === "") field.value = ""; // no choice carries over to the next form
  }
  for (const it of [form.closest("details.more"), form.closest("details.menu")]) it?.removeAttribute("open");
}
