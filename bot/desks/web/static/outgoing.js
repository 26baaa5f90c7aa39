// Messages to a person, and taking over their chat: delayed for a few seconds, so that they can be
// undone; then sent one after the other, and shown until they stand in the conversation. A page that
// is left hands over what waits: the desk sends it at its moment, and other pages can undo it.

import { clear, fieldsOf, sameNonce, send } from "./forms.js";
import { canLeave, newNonce, post, toast } from "./http.js";
import { dropKeptFile, giveFileBack } from "./attach.js";
import { tellTabs, tellTabsGone } from "./delayed.js";
import { isAnyUnsaved, putBack, saveAll, saveDrafts, stopSaving } from "./drafts.js";
import { isGone, onLeaving, showKept } from "./moved.js";
import { refresh } from "./panes.js";
import { countWords } from "./word_counts.js";

const DELAY = 5000; // milliseconds
const outgoingBar = document.getElementById("outgoing");
const line = document.getElementById("sending");
let waiting = null; // what can still be undone
let asked = null; // what is sent only if the caseworker says so; its words are in their field until then
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
  document.addEventListener("input", ({ target }) => isAskedFor(target) && !target.value.trim() && endQuestion());
  onLeaving(undo);
  addEventListener("pagehide", () => canHandOver() && handOver()); // before drafts are saved: it says what they are
  addEventListener("beforeunload", (event) => isLostOnLeaving() && event.preventDefault());
  document.addEventListener("submit", signOutLater, true);
}

/** Whether what waits can leave with the page. */
function canHandOver() {
  return Boolean(waiting) && !waiting.file && canLeave([...waiting.fields, ...typedSince(waiting)]);
}

/** Whether something is lost with the page: a file is too large to leave with it, and no draft. */
function isLostOnLeaving() {
  return waiting ? !canHandOver() : Boolean(asked) && asked.field?.dataset.draft === undefined;
}

/** Return what was typed since in the field that words came from, as a field of their form. */
function typedSince({ field }) {
  const now = document.getElementById(field?.id) ?? field;
  return now?.dataset.draft ? [["typed", now.value]] : [];
}

/** Leave what waits to the desk, with the time that is left for undoing it. */
function handOver() {
  const mine = take();
  const left = Math.max(0, mine.until - Date.now());
  stopSaving(liveForm(mine.form)); // one form says both, so that neither takes the place of the other
  return post(mine.form.action, [...mine.fields, ...typedSince(mine), ["delay", String(left)]], true);
}

/** Hand over what waits before the session ends: afterwards the desk would refuse it. */
async function signOutLater(event) {
  const form = event.target;
  if (!form.matches("form[action$='/signout']") || !(canHandOver() || isAnyUnsaved())) return;
  event.preventDefault();
  if (canHandOver()) await handOver();
  await saveAll();
  form.submit();
}

/** Return the form of the page that stands for one of an earlier state of its pane. */
const liveForm = (form) => document.getElementById(form.id) ?? form;

/** Whether the case waits in the queue: it was returned in another tab, or by a colleague. */
const isUnclaimed = () => document.getElementById("claim-first") !== null;

/** Send no words about a case that was returned meanwhile: say so, and give them back. */
async function stopUnclaimed() {
  if (!(waiting?.field || asked?.field) || !isUnclaimed()) return;
  toast(outgoingBar.dataset.claimFirst, true);
  endQuestion();
  if (waiting) await giveBack(take());
  refresh("case"); // with the words that were kept
}

/** Delay what a form sends, so that it can be undone. */
export function delay(form) {
  if (isOtherAsked(form) || isStillAsked(form)) {
    outgoingBar.querySelector("[data-send-anyway]").focus(); // an open question comes first
    saveDrafts(form);
    return;
  }
  endQuestion(); // its words were changed: they are checked as they are now
  const field = form.querySelector("textarea"); // a phrase or a button has none
  if (field && isUnclaimed()) {
    toast(outgoingBar.dataset.claimFirst, true); // they stay in the field
    return;
  }
  if (waiting && !field && waiting.form.action === form.action && !form.querySelector("p")) return; // pressed twice
  if (waiting) sendNow();
  begin(form);
  field?.focus();
  waiting.timer = setTimeout(sendNow, DELAY);
  if (form.dataset.check) check(waiting);
}

/** Whether a question about another form is open. */
const isOtherAsked = (form) => asked !== null && liveForm(asked.form) !== form;

/** Whether a form still holds the words that the open question is about, alone or with others. */
const isStillAsked = (form) => Boolean(asked?.field) && form.querySelector("textarea").value.includes(asked.words);

