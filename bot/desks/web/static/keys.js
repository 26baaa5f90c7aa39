// Keyboard shortcuts. What a key does is read from the dialog of shortcuts, which `?` opens.

import { commands, isField, open } from "./commands.js";
import { dropKey } from "./lazy_panes.js";
import { search } from "./phrases.js";
import { keepKey } from "./typed_ahead.js";

const NAMES = { Escape: "Esc" };
const TYPING = 1500; // milliseconds after a key in a field in which a letter alone does nothing
let prefix = "";
let typedAt = 0;

export function initKeys() {
  const known = commands();
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return; // an input method is composing
    if (sendsChoice(event)) return;
    if (keepKey(event)) {
      typedAt = Date.now();
      return;
    }
    const pressed = nameOf(event);
    const isGlobal = pressed.startsWith("Ctrl ") || pressed === "Esc";
    if (!isGlobal && isField(event.target)) {
      noteTyping(event);
      return;
    }
    if (dropKey(event)) return;
    if (!isGlobal && isTyping()) return; // the field lost the focus in the middle of a word
    typedAt = 0;
    if (!isGlobal && pressed !== "?" && document.querySelector("dialog[open]")) return;
    const wanted = prefix ? `${prefix} ${pressed}` : pressed;
    prefix = "";
    const found = known.find((it) => it.keys === wanted);
    if (found?.can() && found.run(event)) event.preventDefault();
    if (!found && known.some((it) => it.keys.startsWith(`${wanted} `))) {
      prefix = wanted;
      event.preventDefault();
    }
  });
}

/** Send the form of a list on Enter, as a browser does from a field of one line. */
function sendsChoice(event) {
  const { key, target } = event;
  if (key !== "Enter" || target.nodeName !== "SELECT" || !("fetch" in (target.form?.dataset ?? {}))) return false;
  event.preventDefault();
  target.form.requestSubmit();
  return true;
}

/** Note a key in a field; one that leaves or sends it ends the typing. */
function noteTyping(event) {
  const leaves = event.key === "Tab" || (event.key === "Enter" && event.target.nodeName !== "TEXTAREA");
  typedAt = leaves ? 0 : Date.now();
}

/** Whether the caseworker is in the middle of a sentence; each further key keeps it so. */
function isTyping() {
  if (Date.now() - typedAt > TYPING) return false;
  typedAt = Date.now();
  return true;
}

function nameOf(event) {
  const key = NAMES[event.key] ?? event.key;
  const name = key.length === 1 && (event.ctrlKey || event.metaKey) ? key.toLowerCase() : key;
  return event.ctrlKey || event.metaKey ? `Ctrl ${name}` : name;
}

/** Let buttons open their dialogs. */
export function initDialogs() {
  document.addEventListener("click", (event) => {
    const name = event.target.closest("[data-dialog]")?.dataset.dialog;
    if (name && open(name) && name === "phrases") search();
  });
}
