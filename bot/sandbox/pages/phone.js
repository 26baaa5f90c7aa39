// One phone: the person's view of the chat with the bot.

import { bubble } from "./bubbles.js";
import { Composer } from "./composer.js";
import { icon, iconButton, make } from "./dom.js";
import { ChatScroll } from "./scroll.js";
import { answered } from "./keyboards.js";
import { withMenu } from "./menu.js";
import { languageOf, tagOf } from "./languages.js";
import { post, upload } from "./api.js";
import { LANGUAGES, dayIn, textsIn } from "./app_texts.js";

const TYPING_LASTS = 5000;
const TOAST_LASTS = 3500;
const HARBOUR = { latitude: 22.6163, longitude: 120.2997 };

/** A phone on the page. It receives events and sends the actions of the person. */
export class PhoneView {
  constructor(state, bot, complain) {
    this.id = state.id;
    this.tag = tagOf(state.language);
    this.code = state.language;
    this.complain = complain;
    this.bot = bot;
    this.startCode = new URLSearchParams(location.search).get("start") ?? "";
    this.messages = new Map();
    this.build(state);
    this.load(state);
  }

  build(state) {
    this.log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": `Chat of ${state.name}`, tabindex: "0" });
    this.scroll = new ChatScroll(this.log);
    this.subtitle = make("span", { class: "subtitle" });
    this.title = make("span", { class: "title" });
    this.toast = make("div", { class: "toast", role: "status", "aria-live": "polite" });
    this.composer = new Composer(this);
    const more = withMenu(iconButton("more", `More for the phone of ${state.name}`, () => {}), () => this.things());
    this.avatar = make("span", { class: "avatar", "aria-hidden": "true" });
    this.screen = make("div", { class: "screen" },
      make("header", { class: "head" }, this.avatar, make("span", { class: "head-names" }, this.title, this.subtitle), more),
      this.log, make("div", { class: "down-place" }, this.scroll.down), this.toast, this.composer.element);
    const language = LANGUAGES.find(([code]) => code === state.language)?.[1] ?? state.language;
    this.element = make("section", { class: "device", data: { phone: String(state.id) }, "aria-label": `Phone of ${state.name}` },
      make("h2", { class: "owner" }, make("bdi", { text: state.name }), make("span", { class: "quiet", lang: this.tag, text: language })),
      this.screen);
  }

  /** Show the whole state: at the start, and after a lost connection. */
  load(state) {
    this.keyboard = state.keyboard;
    this.isBlocked = state.is_blocked;
    this.messages.clear();
    this.log.replaceChildren();
    this.lastDay = "";
    for (const message of state.messages) this.put(message);
    this.describe(this.bot);
    this.refresh();
    this.scroll.toEnd();
  }

  /** Show the bot's profile. */
  describe(bot) {
    this.bot = bot;
    const name = this.inMyLanguage(bot.name) ?? "Bot";
    this.title.textContent = name;
    this.title.lang = languageOf(name, this.tag);
    this.avatar.textContent = [...name][0];
    this.subtitle.textContent = "bot";
    this.refresh();
  }

  inMyLanguage(byLanguage) {
    const two = this.code.slice(0, 2).toLowerCase();
    return byLanguage[two] ?? byLanguage[""];
  }

  commands() {
    return this.inMyLanguage(this.bot.commands) ?? [];
  }

  isEmpty() {
    return this.messages.size === 0;
  }

  refresh() {
    this.hello?.remove();
    if (this.isEmpty()) {
      const text = this.inMyLanguage(this.bot.description) ?? textsIn(this.tag).empty;
      this.hello = make("p", { class: "hello", lang: languageOf(text, this.tag), dir: "auto", text });
      this.log.append(this.hello);
    }
    this.scroll.during(() => this.composer.show());
  }

  // Events

  add(message) {
    const mine = !message.from?.is_bot;
    this.scroll.added(mine ? null : message.message_id, () => {
      if (!mine) this.endTyping();
      this.put(message).classList.add("fresh");
      this.refresh();
    });
  }

  /** Add or replace a message and return its bubble. */
  put(message) {
    const day = dayIn(this.tag, message.date);
    const shown = bubble(message, this);
    if (this.messages.has(message.message_id)) {
      this.messages.get(message.message_id).replaceWith(shown);
    } else {
      if (day !== this.lastDay) this.log.append(make("p", { class: "day", lang: this.tag, text: day }));
      this.lastDay = day;
      this.log.append(shown);
    }
    this.messages.set(message.message_id, shown);
    return shown;
  }

  edited(message) {
    const shown = this.messages.get(message.message_id);
    if (!shown) return;
    const hadFocus = shown.contains(document.activeElement);
    const fresh = bubble(message, this);
    this.scroll.within(() => shown.replaceWith(fresh));
    this.messages.set(message.message_id, fresh);
    if (hadFocus) this.log.focus({ preventScroll: true });
  }

