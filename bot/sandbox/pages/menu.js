// A button with a menu. Escape, a click elsewhere or a choice closes it.

import { make } from "./dom.js";

let open = null;

const EDGE = 8;

/** Add a menu to a button; `items` returns [label, action, icon] lists each time it opens. */
export function withMenu(button, items) {
  const holder = make("span", { class: "menu-holder" }, button);
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    if (open?.button === button) close();
    else show(holder, button, items());
  });
  return holder;
}

function show(holder, button, items) {
  close();
  const list = make("div", { class: "menu", role: "menu", popover: "manual" });
  for (const [label, action, extra] of items) {
    const item = make("button", { type: "button", role: "menuitem", class: "menu-item", onclick: () => {
      close();
      action();
    } }, extra ?? null, make("span", { text: label }));
    list.append(item);
  }
  list.addEventListener("keydown", (event) => walk(event, list));
  holder.append(list);
  list.showPopover();
  place(list, button);
  button.setAttribute("aria-expanded", "true");
  open = { list, button };
  list.firstElementChild?.focus({ preventScroll: true });
}

/** Place the list next to its button, inside the window. */
function place(list, button) {
  const from = button.getBoundingClientRect();
  const size = list.getBoundingClientRect();
  const below = from.bottom + 4 + size.height <= innerHeight - EDGE;
  const left = from.left + size.width <= innerWidth - EDGE ? from.left : from.right - size.width;
  const top = below ? from.bottom + 4 : from.top - 4 - size.height;
  list.style.left = `${Math.min(Math.max(EDGE, left), innerWidth - EDGE - size.width)}px`;
  list.style.top = `${Math.max(EDGE, top)}px`;
}

function walk(event, list) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...list.children];
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length].focus();
}

export function close() {
  if (!open) return;
  const { list, button } = open;
  open = null;
  const inside = list.contains(document.activeElement);
  list.remove();
  button.setAttribute("aria-expanded", "false");
  if (inside) button.focus();
}

document.addEventListener("click", (event) => {
  if (open && !open.list.contains(event.target)) close();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});