/** Take out of a form what is to be sent. */
function begin(form) {
  const field = form.querySelector("textarea");
  const file = form.querySelector("input[type=file]")?.files[0];
  const words = field?.value ?? form.elements.place?.value ?? (form.querySelector("p") ?? form.querySelector("button")).textContent;
  const isAgain = unanswered?.words === words && unanswered.file === file && unanswered.form.action === form.action;
  const fields = isAgain ? sameNonce(fieldsOf(form), unanswered.fields) : fieldsOf(form);
  waiting = { form, fields, words, field, file, when: form.dataset.delay, until: Date.now() + DELAY, id: newNonce() };
  tellTabs(waiting.id, field || file || !waiting.when ? "" : words, waiting.until, undo);
  stopSaving(form);
  showOutgoing();
  if (form.dataset.closeDialog) document.getElementById(form.dataset.closeDialog).close();
  if (field) field.value = "";
  if (field?.dataset.most) countWords(field);
  if (file || form.elements.place) form.closest("details").open = false;
  if (file) form.reset();
  if (file) dropKeptFile();
}

/** Return what was typed and not sent; empty for nothing. What waits is sent: it goes out first. */
export function unsentWords() {
  const typed = [...document.querySelectorAll("main [data-draft]")].map((it) => it.value.trim());
  return typed.filter(Boolean).join("\n");
}

/** Show what is delayed, or the open question: what that is about stands in its field. */
function showOutgoing() {
  const when = outgoingBar.querySelector(".outgoing-when");
  const question = outgoingBar.querySelector(".outgoing-question");
  const shown = asked ?? waiting;
  outgoingBar.querySelector(".outgoing-text").textContent = shown && (!asked?.field || asked.file) ? describe(shown) : "";
  question.textContent = asked?.told ?? "";
  question.hidden = !asked;
  when.textContent = waiting?.when || when.dataset.message;
  when.hidden = Boolean(asked);
  outgoingBar.querySelector("[data-send-anyway]").hidden = !asked;
  outgoingBar.hidden = !shown;
}

function describe({ file, words }) {
  return [file?.name, words].filter(Boolean).join(" · ");
}

async function check(mine) {
  const answer = await post(mine.form.dataset.check, { words: mine.words });
  if (waiting === mine && answer.checks) giveUp(take(), answer);
}

/** Ask whether something is sent after all; its words stand in their field, and can be changed. */
function ask(question) {
  asked = question;
  if (question.file) liveForm(question.form).closest("details")?.removeAttribute("open"); // it would cover the question
  showOutgoing();
}

/** Ask about a form that was sent at once, and still holds its words. */
export function askBeforeSending(form, answer, sendAgain) {
  const field = form.querySelector("textarea");
  ask({ form, field, words: field?.value ?? "", sendAgain, ...answer });
}

function endQuestion() {
  asked = null;
  showOutgoing();
}

const isAskedFor = (field) => Boolean(asked?.field) && field === liveForm(asked.form).querySelector("textarea");

/** Send what was asked about, as its field has it now: words that were changed are checked, too. */
async function sendAnyway() {
  const mine = asked;
  if (!mine) return;
  const form = liveForm(mine.form);
  const field = mine.field && form.querySelector("textarea");
  if (field?.dataset.most && countWords(field)) field.focus(); // too long by now
  else if (!(await isAskedAnew(mine, form, field)) && asked === mine) sendConfirmed(mine, form);
}

/** Whether words that were changed since raise another question; then that is asked. */
async function isAskedAnew(mine, form, field) {
  const words = field?.value;
  if (!field || words === mine.words || !form.dataset.check) return false;
  const answer = await post(form.dataset.check, { words });
  if (asked !== mine || !answer.checks || answer.told === mine.told) return false;
  ask({ ...mine, ...answer, words, checks: `${mine.checks} ${answer.checks}` });
  return true;
}

function sendConfirmed(mine, form) {
  endQuestion();
  if (mine.sendAgain) {
    mine.sendAgain(mine.checks);
    return;
  }
  if (waiting) sendNow();
  begin(form);
  if (!mine.field) waiting.fields = sameNonce(mine.fields, waiting.fields); // its form may show another by now
  waiting.fields.push(["sure", mine.checks]);
  waiting.sure = mine.checks;
  sendNow();
}

/** End the time for undoing; return what was delayed. */
function take() {
  const mine = waiting;
  clearTimeout(mine.timer);
  tellTabsGone(mine.id);
  waiting = null;
  showOutgoing();
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
  if (isOtherAsked(form)) {
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
    saveSince(mine);
    return answer;
  }
  if (answer.isSent) {
    saveSince(mine);
    if (!mine.field) clear(mine.form); // the composer was cleared before, and has newer words now
    await answer.shown;
  }
  shown.remove();
  if (!answer.isSent) giveUp(mine, answer);
  return answer;
}

/** Save what was typed since words were taken from their field: the draft may still hold these. */
function saveSince({ form, field }) {
  if (field?.dataset.draft) saveDrafts(liveForm(form));
}

/** Give back what is not sent, and ask where the desk asks; what was to follow must not overtake it. */
function giveUp(mine, answer) {
  if (answer.checks && waiting?.field) giveBack(take());
  giveBack(mine);
  if (answer.checks) ask({ ...mine, ...answer, checks: [mine.sure, answer.checks].filter(Boolean).join(" ") });
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
  const mine = asked ?? waiting;
  if (!mine) return false;
  if (mine.file) liveForm(mine.form).closest("details")?.setAttribute("open", "");
  if (asked) endQuestion(); // its words are in their field
  else giveBack(take());
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
