// Idle screen: after two minutes without activity the page is blurred. The first key or click only
// brings it back and does nothing else, because it could not be aimed.

import { isField } from "./commands.js";
import { banner } from "./http.js";

const IDLE_AFTER = 120000;
let timer = 0;
let isIdle = false;
let swallowsClick = false;

export function initIdle() {
  for (const kind of ["pointermove", "wheel", "focusin"]) {
    document.addEventListener(kind, wake, { passive: true, capture: true });
  }
  addEventListener("keydown", (event) => {
    if (wake() && !isField(event.target)) swallow(event);
  }, true);
  addEventListener("pointerdown", () => { swallowsClick = wake(); }, true);
  addEventListener("click", (event) => {
    if (swallowsClick) swallow(event);
    swallowsClick = false;
  }, true);
  document.addEventListener("visibilitychange", () => (document.hidden ? blur(true) : wake()));
  wake();
}

/** Note activity; returns whether the page was blurred until now. */
function wake() {
  const was = isIdle;
  clearTimeout(timer);
  timer = setTimeout(blur, IDLE_AFTER, true);
  if (was) {
    blur(false);
    document.dispatchEvent(new CustomEvent("awake"));
  }
  return was;
}

function blur(isOn) {
  isIdle = isOn;
  document.body.classList.toggle("idle", isOn);
  banner("idle", isOn && !document.hidden);
}

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}
