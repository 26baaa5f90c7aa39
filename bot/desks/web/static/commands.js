// Commands of the page, read from the dialog of shortcuts: keys, name, and whether they can run now.

import { leaveTo } from "./back.js";
import { canUndoDelayed, undoDelayed } from "./delayed.js";
import { root } from "./http.js";
import { focusInPart } from "./lazy_panes.js";
import { isTakingOver, undo } from "./outgoing.js";
import { search } from "./phrases.js";
import { writeAhead } from "./typed_ahead.js";

const DOES = {
  go: (target) => {
    leaveTo(root + target);
    return true;
  },
  press: (target) => {
    buttonOf(target).click();
    return true;
  },
  step: (target) => step(Number(target)),
  open,
  drop: (target) => {
    const dropdown = document.getElementById(target);
    const menu = dropdown.closest(".menu");
    if (menu) menu.open = true;
    dropdown.open = true;
    dropdown.querySelector(FIELDS).focus();
    return true;
  },
  phrases: (target) => {
    const [phrases, field] = target.split(" ");
    return hasPhrases() ? open(phrases) && search() : focus(field);
  },
  write: (target) => {
    const [name, field] = target.split(" ");
    const radio = document.getElementById(name);
    if (radio.disabled) writeAhead();
    else if (document.getElementById(field)) {
      radio.checked = true;
      focus(field);
    } else focusInPart(radio, field);
    return true;
  },
  undo: () => undo() || undoDelayed(),
  send: (_target, event) => {
    event?.target.form?.requestSubmit();
    return Boolean(event?.target.form);
  },
  leave: (_target, event) => {
    if (closeDropdown(event?.target)) return true;
    if (isField(event?.target)) event.target.blur();
    return false; // the browser also closes an open dialog
  },
};

const CAN = {
  press: (target) => Boolean(buttonOf(target)),
  step: () => rows().length > 0,
  drop: (target) => Boolean(document.getElementById(target)),
  phrases: (target) => hasPhrases() || Boolean(document.getElementById(target.split(" ")[1])),
  write: (target) => {
    const radio = document.getElementById(target.split(" ")[0]);
    return radio?.disabled === false || Boolean(radio && isTakingOver());
  },
  undo: () => document.getElementById("outgoing")?.hidden === false || canUndoDelayed(),
};
const FIELDS = ".dropdown :is(input:not([type=hidden]), select, textarea)";
const ONLY_BY_KEY = new Set(["leave", "send", "step"]);

/** Every command of this page, in the order of the dialog. */
export function commands() {
  return [...document.querySelectorAll("#sheet [data-action]")].map(({ dataset, lastElementChild }) => {
    const { keys, action, target = "" } = dataset;
    return {
      keys,
      name: lastElementChild.textContent,
      isListed: !ONLY_BY_KEY.has(action) && target !== "bar",
      can: () => (CAN[action] ? CAN[action](target) : action in DOES),
      run: (event) => DOES[action](target, event),
    };
  });
}

export function isField(element) {
  return element?.matches?.("input:not([type=radio], [type=checkbox]), textarea, select") ?? false;
}

export function open(name) {
  const dialog = document.getElementById(name);
  if (dialog && !dialog.open) dialog.showModal();
  return Boolean(dialog);
}

/** Close an open form, or the menu, unless the focus is in a field outside it; focus its summary. */
function closeDropdown(target) {
  const dropdown = document.querySelector("details.more[open]") ?? document.querySelector("details.menu[open]");
  if (!dropdown || document.querySelector("dialog[open]")) return false;
  if (isField(target) && !dropdown.contains(target)) return false;
  dropdown.open = false;
  dropdown.querySelector("summary").focus();
  return true;
}

function buttonOf(key) {
  return document.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
}

function hasPhrases() {
  return Boolean(document.querySelector('[data-dialog="phrases"]'));
}

function rows() {
  const listed = [...document.querySelectorAll("a.case-link")];
  return listed.length ? listed : [...document.querySelectorAll(".own-cases li a")];
}

function step(by) {
  const all = rows();
  const now = all.indexOf(document.activeElement);
  all[Math.min(Math.max(now + by, 0), all.length - 1)].focus();
  return true;
}

/** Focus a field; in words that were kept for it, at their end. */
function focus(id) {
  const field = document.getElementById(id);
  field?.focus();
  const isUntouched = field?.nodeName === "TEXTAREA" && field.selectionEnd === 0;
  if (isUntouched) field.setSelectionRange(field.value.length, field.value.length);
  return Boolean(field);
}
