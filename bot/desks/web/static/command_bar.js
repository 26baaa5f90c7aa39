// Command bar: opens a case by its number, or runs a command by a word of its name. What is typed may
// be a person's words: it stands in no address. A number is looked for by the form of the search box,
// as a word can have the form of one.

import { submitAndLeave } from "./back.js";
import { commands } from "./commands.js";

const CASE_NUMBER = /^[346789ACDEFHJKMNPQRTWXY]{6}$/; // as in bot/cases/reference.py
const commandBar = document.getElementById("bar");
const field = document.getElementById("bar-words");
const foundList = document.getElementById("bar-found");
let knownCommands = [];
let found = [];
let selected = 0;

export function initCommandBar() {
  if (!commandBar) return;
  knownCommands = commands().filter((it) => it.isListed);
  new MutationObserver(() => commandBar.open && reset()).observe(commandBar, { attributeFilter: ["open"] });
  field.addEventListener("input", searchCommands);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && found.length) select((selected + by + found.length) % found.length);
    if (by || event.key === "Enter") event.preventDefault();
    if (event.key === "Enter") run(found[selected]);
  });
  foundList.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) run(found[[...foundList.children].indexOf(option)]);
  });
}

function reset() {
  field.value = "";
  field.focus();
  searchCommands();
}

function searchCommands() {
  const query = field.value.trim();
  const parts = query.toLowerCase().split(/\s+/).filter(Boolean);
  found = knownCommands.filter((it) => it.can() && parts.every((part) => it.name.toLowerCase().includes(part)));
  const number = query.normalize("NFKC").replace(/[\s-]/g, "").toUpperCase();
  if (commandBar.dataset.cases && CASE_NUMBER.test(number)) {
    const name = commandBar.dataset.cases.replace("{number}", number);
    const isCertain = /\d/.test(number) || !found.length;
    found.splice(isCertain ? 0 : found.length, 0, { name, keys: "", run: () => findCase(number) });
  }
  foundList.replaceChildren(...found.map(optionOf));
  document.getElementById("bar-none").hidden = found.length > 0;
  select(0);
}

function findCase(number) {
  const search = document.getElementById("find");
  search.value = number;
  submitAndLeave(search.form);
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
  [...foundList.children].forEach((it, number) => it.setAttribute("aria-selected", String(number === selected)));
  const chosen = foundList.children[selected];
  chosen?.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", chosen?.id ?? "");
}

function run(command) {
  if (!command) return;
  commandBar.close();
  command.run();
}
