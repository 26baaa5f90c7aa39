// Everything can be done with a keyboard alone; `?` shows how. What a key does stands in the sheet.

import { commands, isField, open } from "./commands.js";
import { search } from "./phrases.js";

const NAMES = { Escape: "Esc" };
let begun = "";

export function answerToKeys() {
  const known = commands();
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return; // somebody writes Chinese
    const pressed = nameOf(event);
    const isAnywhere = pressed.startsWith("Ctrl ") || pressed === "Esc";
    if (!isAnywhere && isField(event.target)) return;
    if (!isAnywhere && pressed !== "?" && document.querySelector("dialog[open]")) return;
    const wanted = begun ? `${begun} ${pressed}` : pressed;
    begun = "";
    const found = known.find((it) => it.keys === wanted);
    if (found?.can() && found.run(event)) event.preventDefault();
    if (!found && known.some((it) => it.keys.startsWith(`${wanted} `))) {
      begun = wanted;
      event.preventDefault();
    }
  });
}

function nameOf(event) {
  const key = NAMES[event.key] ?? event.key;
  const name = key.length === 1 && (event.ctrlKey || event.metaKey) ? key.toLowerCase() : key;
  return event.ctrlKey || event.metaKey ? `Ctrl ${name}` : name;
}

/** Buttons that open a dialog. */
export function opener() {
  document.addEventListener("click", (event) => {
    const name = event.target.closest("[data-opens]")?.dataset.opens;
    if (name && open(name) && name === "phrases") search();
  });
}
