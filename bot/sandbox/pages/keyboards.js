// Inline buttons under a message, and reply keyboards.

import { make } from "./dom.js";
import { languageOf } from "./languages.js";

const PATIENCE = 8000;

/** Return the inline buttons of a message. */
export function inlineKeyboard(rows, message, phone) {
  return make("div", { class: "inline-keys", role: "group", "aria-label": "Buttons" },
    ...rows.map((row) => make("div", { class: "key-row" }, ...row.map((key) => inlineKey(key, message, phone)))));
}

function inlineKey(key, message, phone) {
  const button = make("button", { type: "button", class: "key", title: key.text, lang: languageOf(key.text, phone.tag), dir: "auto" },
    make("span", { text: key.text }));
  button.addEventListener("click", () => {
    if (key.callback_data === undefined) return;
    button.classList.add("waiting");
    button.setAttribute("aria-busy", "true");
    setTimeout(() => answered(button), PATIENCE);
    phone.press(message.message_id, key.callback_data);
  });
  return button;
}

/** End the waiting state of a button, or of all buttons in an element. */
export function answered(element) {
  const buttons = element.matches(".waiting") ? [element] : element.querySelectorAll(".waiting");
  for (const button of buttons) {
    button.classList.remove("waiting");
    button.removeAttribute("aria-busy");
  }
}

/** Return a reply keyboard. */
export function replyKeyboard(markup, phone) {
  const rows = markup.keyboard.map((row) => make("div", { class: "key-row" }, ...row.map((key) => replyKey(key, phone))));
  return make("div", { class: "reply-keys", role: "group", "aria-label": "Suggested answers" }, ...rows);
}

function replyKey(key, phone) {
  const text = typeof key === "string" ? key : key.text;
  return make("button", { type: "button", class: "key", title: text, lang: languageOf(text, phone.tag), dir: "auto", onclick: () => {
    if (key.request_location) phone.sendPlace();
    else if (key.request_contact) phone.sendContact();
    else phone.say(text);
  } }, make("span", { text }));
}
