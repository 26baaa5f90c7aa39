// The timeline of a case. The page opens with the latest messages; then it fetches only what is new,
// and earlier messages when they are wanted. Each entry says its place, so parts fit together.

import { fetchPane, post } from "./http.js";
import { morph } from "./morph.js";
import { mayBeLost, refresh } from "./panes.js";

const LOOK_DELAY = 1500; // milliseconds a new entry has to be in front of the caseworker
const MAX_UNSETTLED = 40;
const FILE_DELAY = 3000; // milliseconds after which a file that is on its way is looked for
const MAX_LOOKS = 20;
let lookTimer = 0;
let fileTimer = 0;
let fileLooks = 0;
let reportedUntil = 0;

/** Return the address of a pane; of a timeline that is shown, that of what is new in it. */
export function addressOf(pane) {
  const cursor = cursorOf(pane);
  if (!cursor) return pane.dataset.pane;
  const unsettled = [...pane.querySelectorAll("[data-unsettled]")].slice(-MAX_UNSETTLED);
  const asked = new URLSearchParams({ after: cursor.dataset.after, looked: cursor.dataset.looked });
  if (unsettled.length) asked.set("unsettled", unsettled.map((it) => it.id.replace("message-", "")).join());
  return `${pane.dataset.pane}?${asked}`;
}

/** Whether what was fetched is an addition to the timeline of this pane. */
export function isAddition(pane, fresh) {
  const cursor = cursorOf(fresh);
  return Boolean(cursorOf(pane) && cursor && !("whole" in cursor.dataset));
}

/** Put fetched entries in their places; those that are there already are changed. */
export function mergeTimeline(pane, fresh) {
  for (const wanted of [...fresh.children]) {
    if (!wanted.id) continue;
    let entry = document.getElementById(wanted.id);
    if (entry) {
      const isMoved = entry.dataset.order !== wanted.dataset.order;
      morph(entry, wanted);
      if (!isMoved) continue;
      entry.remove();
    } else {
      entry = document.importNode(wanted, true);
    }
    pane.insertBefore(entry, placeOf(pane, entry.dataset.order));
  }
}

/** What follows once a timeline was drawn. */
export function timelineDrawn(pane) {
  if (pane.dataset.timeline === undefined) return;
  lookSoon(pane);
  awaitFiles(pane);
}

/** Look again for files that are on their way: nothing else says that one has come. */
function awaitFiles(pane) {
  clearTimeout(fileTimer);
  if (!pane.querySelector("[data-coming]")) fileLooks = 0;
  else if ((fileLooks += 1) <= MAX_LOOKS) fileTimer = setTimeout(() => refresh("message"), FILE_DELAY);
}

function cursorOf(root) {
  return root.querySelector("#timeline-cursor");
}

function placeOf(pane, order) {
  let place = null; // from the end: what is new stands there
  for (let it = pane.lastElementChild; it && it.dataset.order > order; it = it.previousElementSibling) place = it;
  return place;
}

export function initTimeline() {
  const pane = document.querySelector("[data-timeline]");
  if (!pane) return;
  document.addEventListener("click", (event) => {
    const earlier = event.target.closest("[data-earlier]");
    if (earlier) showEarlier(pane, earlier);
    const answer = event.target.closest("[data-answer]");
    if (answer) useAsAnswer(answer.dataset.answer);
    const point = event.target.closest("[data-copy]");
    if (point) copy(point);
  });
  startTimeline(pane);
  document.addEventListener("visibilitychange", () => lookSoon(pane));
  addEventListener("focus", () => lookSoon(pane));
  timelineDrawn(pane);
}

/** Begin at what is new; a case with nothing but its report begins at the top. */
function startTimeline(pane) {
  const line = document.getElementById("new-since");
  if (line) pane.scrollTop = line.offsetTop - pane.offsetTop - 60;
  else if (!pane.querySelector(".message")) pane.scrollTop = 0;
}

async function showEarlier(pane, button) {
  button.disabled = true;
  const asked = new URLSearchParams({ before: button.dataset.earlier, looked: cursorOf(pane).dataset.looked });
  const { status, page } = await fetchPane(`${pane.dataset.pane}?${asked}`);
  button.disabled = false;
  if (status !== 200 || !page?.body) return;
  const height = pane.scrollHeight - pane.scrollTop; // what is being read stays where it is
  page.body.querySelector("#timeline-cursor")?.remove();
  mergeTimeline(pane, page.body);
  pane.scrollTop = pane.scrollHeight - height;
}

/** Report up to which moment the timeline was in front of the caseworker. */
function lookSoon(pane) {
  clearTimeout(lookTimer);
  lookTimer = setTimeout(() => {
    const until = Number(cursorOf(pane)?.dataset.until ?? 0);
    if (document.hidden || !document.hasFocus() || document.body.classList.contains("idle")) return;
    if (until <= reportedUntil || mayBeLost()) return;
    reportedUntil = until;
    post(pane.dataset.pane.replace("panes/conversation", "looked"), { until });
  }, LOOK_DELAY);
}

/** Ask which question a message answers; its words are fetched as they were written. */
async function useAsAnswer(message) {
  const dialog = document.getElementById("use-answer");
  const pane = dialog.querySelector("[data-pane]");
  const { status, page } = await fetchPane(`${pane.dataset.pane}?${new URLSearchParams({ message })}`);
  if (status !== 200 || !page?.body) return;
  pane.replaceChildren(...[...page.body.childNodes].map((it) => document.importNode(it, true)));
  dialog.showModal();
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => (button.textContent = label), 2000);
}
