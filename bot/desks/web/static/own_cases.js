// The caseworker's own cases, on every page: what is new in them is said at once, without any words of
// the person, and what the caseworker has before their eyes is reported as seen.

import { callAttention, isLooking, showUnread } from "./alerts.js";
import { post, root, shownCase, toast } from "./http.js";
import { isNear, refresh } from "./panes.js";

const ownList = document.getElementById("own-cases");
const conversation = document.getElementById("messages");
let knownCases = new Map();
let reportedSeen = "";
const toldLapses = new Set();

export function initOwnCases() {
  if (!ownList) return;
  knownCases = read();
  for (const { dataset } of lapses()) toldLapses.add(dataset.lapsed);
  showOwnCases();
  ownList.addEventListener("renewed", () => {
    const now = read();
    for (const [reference, it] of now) compare(reference, knownCases.get(reference), it);
    knownCases = now;
    tellLapses();
    showOwnCases();
  });
  report();
  document.addEventListener("renewed", report);
  document.addEventListener("visibilitychange", report);
  document.addEventListener("awake", report);
  conversation?.addEventListener("scroll", report, { passive: true });
  addEventListener("focus", report);
}

const lapses = () => ownList.querySelectorAll("[data-lapsed]");

/** Say at once which claims lapsed: the case waits for others from now on. */
function tellLapses() {
  for (const { dataset, textContent } of lapses()) {
    if (toldLapses.has(dataset.lapsed)) continue;
    toldLapses.add(dataset.lapsed);
    toast(textContent, true, dataset.address);
    callAttention();
  }
}

/** Read the list: unread messages and priority of each case, by its number. */
function read() {
  const rows = [...ownList.querySelectorAll("[data-own]")];
  return new Map(rows.map(({ dataset }) => [dataset.own, { unread: Number(dataset.unread), priority: Number(dataset.priority) }]));
}

function compare(reference, before, now) {
  const said = sentenceFor(before, now);
  if (!said || (reference === shownCase && (isLooking() || !before))) return;
  const words = said.replace("{reference}", reference).replace("{priority}", `P${now.priority}`);
  toast(words, false, ownList.querySelector(`[data-own="${CSS.escape(reference)}"]`).href);
  callAttention();
}

function sentenceFor(before, now) {
  if (!before) return ownList.dataset.given;
  if (now.unread > before.unread) return ownList.dataset.new;
  return now.priority < before.priority ? ownList.dataset.raised : "";
}

function showOwnCases() {
  const unread = [...knownCases.values()].reduce((sum, it) => sum + it.unread, 0);
  showUnread(unread);
  document.querySelector('[data-tab="mine"]')?.classList.toggle("has-unread", unread > 0);
  for (const link of ownList.querySelectorAll("[data-own]")) {
    if (link.dataset.own === shownCase) link.setAttribute("aria-current", "page");
  }
}

/** Report that the end of the conversation is before the caseworker's eyes, if something is unread. */
function report() {
  const { unread } = knownCases.get(shownCase) ?? { unread: 0 };
  if (!unread || !conversation || !isLooking() || document.body.classList.contains("idle")) return;
  if (!isNear(conversation)) return;
  const numbers = [...conversation.querySelectorAll('[id^="message-"]')].map((it) => Number(it.id.slice(8)) || 0);
  const message = Math.max(0, ...numbers);
  if (reportedSeen === `${message}/${unread}`) return;
  reportedSeen = `${message}/${unread}`;
  post(`${root}/cases/${shownCase}/seen`, { message }).then(() => refresh("own"));
}
