// Everything can be done with a keyboard alone; `?` shows how.

import { fetchPane, root } from "./wire.js";
import { likeChildren } from "./morph.js";
import { undo } from "./forms.js";

const GO = { m: "mine", w: "waiting", a: "all" };
let going = false;

export function answerToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // somebody writes Chinese
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.target.form?.requestSubmit();
      return;
    }
    if (event.key === "Escape" && isField(event.target)) event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
    if (document.querySelector("dialog[open]") && event.key !== "?") return;
    if (pressed(event.key)) event.preventDefault();
  });
}

function pressed(key) {
  if (going) {
    going = false;
    if (GO[key]) location.assign(`${root}/queue/${GO[key]}`);
    return true;
  }
  if (key === "g") return (going = true);
  if (key === "?") return open("sheet");
  if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
  if (key === "u") return undo();
  if (key === "/") return open("phrases") || focus("find");
  if (key === "r") return mode("as-message", "say-words");
  if (key === "m") return mode("as-note", "note-words");
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  button?.click();
  return Boolean(button);
}

function isField(element) {
  return element.matches?.("input:not([type=radio]), textarea, select");
}

function step(by) {
  const lines = [...document.querySelectorAll("a.row, .others li a")];
  if (!lines.length) return false;
  const now = lines.indexOf(document.activeElement);
  lines[Math.min(Math.max(now + by, 0), lines.length - 1)].focus();
  return true;
}

function focus(id) {
  const field = document.getElementById(id);
  field?.focus();
  return Boolean(field);
}

function mode(radio, field) {
  const chosen = document.getElementById(radio);
  if (!chosen || chosen.disabled) return false;
  chosen.checked = true;
  return focus(field);
}

function open(name) {
  const dialog = document.getElementById(name);
  const isPhrases = name === "phrases";
  if (!dialog || (isPhrases && !document.querySelector('[data-opens="phrases"]'))) return false;
  if (!dialog.open) dialog.showModal();
  if (isPhrases) search();
  return true;
}

/** Buttons that open a dialog, and looking sentences up while somebody types. */
export function opener() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-opens]");
    if (button) open(button.dataset.opens);
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "phrase-words") search();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.search) event.preventDefault();
  });
}

async function search() {
  const field = document.getElementById("phrase-words");
  const words = field.value;
  field.focus();
  const { status, page } = await fetchPane(`${field.form.dataset.search}?words=${encodeURIComponent(words)}`);
  if (status === 200 && page?.body && field.value === words) {
    likeChildren(document.getElementById("found"), page.body);
  }
}
