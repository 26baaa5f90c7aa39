// Messages to a person, and taking over their chat: delayed for a few seconds, so that they can be
// undone; then sent one after the other, and shown until they stand in the conversation. A page that
// is left hands over what waits: the desk sends it at its moment, and other pages can undo it.

import { clear, fieldsOf, sameNonce, send } from "./forms.js";
import { canLeave, newNonce, post, toast } from "./http.js";
import { dropKeptFile, giveFileBack } from "./attach.js";
import { tellTabs, tellTabsGone } from "./delayed.js";
import { putBack } from "./drafts.js";
import { isGone, onLeaving, showKept } from "./moved.js";
import { refresh } from "./panes.js";
import { countWords } from "./word_counts.js";

const DELAY = 5000; // milliseconds
const outgoingBar = document.getElementById("outgoing");
const line = document.getElementById("sending");
let waiting = null; // what can still be undone
let unanswered = null; // what may have arrived, although no answer came
let last = Promise.resolve(); // of what is being sent
let taking = null; // the same, while the chat is being taken over

export function initOutgoing() {
  if (!outgoingBar) return;
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-undo]")) undo();
    if (event.target.closest("[data-send-anyway]")) sendAnyway();
  });
  document.getElementById("messages").addEventListener("renewed", removeShown);
  document.addEventListener("renewed", ({ target }) => takeBack(target.querySelector("#returned")));
  document.addEventListener("renewed", stopUnclaimed);
  onLeaving(undo);
  // With failed checks the draft is kept; a file is too large to leave with the page.
  addEventListener("pagehide", () => canHandOver() && handOver());
  addEventListener("beforeunload", (event) => waiting && !waiting.checks && !canHandOver() && event.preventDefault());
  document.addEventListener("submit", signOutLater, true);
}

/** Whether what waits can leave with the page. */
function canHandOver() {
  return Boolean(waiting) && !waiting.checks && !waiting.file && canLeave(waiting.fields);
}

/** Leave what waits to the desk, with the time that is left for undoing it. */
function handOver() {
  const mine = take();
  const left = Math.max(0, mine.until - Date.now());
  return post(mine.form.action, [...mine.fields, ["delay", String(left)]], true);
}

/** Hand over what waits before the session ends: afterwards the desk would refuse it. */
async function signOutLater(event) {
  const form = event.target;
  if (!canHandOver() || !form.matches("form[action$='/signout']")) return;
  event.preventDefault();
  await handOver();
  form.submit();
}

/** Whether the case waits in the queue: it was returned in another tab, or by a colleague. */
const isUnclaimed = () => document.getElementById("claim-first") !== null;

/** Send no words about a case that was returned meanwhile: say so, and give them back. */
async function stopUnclaimed() {
  if (!waiting?.field || !isUnclaimed()) return;
  toast(outgoingBar.dataset.claimFirst, true);
  await giveBack(take());
  refresh("case"); // with the words that were kept
}

/** Delay what a form sends, so that it can be undone. */
export function delay(form) {
  if (waiting?.checks) {
    outgoingBar.querySelector("[data-send-anyway]").focus(); // an open question comes first
    return;
  }
  const field = form.querySelector("textarea"); // a phrase or a button has none
  if (field && isUnclaimed()) {
    toast(outgoingBar.dataset.claimFirst, true); // they stay in the field
    return;
  }
  if (waiting && !field && waiting.form.action === form.action && !form.querySelector("p")) return; // pressed twice
  if (waiting) sendNow();
  const file = form.querySelector("input[type=file]")?.files[0];
  const words = field?.value ?? form.elements.place?.value ?? (form.querySelector("p") ?? form.querySelector("button")).textContent;
  const isAgain = unanswered?.words === words && unanswered.file === file && unanswered.form.action === form.action;
  const fields = isAgain ? sameNonce(fieldsOf(form), unanswered.fields) : fieldsOf(form);
  waiting = { form, fields, words, field, file, when: form.dataset.delay, until: Date.now() + DELAY, id: newNonce() };
  tellTabs(waiting.id, field || file || !waiting.when ? "" : words, waiting.until, undo);
  showOutgoing("");
  if (form.dataset.closeDialog) document.getElementById(form.dataset.closeDialog).close();
  if (field) field.value = "";
  if (field?.dataset.most) countWords(field);
  if (file || form.elements.place) form.closest("details").open = false;
  if (file) form.reset();
  if (file) dropKeptFile();
  field?.focus();
  waiting.timer = setTimeout(sendNow, DELAY);
  if (form.dataset.check) check(waiting);
}

/** Return what was typed and not sent; empty for nothing. What waits is sent: it goes out first. */
export function unsentWords() {
  const typed = [...document.querySelectorAll("main [data-draft]")].map((it) => it.value.trim());
  return typed.filter(Boolean).join("\n");
}

