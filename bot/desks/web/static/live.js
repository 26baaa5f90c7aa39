// Hearing that something changed. A stream has names and no words: panes are fetched then.

import { somethingWaits } from "./alerts.js";
import { banner, post, root } from "./wire.js";
import { isOver, renew } from "./panes.js";

const EVERY_MINUTE = 60000;
const AGAIN = [2000, 5000, 15000, 30000];
let here = 0;
let tries = 0;
let wasLost = false;

export function listen() {
  begin();
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, sign, { passive: true });
  addEventListener("offline", () => lost("offline"));
  addEventListener("online", () => wasLost && lost("again"));
  setInterval(() => renew("queue"), EVERY_MINUTE); // spans in words go on while nothing happens
}

function begin() {
  const shown = location.pathname.match(/\/cases\/([A-Z0-9]+)$/);
  const stream = new EventSource(`${root}/stream${shown ? `?case=${shown[1]}` : ""}`);
  stream.addEventListener("here", back);
  stream.addEventListener("error", () => {
    lost(navigator.onLine ? "again" : "offline");
    if (stream.readyState === EventSource.CLOSED) refused(); // else the browser tries by itself
  });
  for (const event of ["queue", "case", "heard", "waits"]) stream.addEventListener(event, () => renew(event));
  stream.addEventListener("waits", somethingWaits);
  stream.addEventListener("all", () => renew());
  stream.addEventListener("ended", () => {
    stream.close();
    renew(); // whoever is signed in may not see this case any more, and hears it from its panes
    // Where a second factor was shown again, the session goes on, and so does this page.
    post(`${root}/here`, {}).then((answer) => (answer.over ? over() : begin()));
  });
}

function back() {
  only("");
  tries = 0;
  if (wasLost) renew();
  wasLost = false;
}

function lost(how) {
  wasLost = true;
  only(how);
}

/** The desk answered, and gave no stream: too many are open, or nobody is signed in any more. */
async function refused() {
  const answer = await post(`${root}/here`, {});
  if (answer.over) {
    over();
    return;
  }
  if (!answer.lost) only("still");
  setTimeout(begin, AGAIN[Math.min(tries, AGAIN.length - 1)]);
  tries += 1;
}

function over() {
  only("over");
  isOver();
}

/** Show one banner, or none. */
function only(name) {
  for (const each of ["offline", "again", "still", "over"]) banner(each, each === name);
}

/** Say at most once a minute that somebody is here: a session ends when nobody is. */
function sign() {
  if (Date.now() - here < EVERY_MINUTE) return;
  here = Date.now();
  post(`${root}/here`, {}).then((answer) => answer.over && over());
}