  deleted({ message_id: number }) {
    const shown = this.messages.get(number);
    if (!shown) return;
    this.messages.delete(number);
    shown.classList.add("leaving");
    const gone = () => {
      shown.remove();
      this.dropLonelyDays();
      this.refresh();
    };
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) gone();
    else setTimeout(gone, 180);
  }

  dropLonelyDays() {
    for (const day of this.log.querySelectorAll(".day")) {
      const next = day.nextElementSibling;
      if (!next?.matches(".message")) {
        day.remove();
        this.lastDay = "";
      }
    }
  }

  typing({ action }) {
    this.subtitle.textContent = action === "typing" ? textsIn(this.tag).writing : action.replaceAll("_", " ");
    this.subtitle.lang = this.tag;
    this.dots ??= make("div", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
    this.scroll.during(() => this.log.append(this.dots));
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.endTyping(), TYPING_LASTS);
  }

  endTyping() {
    clearTimeout(this.typingTimer);
    this.dots?.remove();
    this.subtitle.textContent = "bot";
  }

  toasted({ message_id: number, text, show_alert: alert }) {
    const shown = this.messages.get(number);
    if (shown) answered(shown);
    if (!text) return;
    if (alert) {
      this.alert(text);
      return;
    }
    this.toast.replaceChildren(make("span", { lang: languageOf(text, this.tag), dir: "auto", text }));
    this.toast.classList.add("shown");
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => this.endToast(), TOAST_LASTS);
  }

  endToast() {
    clearTimeout(this.toastTimer);
    this.toast.classList.remove("shown");
    this.toast.replaceChildren();
  }

  alert(text) {
    const dialog = make("dialog", { class: "alert", "aria-label": "The bot says" },
      make("p", { lang: languageOf(text, this.tag), dir: "auto", text }),
      make("form", { method: "dialog" }, make("button", { class: "plain", text: "OK" })));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  setKeyboard(keyboard) {
    this.keyboard = keyboard;
    this.refresh();
  }

  setBlocked(isBlocked) {
    this.isBlocked = isBlocked;
    this.refresh();
  }

  // Actions

  /** Remove the toast of an earlier button press, which would cover the answer. */
  acts() {
    this.scroll.acted();
    this.endToast();
  }

  do(action, fields) {
    this.acts();
    return post(`phones/${this.id}/${action}`, fields).catch(this.complain);
  }

  start() {
    if (this.isBlocked) return this.do("unblock");
    return this.say(this.startCode ? `/start ${this.startCode}` : "/start");
  }

  say(text, replyTo) {
    return this.do("text", replyTo ? { text, reply_to: replyTo } : { text });
  }

  press(message, data) {
    return this.do("press", { message_id: message, data });
  }

  edit(message, text) {
    return this.do("edit", { message_id: message, text });
  }

  sendPlace() {
    return this.do("location", HARBOUR);
  }

  sendContact() {
    return this.do("contact", {});
  }

  sendPhoto(file) {
    return file ? this.upload("photo", file) : this.do("photo", {});
  }

  sendVoice(file) {
    return file ? this.upload("voice", file) : this.do("voice", {});
  }

  sendFile(file) {
    return this.upload("file", file, { name: file.name });
  }

  upload(action, file, about) {
    this.acts();
    return upload(`phones/${this.id}/${action}`, file, about).catch(this.complain);
  }

  /** Return the menu of a message. */
  toolsFor(message, mine) {
    const button = make("button", { type: "button", class: "tools", "aria-label": "What to do with this message" }, icon("more"));
    const canEdit = mine && (message.text ?? message.caption) !== undefined;
    return withMenu(button, () => [
      ["Reply", () => this.composer.about(message, "reply")],
      ...(canEdit ? [["Edit", () => this.composer.about(message, "edit")]] : []),
      ["Delete for both", () => this.do("delete", { message_id: message.message_id })],
    ]);
  }

  things() {
    return [
      ["Open in a window of its own", () => window.open(`/phone/${this.id}`, "_blank", "noopener"), icon("link")],
      this.isBlocked ? ["Unblock the bot", () => this.do("unblock")] : ["Block the bot", () => this.do("block")],
      ["Send three photos at once", () => this.do("album", { count: 3 })],
      ["Send a file of 21 MB", () => this.do("file", { size: 21 * 1024 * 1024, name: "film.mp4" })],
      ["Forward a message", () => this.do("forward", { text: "Good job abroad, no papers needed." })],
      ["Delete the account", () => this.do("delete_account")],
      ["Light or dark", () => this.onTheme?.()],
    ];
  }
}
