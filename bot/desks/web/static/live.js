// Hearing that something changed. A stream has names and no words: panes are fetched then.

import { banner, post, root } from "./wire.js";
import { renew } from "./panes.js";

const EVERY_MINUTE = 60000;
const title = document.title;
let heard = 0;
let here = 0;

export function listen() {
  const shown = location.pathname.match(/\/cases\/([A-Z0-9]+)$/);
  const stream = new EventSource(`${root}/stream${shown ? `?case=${shown[1]}` : ""}`);
  let wasLost = false;
  stream.addEventListener("here", () => {
    banner("offline", false);
    if (wasLost) renew();
    wasLost = false;
  });
  stream.addEventListener("error", () => {
    wasLost = true;
    banner("offline", true);
  });
  for (const event of ["queue", "case"]) stream.addEventListener(event, () => renew(event));
  stream.addEventListener("heard", () => {
    renew("heard");
    badge(1);
  });
  stream.addEventListener("all", () => renew());
  stream.addEventListener("ended", () => {
    stream.close();
    banner("offline", false);
    banner("over", true);
  });
  document.addEventListener("visibilitychange", () => badge(0));
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, sign, { passive: true });
  setInterval(() => renew("queue"), EVERY_MINUTE); // spans in words go on while nothing happens
}

/** Count in the tab's name what came while nobody looked. */
function badge(more) {
  heard = document.hidden ? heard + more : 0;
  document.title = heard ? `(${heard}) ${title}` : title;
}

/** Say at most once a minute that somebody is here: a session ends when nobody is. */
function sign() {
  if (Date.now() - here < EVERY_MINUTE) return;
  here = Date.now();
  post(`${root}/here`, {}).then((answer) => answer.over && banner("over", true));
}
