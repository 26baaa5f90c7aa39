// The page of the phones.

import { icon, iconButton, make } from "./dom.js";
import { FaultsPane } from "./faults.js";
import { PhoneView } from "./phone.js";
import { tagOf } from "./languages.js";
import { listen, post } from "./api.js";
import { LANGUAGES, NAMES } from "./app_texts.js";

const stage = document.getElementById("stage");
const tools = document.getElementById("tools");
const only = Number(location.pathname.match(/^\/phone\/(\d+)$/)?.[1] ?? 0);
const phones = new Map();
let bot = { name: {}, description: {}, commands: {} };

const deskList = make("div", { class: "desk-list" });
const desks = make("details", { class: "desks", hidden: true },
  make("summary", { class: "plain", "aria-label": "Desk" }, icon("link"), make("span", { text: "Desk" })), deskList);

const desk = make("a", { class: "plain", href: "/group", target: "_blank", rel: "noopener", hidden: true },
  icon("link"), make("span", { text: "Telegram group" }));

const record = make("a", { class: "plain", href: "/record", target: "_blank", rel: "noopener", "aria-label": "Record sentences", hidden: true },
  icon("voice"), make("span", { text: "Record sentences" }));

const notice = make("p", { class: "notice", role: "alert", hidden: true });
document.body.append(notice);

function complain(error) {
  notice.textContent = error.message;
  notice.hidden = false;
  clearTimeout(complain.timer);
  complain.timer = setTimeout(() => {
    notice.hidden = true;
  }, 5000);
}

const pane = new FaultsPane(document.getElementById("faults"), () => [...phones.values()].map(({ id, element }) => ({ id, name: element.querySelector("bdi").textContent })), complain);

function show(state) {
  if (only && state.id !== only) return;
  if (phones.has(state.id)) {
    phones.get(state.id).load(state);
    return;
  }
  const phone = new PhoneView(state, bot, complain);
  phone.onTheme = theme;
  phones.set(state.id, phone);
  stage.querySelector(".welcome")?.remove();
  stage.append(phone.element);
  phone.scroll.toEnd();
  if (only) document.title = state.name;
}

/** Remove phones that a restarted sandbox does not know. */
function removeUnknown(known) {
  for (const [id, phone] of phones) {
    if (known.includes(id)) continue;
    phone.element.remove();
    phones.delete(id);
  }
}

function showAll(state) {
  bot = state.bot;
  desk.hidden = !state.groups.length;
  showDesks(state.links);
  record.hidden = !state.apps.includes("/recordings");
  removeUnknown(state.phones.map(({ id }) => id));
  for (const phone of phones.values()) phone.describe(bot);
  for (const phone of state.phones) show(phone);
  if (!phones.size && !only) stage.replaceChildren(welcome());
  document.body.classList.add("ready");
}

/** Offer the desk to each of the staff, in a second window. */
function showDesks(links) {
  desks.hidden = !Object.keys(links).length;
  deskList.replaceChildren(...Object.entries(links).map(([who, path]) => deskLink(who, path)));
}

function deskLink(who, path) {
  return make("a", { class: "link", href: path, target: "desk", rel: "noopener", text: who });
}

const HANDLERS = {
  message: (phone, about) => phone.add(about),
  edited: (phone, about) => phone.edited(about),
  deleted: (phone, about) => phone.deleted(about),
  typing: (phone, about) => phone.typing(about),
  toast: (phone, about) => phone.toasted(about),
  keyboard: (phone, about) => phone.setKeyboard(about),
  chat: (phone, about) => "is_blocked" in about && phone.setBlocked(about.is_blocked),
};

function handle(chat, kind, about) {
  if (kind === "state") showAll(about);
  else if (kind === "phone") {
    show(about);
    pane.refresh();
  } else if (kind === "profile") {
    bot = about;
    for (const phone of phones.values()) phone.describe(bot);
  } else if (phones.has(chat)) HANDLERS[kind]?.(phones.get(chat), about);
}

function languageButtons(choose) {
  return make("div", { class: "languages" }, ...LANGUAGES.map(([code, name]) => make("button", {
    type: "button", class: "language", lang: tagOf(code), text: name, onclick: () => choose(code),
  })));
}

function addPhone(code, name) {
  return post("phones", { language: code, name: name || NAMES[code] || "Person" }).catch(complain);
}

function welcome() {
  return make("section", { class: "welcome" },
    make("h2", { text: "Whose phone?" }),
    make("p", { class: "quiet", text: "Choose the language the person’s app speaks." }),
    desks.hidden ? null : tour(),
    languageButtons((code) => addPhone(code)));
}

/** Three steps that show what Haven is for. */
function tour() {
  const first = deskList.firstChild.cloneNode(true);
  return make("ol", { class: "tour quiet" },
    make("li", { text: "Choose a phone below and write a sentence, as someone would who needs help." }),
    make("li", {}, "Open the desk in a second window: ", first, ". Claim the case, take over, answer."),
    make("li", { text: "Look at the phone: the answer is there. Nothing leaves this machine." }));
}

function askForPhone() {
  const name = make("input", { type: "text", class: "field", maxlength: "40", placeholder: "Name (optional)", "aria-label": "Name" });
  const dialog = make("dialog", { class: "ask", "aria-labelledby": "ask-title" },
    make("header", { class: "pane-head" }, make("h2", { id: "ask-title", text: "Whose phone?" }), iconButton("close", "Close", () => dialog.close())),
    name, languageButtons((code) => {
      addPhone(code, name.value.trim());
      dialog.close();
    }));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function theme() {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "light" : "dark";
}

if (only) document.body.classList.add("alone");
tools.append(
  record,
  desks,
  desk,
  make("button", { type: "button", class: "plain", "aria-label": "Add a phone", onclick: askForPhone }, icon("add"), make("span", { text: "Add a phone" })),
  iconButton("bolt", "Faults", () => pane.toggle()),
  iconButton("moon", "Light or dark", theme),
);
listen(handle, (up) => document.body.classList.toggle("line-down", !up));
