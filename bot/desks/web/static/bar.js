// The command bar: a case by its number, or whatever has a key, by a word of its name.

import { commands } from "./commands.js";
import { root } from "./wire.js";

const A_NUMBER = /^[a-z0-9][a-z0-9-]{2,14}[a-z0-9]$/i;
const bar = document.getElementById("bar");
const field = document.getElementById("bar-words");
const list = document.getElementById("bar-found");
let known = [];
let found = [];
let at = 0;

export function commandBar() {
  if (!bar) return;
  known = commands().filter((it) => it.isListed);
  new MutationObserver(() => bar.open && begin()).observe(bar, { attributeFilter: ["open"] });
  field.addEventListener("input", look);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && found.length) mark((at + by + found.length) % found.length);
    if (by || event.key === "Enter") event.preventDefault();
    if (event.key === "Enter") run(found[at]);
  });
  list.addEventListener("click", (event) => {
    const line = event.target.closest("[role=option]");
    if (line) run(found[[...list.children].indexOf(line)]);
  });
}

function begin() {
  field.value = "";
  field.focus();
  look();
}

function look() {
  const words = field.value.trim();
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
  found = known.filter((it) => it.can() && parts.every((part) => it.name.toLowerCase().includes(part)));
  const number = bar.dataset.cases && A_NUMBER.test(words) ? words : "";
  if (number) {
    const name = bar.dataset.cases.replace("{number}", words.toUpperCase());
    const go = () => location.assign(`${root}/find?number=${encodeURIComponent(words)}`);
    const isSure = /\d/.test(words) || !found.length;
    found.splice(isSure ? 0 : found.length, 0, { name, keys: "", run: go });
  }
  list.replaceChildren(...found.map(line));
  document.getElementById("bar-none").hidden = found.length > 0;
  mark(0);
}

function line({ name, keys }, place) {
  const option = document.createElement("li");
  option.id = `bar-${place}`;
  option.setAttribute("role", "option");
  option.append(name);
  if (keys) {
    const key = document.createElement("kbd");
    key.textContent = keys;
    option.append(key);
  }
  return option;
}

function mark(place) {
  at = place;
  [...list.children].forEach((it, number) => it.setAttribute("aria-selected", String(number === at)));
  const chosen = list.children[at];
  chosen?.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", chosen?.id ?? "");
}

function run(command) {
  if (!command) return;
  bar.close();
  command.run();
}
