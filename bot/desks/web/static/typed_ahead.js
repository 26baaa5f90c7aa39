// Words typed after `r` while the chat is being taken over: kept until the composer is there.

import { takeOverNow } from "./outgoing.js";

let typed = null; // null while the composer is not awaited
let leave = () => {}; // stops waiting for it

/** Take over without waiting any longer, and write as soon as that is done. */
export async function writeAhead() {
  if (typed !== null) return;
  typed = "";
  const { isSent } = await takeOverNow();
  const composer = isSent ? await composerShown() : null;
  const words = typed;
  typed = null;
  const field = composer ?? document.getElementById("note-words"); // refused or left: nothing typed is lost
  if (words && field) field.value = [field.value, words].filter(Boolean).join("\n");
  if (words) field?.dispatchEvent(new Event("input", { bubbles: true })); // saved as a draft
  if (!composer) return;
  document.getElementById("as-message").checked = true;
  composer.focus();
}

/** Return the composer, once it is there: taking over may be stored first, and done later. */
async function composerShown() {
  let isLeft = false;
  const shown = () => document.getElementById("say-words");
  while (!shown() && !isLeft) {
    await new Promise((done) => {
      leave = () => done((isLeft = true));
      document.addEventListener("renewed", done, { once: true });
    });
  }
  return shown();
}

/** Keep a key that was typed ahead; return whether it was. *Esc* ends that. */
export function keepKey(event) {
  if (typed === null) return false;
  if (event.key === "Escape") leave();
  else if (event.key === "Backspace") typed = typed.slice(0, -1);
  else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) typed += event.key;
  event.preventDefault();
  return true;
}
