// Live updates. One page of a browser holds the connection and passes events on to the others: a
// browser opens only six connections to a host. Events are names only; what they concern is fetched.

import { alertNow } from "./alerts.js";
import { banner, fetchJson, post, renewSession, root, shownCase } from "./http.js";
import { onLeaving } from "./moved.js";
import { saveAll } from "./drafts.js";
import { isSignedOut, loseCase, refresh, showSignedIn, showSignedOut } from "./panes.js";

const MINUTE = 60000;
const RETRY_DELAYS = [1000, 2000, 5000, 15000, 30000];
const CONNECT_PATIENCE = 8000; // milliseconds until a stream without a word counts as blocked
const SILENCE = 45000; // the desk says something every 20 seconds
const MISSES = 2; // streams that did not open before requests that wait are used
const POLLS = 30; // such requests before a stream is tried again
const REGROUP = 80; // milliseconds to learn what the other pages show
const HEARTBEAT_DELAY = 1000; // the key or press may be one that ends the session
const QUIET = 3000; // while the session ends or gets a new secret, a request would be refused
const RENEWS_SESSION = "form[action$='/signout'], form[action*='/step-up'], form[data-passkey]";
const NAME = `haven-live ${root}`;
const EVENTS = ["queue", "case", "gone", "message", "own", "alert", "all", "ping"];
const STATES = ["offline", "reconnecting", "paused"];

const page = `${Date.now()}-${Math.random()}`;
const pages = new Map([[page, shownCase]]); // what each page shows, as the leader knows it
const channel = globalThis.BroadcastChannel ? new BroadcastChannel(NAME) : null;
let position = document.body.dataset.position;
let state = "";
let isLeader = false;
let isOver = false; // the session has ended
let heardAt = Date.now();
let lastHeartbeat = Date.now(); // asking for the page was activity
let quietUntil = 0;
let interrupt = () => {}; // ends the connection or the pause, so that the next begins at once

export function initLive() {
  if (channel) channel.onmessage = ({ data }) => receive(data);
  lead();
  greet();
  onLeaving(() => {
    pages.set(page, "");
    greet();
    interrupt();
  });
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, heartbeat, { passive: true });
  document.addEventListener("submit", ({ target }) => target.matches(RENEWS_SESSION) && tell({ quiet: true }), true);
  addEventListener("pagehide", () => channel?.postMessage({ bye: page }));
  addEventListener("offline", () => setState("offline"));
  addEventListener("online", () => {
    if (state) showState("reconnecting");
    interrupt();
    greet(); // the page that holds the connection may not have lost it
  });
  for (const kind of ["focus", "pageshow"]) addEventListener(kind, () => isSignedOut() && signedIn());
  setInterval(() => ["queue", "own"].forEach((event) => refresh(event)), MINUTE); // durations go on
  setInterval(watch, 5000);
}

// --- which page leads ----------------------------------------------------------------------------

/** Hold the connection once no other page does; `steal`: at once, from one that has stopped. */
function lead(steal = false) {
  if (!channel || !navigator.locks) {
    isLeader = true;
    keepConnected();
    return;
  }
  const held = navigator.locks.request(NAME, { steal }, () => {
    isLeader = true;
    channel.postMessage({ call: true });
    keepConnected();
    return new Promise(() => {}); // for as long as the page is open
  });
  held.catch(() => {
    const wasLeader = isLeader;
    isLeader = !wasLeader; // another page took over; or there are no locks, and each page has its own
    if (!wasLeader) keepConnected();
    else {
      interrupt();
      lead();
    }
  });
}

function greet() {
  channel?.postMessage({ hello: page, shows: pages.get(page) });
}

function tell(message) {
  channel?.postMessage(message);
  receive(message);
}

function receive(message) {
  if (message.hello) {
    meet(message.hello, message.shows);
    if (isSignedOut()) signedIn(); // that page has a session
  } else if (message.bye) meet(message.bye, "");
  else if (message.call) greet();
  else {
    heardAt = Date.now();
    if ("state" in message) showState(message.state);
    if (message.quiet) beQuiet();
    if (message.signedOut) signedOut();
    if (message.event) handle(message.event, message.about);
    if (message.position) moveTo(message.position, !message.event);
  }
}

/** Learn what another page shows, and tell it where the events stand. */
function meet(other, shows) {
  if (!isLeader) return;
  const before = shownCases().join();
  pages.set(other, shows);
  if (shownCases().join() !== before) setTimeout(interrupt, REGROUP);
  channel.postMessage({ state, position });
}

function shownCases() {
  return [...new Set([...pages.values()].filter(Boolean))].sort();
}

/** Notice a connection, or a leading page, that went silent. */
function watch() {
  if (isOver || Date.now() - heardAt < SILENCE) return;
  heardAt = Date.now();
  if (isLeader) interrupt();
  else if (!document.hidden && navigator.locks) lead(true);
}

// --- the connection --------------------------------------------------------------------------------

