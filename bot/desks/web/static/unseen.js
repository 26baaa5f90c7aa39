// Nobody is there: what stands on the screen goes out of sight until somebody is back, and stays out
// of reach of the first key or touch, which nobody could have aimed.

import { isField } from "./commands.js";
import { banner } from "./wire.js";

const AFTER = 120000;
let timer = 0;
let isVeiled = false;
let swallows = false;

export function hideFromWhoeverPasses() {
  for (const kind of ["pointermove", "wheel", "focusin"]) {
    document.addEventListener(kind, seen, { passive: true, capture: true });
  }
  addEventListener("keydown", (event) => {
    if (seen() && !isField(event.target)) swallow(event);
  }, true);
  addEventListener("pointerdown", () => { swallows = seen(); }, true);
  addEventListener("click", (event) => {
    if (swallows) swallow(event);
    swallows = false;
  }, true);
  document.addEventListener("visibilitychange", () => (document.hidden ? veil(true) : seen()));
  seen();
}

/** Somebody is there; tells whether the page was out of sight until now. */
function seen() {
  const was = isVeiled;
  clearTimeout(timer);
  timer = setTimeout(veil, AFTER, true);
  if (was) veil(false);
  return was;
}

function veil(isOn) {
  isVeiled = isOn;
  document.body.classList.toggle("veiled", isOn);
  banner("veil", isOn && !document.hidden);
}

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}