/** Show what is delayed; with a question it waits for the answer. */
function showOutgoing(question) {
  const when = outgoingBar.querySelector(".outgoing-when");
  outgoingBar.querySelector(".outgoing-text").textContent = describe(waiting);
  outgoingBar.querySelector(".outgoing-question").textContent = question;
  outgoingBar.querySelector(".outgoing-question").hidden = !question;
  when.textContent = waiting.when || when.dataset.message;
  when.hidden = Boolean(question);
  outgoingBar.querySelector("[data-send-anyway]").hidden = !question;
  outgoingBar.hidden = false;
}

function describe({ file, words }) {
  return [file?.name, words].filter(Boolean).join(" · ");
}

async function check(mine) {
  const answer = await post(mine.form.dataset.check, { words: mine.words });
  if (waiting === mine && answer.checks) ask(answer);
}

function ask({ checks, told }) {
  clearTimeout(waiting.timer);
  waiting.checks = checks;
  showOutgoing(told);
}

function sendAnyway() {
  if (!waiting?.checks) return;
  const confirmed = waiting.fields.filter(([name]) => name === "sure").map(([, value]) => value);
  waiting.fields = waiting.fields.filter(([name]) => name !== "sure");
  waiting.fields.push(["sure", [...confirmed, waiting.checks].join(" ")]);
  sendNow();
}

/** End the time for undoing; return what was delayed. */
function take() {
  const mine = waiting;
  clearTimeout(mine.timer);
  tellTabsGone(mine.id);
  waiting = null;
  outgoingBar.hidden = true;
  return mine;
}

/** Send what was delayed, after what is being sent: people read messages in the order of writing. */
function sendNow() {
  const mine = take();
  const shown = addLine(describe(mine));
  last = last.then(() => deliver(mine, shown));
  if (isTakeOver(mine)) taking = last.finally(() => (taking = null));
}

const isTakeOver = (it) => Boolean(it?.form.action.endsWith("/do/take_over"));

/**
 * Send what waits before another form about the same chat: the person reads both in the order in
 * which they were pressed. Returns false if it did not go: then the form must not overtake it.
 */
export async function lettersGone(form) {
  const verb = form.action.match(/\/do\/(\w+)$/)?.[1];
  if (!outgoingBar || !outgoingBar.dataset.first.split(" ").includes(verb)) return true;
  if (waiting?.checks) {
    outgoingBar.querySelector("[data-send-anyway]").focus(); // an open question comes first
    return false;
  }
  if (waiting) sendNow();
  const answer = await last;
  return !answer || answer.isSent || Boolean(answer.isStored);
}

/** Whether taking over can still be undone, or is being sent. */
export function isTakingOver() {
  return taking !== null || isTakeOver(waiting);
}

/** Let taking over wait no longer; return how it was answered. */
export function takeOverNow() {
  if (isTakeOver(waiting)) sendNow();
  return taking;
}

async function deliver(mine, shown) {
  const answer = await send(mine.form, mine.fields);
  unanswered = answer.isOffline ? mine : null;
  if (answer.isStored) {
    shown.setAttribute("data-stored", "");
    shown.querySelector("span").replaceChildren(line.dataset.stored);
    return answer;
  }
  if (answer.isSent) {
    if (!mine.field) clear(mine.form); // the composer was cleared before, and has newer words now
    await answer.shown;
  }
  shown.remove();
  if (answer.checks && !waiting) {
    waiting = mine;
    ask(answer);
  } else if (!answer.isSent) giveBack(mine);
  return answer;
}

function addLine(words) {
  const row = document.createElement("p");
  const label = document.createElement("span");
  label.className = "quiet";
  label.textContent = line.dataset.sending;
  row.append(label, " ", words);
  line.append(row);
  return row;
}

/** Remove what was stored and stands in the conversation by now. */
function removeShown() {
  const said = new Set([...document.querySelectorAll(".message.caseworker .text")].map((it) => it.textContent.trim()));
  for (const row of line.querySelectorAll("[data-stored]")) {
    if (said.has(row.lastChild.textContent.trim())) row.remove();
  }
}

/** Put words into the composer that were stored, and refused later. */
function takeBack(notice) {
  if (!notice) return;
  for (const [kind, words] of Object.entries(JSON.parse(notice.dataset.words))) {
    const field = document.getElementById(`${kind}-words`);
    if (field && !field.value.includes(words)) putBack(field, words);
    for (const row of line.querySelectorAll("[data-stored]")) {
      if (words.includes(row.lastChild.textContent.trim())) row.remove();
    }
  }
  toast(notice.textContent, true);
}

export function undo() {
  if (!waiting) return false;
  const mine = take();
  giveBack(mine);
  (document.getElementById(mine.field?.id) ?? mine.field)?.focus();
  return true;
}

/** Put words back into the composer, before what was written since. */
function giveBack({ form, words, field, file }) {
  if (file) giveFileBack(file);
  if (form.elements.place) form.closest("details").open = true; // with what was refused
  if (!field) return Promise.resolve();
  const saved = putBack(document.getElementById(field.id) ?? field, words);
  if (isGone()) showKept();
  return saved;
}