async function keepConnected() {
  await pause(REGROUP);
  let misses = 0;
  let failures = 0;
  let polls = 0;
  while (isLeader && !isOver) {
    while (Date.now() < quietUntil) await pause(quietUntil - Date.now());
    const isPolling = misses >= MISSES;
    const outcome = await (isPolling ? poll() : stream());
    if (outcome === "ended") await afterEnd();
    if (outcome === "interrupted" || outcome === "ended") continue;
    if (outcome === "heard") {
      failures = 0;
      polls += isPolling ? 1 : 0;
      if (!isPolling) setState(navigator.onLine ? "reconnecting" : "offline"); // it was lost just now
      if (polls > POLLS) misses = polls = 0;
      if (isPolling) continue;
      misses = 0;
    } else {
      misses = outcome === "blocked" ? MISSES : misses + 1;
      if (isPolling) misses = MISSES - 1; // neither way: a stream first, then a request again
      if (failures > 0) setState(outcome === "full" ? "paused" : navigator.onLine ? "reconnecting" : "offline");
      failures += 1;
    }
    await pause(RETRY_DELAYS[Math.min(failures, RETRY_DELAYS.length - 1)]);
  }
}

/** Wait; the wait can be interrupted. */
function pause(milliseconds) {
  return new Promise((done) => {
    setTimeout(done, milliseconds);
    interrupt = done;
  });
}

/** Close the connection for a moment. */
function beQuiet() {
  quietUntil = Date.now() + QUIET;
  interrupt();
}

function askedCases() {
  return shownCases().map((reference) => `&case=${reference}`).join("");
}

/** Listen to a stream until it is lost: `heard`, `missed`, `blocked`, `interrupted` or `ended`. */
function stream() {
  return new Promise((done) => {
    const source = new EventSource(`${root}/stream${askedCases().replace("&", "?")}`);
    let isConnected = false;
    const timer = setTimeout(() => end("blocked"), CONNECT_PATIENCE);
    const end = (outcome) => {
      clearTimeout(timer);
      source.close();
      done(outcome);
    };
    interrupt = () => end("interrupted");
    source.addEventListener("connected", (event) => {
      clearTimeout(timer);
      isConnected = true;
      tell({ state: "", position: event.lastEventId });
    });
    for (const event of EVENTS) {
      source.addEventListener(event, ({ data, lastEventId }) => tell({ event, about: data, position: lastEventId }));
    }
    source.addEventListener("ended", () => end("ended"));
    source.addEventListener("error", () => end(isConnected ? "heard" : "missed"));
  });
}

/** Wait for events by one request, where no stream gets through. */
async function poll() {
  const waiting = new AbortController();
  let isInterrupted = false;
  interrupt = () => {
    isInterrupted = true;
    waiting.abort();
  };
  const { status, said } = await fetchJson(`${root}/events?since=${position}${askedCases()}`, waiting.signal);
  if (isInterrupted) return "interrupted";
  if (status === 401) return "ended";
  if (status !== 200) return status === 429 ? "full" : "missed";
  tell({ state: "" });
  for (const each of said.events) {
    const [event, about = ""] = each.split(" ");
    tell({ event, about });
  }
  tell({ event: "ping", position: said.position });
  return "heard";
}

// --- what comes of it --------------------------------------------------------------------------------

function handle(event, about) {
  if (event === "ping") return;
  if (event === "gone") {
    if (about === shownCase) loseCase();
  } else if (event === "all") refresh();
  else if (about.length < 2 || about === shownCase) refresh(event);
  if (event === "alert") alertNow();
}

/** Note where the events stand; `isCheck`: fetch everything again if this page is older. */
function moveTo(newest, isCheck) {
  const [run, number] = newest.split("-");
  const [ownRun, ownNumber] = position.split("-");
  const isOlder = run !== ownRun || Number(number) > Number(ownNumber);
  if (isOlder) position = newest;
  if (isOlder && isCheck) refresh();
}

function setState(next) {
  if (isLeader) tell({ state: next });
  else if (next === "offline") showState(next); // this page knows first
}

function showState(next) {
  if (state && !next) refresh(); // events were missed meanwhile
  state = next;
  for (const each of STATES) banner(each, each === next && !isSignedOut());
}

// --- the session -----------------------------------------------------------------------------------

/**
 * The stream has ended. After a step-up the session continues under a new secret, and so does this
 * page; the answer that brings the secret may still be on its way.
 */
async function afterEnd() {
  await pause(RETRY_DELAYS[0]);
  await reportActivity();
}

function signedOut() {
  isOver = true;
  showState("");
  showSignedOut();
}

/** Go on after a sign-in in another tab, if there was one. */
async function signedIn() {
  if (!(await renewSession()) || !isSignedOut()) return;
  const wasOver = isOver;
  isOver = false;
  heardAt = Date.now();
  showSignedIn();
  saveAll(); // what could not be saved while no one was signed in
  refresh();
  if (isLeader && wasOver) keepConnected();
}

/** Report activity at most once a minute: without any the session ends. */
function heartbeat() {
  if (Date.now() - lastHeartbeat < MINUTE) return;
  lastHeartbeat = Date.now();
  setTimeout(reportActivity, HEARTBEAT_DELAY);
}

async function reportActivity() {
  if (Date.now() < quietUntil) return;
  const answer = await post(`${root}/heartbeat`, {});
  if (answer.signedOut) tell({ signedOut: true });
}
