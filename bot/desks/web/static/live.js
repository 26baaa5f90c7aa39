// Live updates. A stream carries names of events only; the panes they concern are fetched.

import { alertNow } from "./alerts.js";
import { banner, post, root } from "./http.js";
import { showSignedOut, refresh } from "./panes.js";

const MINUTE = 60000;
const RETRY_DELAYS = [2000, 5000, 15000, 30000];
const NEW_SECRET_DELAY = 1000;
let lastHeartbeat = 0;
let tries = 0;
let wasLost = false;

export function initLive() {
  connect();
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, heartbeat, { passive: true });
  addEventListener("offline", () => lost("offline"));
  addEventListener("online", () => wasLost && lost("reconnecting"));
  setInterval(() => refresh("queue"), MINUTE); // durations go on while nothing happens
}

function connect() {
  const shown = location.pathname.match(/\/cases\/([A-Z0-9]+)$/);
  const stream = new EventSource(`${root}/stream${shown ? `?case=${shown[1]}` : ""}`);
  stream.addEventListener("connected", connected);
  stream.addEventListener("error", () => {
    lost(navigator.onLine ? "reconnecting" : "offline");
    if (stream.readyState === EventSource.CLOSED) refused(); // otherwise the browser reconnects
  });
  for (const event of ["queue", "case", "message", "alert"]) stream.addEventListener(event, () => refresh(event));
  stream.addEventListener("alert", alertNow);
  stream.addEventListener("all", () => refresh());
  stream.addEventListener("ended", () => {
    stream.close();
    refresh(); // the caseworker may just have lost access to this case: then a pane answers 404
    // After a step-up the session continues under a new secret, and so does this page; the answer
    // that brings the secret may still be on its way.
    setTimeout(continueSession, NEW_SECRET_DELAY);
  });
}

async function continueSession() {
  const answer = await post(`${root}/heartbeat`, {});
  if (answer.signedOut) signedOut();
  else connect();
}

function connected() {
  showBanner("");
  tries = 0;
  if (wasLost) refresh();
  wasLost = false;
}

function lost(how) {
  wasLost = true;
  showBanner(how);
}

/** The desk refused the stream: too many are open, or the session has ended. */
async function refused() {
  const answer = await post(`${root}/heartbeat`, {});
  if (answer.signedOut) {
    signedOut();
    return;
  }
  if (!answer.offline) showBanner("paused");
  setTimeout(connect, RETRY_DELAYS[Math.min(tries, RETRY_DELAYS.length - 1)]);
  tries += 1;
}

function signedOut() {
  showBanner("signed-out");
  showSignedOut();
}

/** Show one banner, or none. */
function showBanner(name) {
  for (const each of ["offline", "reconnecting", "paused", "signed-out"]) banner(each, each === name);
}

/** Report activity at most once a minute: without any the session ends. */
function heartbeat() {
  if (Date.now() - lastHeartbeat < MINUTE) return;
  lastHeartbeat = Date.now();
  post(`${root}/heartbeat`, {}).then((answer) => answer.signedOut && signedOut());
}
