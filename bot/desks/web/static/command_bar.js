// Command bar: opens a case by its number, or runs a command by a word of its name.

import { commands } from "./commands.js";
import { root } from "./http.js";

const CASE_NUMBER = /^[a-z0-9][a-z0-9-]{2,14}[a-z0-9]$/i;
const bar = document.getElementById("bar");
const field = document.getElementById("bar-words");
const list = document.getElementById("bar-found");
let known = [];
let found = [];
let selected = 0;

export function initCommandBar() {
  if (!bar) return;
  known = commands().filter((it) => it.isListed);
  new MutationObserver(() => bar.open && reset()).observe(bar, { attributeFilter: ["open"] });
  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && found.length) select((selected + by + found.length) % found.length);
    if (by || event.key === "Enter") event.preventDefault();
    if (event.key === "Enter") run(found[selected]);
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) run(found[[...list.children].indexOf(option)]);
  });
}

function reset() {
  field.value = "";
  field.focus();
  search();
}

function search() {
  const query = field.value.trim();
  const parts = query.toLowerCase().split(/\s+/).filter(Boolean);
  found = known.filter((it) => it.can() && parts.every((part) => it.name.toLowerCase().includes(part)));
  const number = bar.dataset.cases && CASE_NUMBER.test(query) ? query : "";
  if (number) {
    const name = bar.dataset.cases.replace("{number}", query.toUpperCase());
    const go = () => location.assign(`${root}/find?number=${encodeURIComponent(query)}`);
    const isCertain = /\d/.test(query) || !found.length;
    found.splice(isCertain ? 0 : found.length, 0, { name, keys: "", run: go });
  }
  list.replaceChildren(...found.map(optionOf));
  document.getElementById("bar-none").hidden = found.length > 0;
  select(0);
}

function optionOf({ name, keys }, place) {
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

function select(place) {
  selected = place;
  [...list.children].forEach((it, number) => it.setAttribute("aria-selected", String(number === selected)));
  const chosen = list.children[selected];
  chosen?.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", chosen?.id ?? "");
}

function run(command) {
  if (!command) return;
  bar.close();
  command.run();
}
