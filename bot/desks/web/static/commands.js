// What can be done here, read from the sheet of keys: each command with its keys, its name, and
// whether this page can do it now.

import { root } from "./wire.js";
import { undo } from "./forms.js";
import { search } from "./phrases.js";

const DOES = {
  go: (of) => {
    location.assign(root + of);
    return true;
  },
  press: (of) => {
    buttonOf(of).click();
    return true;
  },
  step: (of) => step(Number(of)),
  open,
  drop: (of) => {
    const drop = document.getElementById(of);
    drop.open = true;
    drop.querySelector(FIELDS).focus();
    return true;
  },
  phrases: (of) => {
    const [phrases, field] = of.split(" ");
    return hasPhrases() ? open(phrases) && search() : focus(field);
  },
  write: (of) => {
    const [radio, field] = of.split(" ");
    document.getElementById(radio).checked = true;
    return focus(field);
  },
  undo: () => undo(),
  send: (_of, event) => {
    event?.target.form?.requestSubmit();
    return Boolean(event?.target.form);
  },
  leave: (_of, event) => {
    if (closesDrop(event?.target)) return true;
    if (isField(event?.target)) event.target.blur();
    return false; // a dialog that is open closes as well: the browser does that
  },
};

const CAN = {
  press: (of) => Boolean(buttonOf(of)),
  step: () => lines().length > 0,
  drop: (of) => Boolean(document.getElementById(of)),
  phrases: (of) => hasPhrases() || Boolean(document.getElementById(of.split(" ")[1])),
  write: (of) => document.getElementById(of.split(" ")[0])?.disabled === false,
  undo: () => document.getElementById("leaving")?.hidden === false,
};
const FIELDS = ".drop :is(input:not([type=hidden]), select, textarea)";
const ONLY_BY_KEY = new Set(["leave", "send", "step"]);

/** Every command of this page, in the order of the sheet. */
export function commands() {
  return [...document.querySelectorAll("#sheet [data-act]")].map(({ dataset, lastElementChild }) => {
    const { keys, act, of = "" } = dataset;
    return {
      keys,
      name: lastElementChild.textContent,
      isListed: !ONLY_BY_KEY.has(act) && of !== "bar",
      can: () => (CAN[act] ? CAN[act](of) : act in DOES),
      run: (event) => DOES[act](of, event),
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

/** Close what dropped down, if somebody is in it or in no field; the focus stays where it opened. */
function closesDrop(target) {
  const drop = document.querySelector("details.more[open]");
  if (!drop || document.querySelector("dialog[open]")) return false;
  if (isField(target) && !drop.contains(target)) return false;
  drop.open = false;
  drop.querySelector("summary").focus();
  return true;
}

function buttonOf(key) {
  return document.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
}

function hasPhrases() {
  return Boolean(document.querySelector('[data-opens="phrases"]'));
}

function lines() {
  return [...document.querySelectorAll("a.row, .others li a")];
}

function step(by) {
  const all = lines();
  const now = all.indexOf(document.activeElement);
  all[Math.min(Math.max(now + by, 0), all.length - 1)].focus();
  return true;
}

function focus(id) {
  const field = document.getElementById(id);
  field?.focus();
  return Boolean(field);
}
