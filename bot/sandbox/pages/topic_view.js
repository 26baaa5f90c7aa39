// The open topic of the group: its messages and the input of a caseworker.

import { bubble } from "./bubbles.js";
import { icon, iconButton, make } from "./dom.js";
import { ChatScroll } from "./scroll.js";
import { answered } from "./keyboards.js";
import { withMenu } from "./menu.js";
import { serviceOf } from "./topics.js";
import { dayIn } from "./app_texts.js";

const TALLEST = 132;
const OFFICE = { latitude: 25.0418, longitude: 121.5255 };
const TOAST_LASTS = 3500;
const COMMANDS = [
  ["/help", "List of commands"], ["/queue", "Waiting cases"], ["/claim", "The next case, or this one"],
  ["/takeover", "Take over the conversation"], ["/say ", "Message to the person"], ["/phrase", "The phrasebook"],
  ["/note ", "Note for colleagues"], ["/handback", "Hand back to the bot"], ["/close", "Close the case"],
];

/** The open topic. Its bubbles use it as they use a phone. */
export class TopicView {
  constructor(group) {
    this.group = group;
    this.tag = "en";
    this.shown = new Map();
    this.log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": "Messages of the topic", tabindex: "0" });
    this.scroll = new ChatScroll(this.log);
    this.title = make("h2", { class: "title" });
    this.subtitle = make("span", { class: "subtitle" });
    this.toast = make("div", { class: "toast", role: "status", "aria-live": "polite" });
    const back = iconButton("back", "All topics", () => group.element.classList.remove("in-room"), { class: "round to-topics" });
    const more = withMenu(iconButton("more", "More for this topic", () => {}), () => this.things());
    this.element = make("section", { class: "room screen", "aria-label": "Topic" },
      make("header", { class: "head" }, back, make("span", { class: "head-names" }, this.title, this.subtitle), more),
      this.log, make("div", { class: "down-place" }, this.scroll.down), this.toast, this.bottom());
  }

  bottom() {
    this.input = make("textarea", {
      rows: "1", class: "input", dir: "auto", maxlength: "12000", "aria-label": "Message", placeholder: "A note, a command, or an answer to a message",
      oninput: () => this.grow(), onkeydown: (event) => this.onKey(event),
    });
    this.button = iconButton("send", "Send", () => this.send(), { class: "round filled send", disabled: true });
    const commands = withMenu(iconButton("menu", "Commands", () => {}), () => COMMANDS.map(([command, what]) => [
      what, () => this.begin(command), make("code", { text: command.trim() }),
    ]));
    this.files = make("input", { type: "file", hidden: true, multiple: true, tabindex: "-1", "aria-hidden": "true", onchange: () => this.onFiles() });
    const attach = withMenu(iconButton("attach", "Attach", () => {}), () => [
      ["Photo or file", () => this.files.click(), icon("file")],
      ["Made-up photo", () => this.attach("photo"), icon("photo")],
      ["Voice note of 2 seconds", () => this.attach("voice"), icon("voice")],
      ["Location", () => this.attach("location", null, OFFICE), icon("place")],
    ]);
    this.note = make("div", { class: "note", hidden: true });
    return make("div", { class: "bottom" }, this.note, make("div", { class: "compose" }, commands, attach, this.input, this.button, this.files));
  }

  load(topic, messages) {
    this.topic = topic;
    this.about(null);
    this.describe(topic);
    this.shown.clear();
    this.log.replaceChildren();
    this.lastDay = "";
    for (const message of messages) this.put(message);
    this.greet(messages);
    this.scroll.toEnd();
  }

  /** Explain an empty General topic. */
  greet(messages) {
    this.hello?.remove();
    if (this.topic.number || messages.some((message) => serviceOf(message) === null)) return;
    this.hello = make("p", { class: "hello", text: "No cases are waiting yet. When a person on a phone sends something, it is announced here, and their case gets a topic of its own." });
    this.log.append(this.hello);
  }

  describe(topic) {
    this.topic = topic;
    this.title.textContent = topic.name;
    this.subtitle.textContent = topic.is_closed ? "closed" : this.group.title;
  }

  add(message) {
    const mine = this.isMine(message);
    this.scroll.added(mine ? null : message.message_id, () => this.put(message).classList.add("fresh"));
  }

  put(message) {
    this.hello?.remove();
    const day = dayIn(this.tag, message.date);
    if (day !== this.lastDay) this.log.append(make("p", { class: "day", text: day }));
    this.lastDay = day;
    const element = this.draw(message);
    this.log.append(element);
    this.shown.set(message.message_id, element);
    return element;
  }

  draw(message) {
    const service = serviceOf(message);
    if (service === null) return bubble(message, this);
    return make("p", { class: "day", data: { message: String(message.message_id) }, text: service });
  }

  edited(message) {
    const before = this.shown.get(message.message_id);
    if (!before) return;
    const fresh = this.draw(message);
    this.scroll.during(() => before.replaceWith(fresh));
    this.shown.set(message.message_id, fresh);
  }

  deleted(number) {
    this.shown.get(number)?.remove();
    this.shown.delete(number);
  }

  toasted({ message_id: number, text }) {
    const shown = this.shown.get(number);
    if (shown) answered(shown);
    if (!text) return;
    this.toast.replaceChildren(make("span", { dir: "auto", text }));
    this.toast.classList.add("shown");
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => this.toast.classList.remove("shown"), TOAST_LASTS);
  }

  // For bubbles

  isMine(message) {
    return message.from?.id === this.group.me;
  }

  isRoot(message) {
    return message.reply_to_message.message_id === message.message_thread_id;
  }

  nameOf(message) {
    return this.isMine(message) ? null : message.from?.first_name;
  }

  signOf(message) {
    return this.group.signs.get(message.message_id);
  }

  toolsFor(message, mine) {
    const button = make("button", { type: "button", class: "tools", "aria-label": "What to do with this message" }, icon("more"));
    return withMenu(button, () => [
      ["Reply", () => this.about(message, "reply"), icon("reply")],
      ...(mine && (message.text ?? message.caption) !== undefined ? [["Edit", () => this.about(message, "edit")]] : []),
    ]);
  }

  // Actions

  place() {
    return this.topic.number ? { thread: this.topic.number } : {};
  }

  say(text, replyTo) {
    this.scroll.acted();
    return this.group.do("text", { text, ...this.place(), ...(replyTo ? { reply_to: replyTo } : {}) });
  }

  /** Send an attachment; the text in the input becomes its caption. */
  attach(action, file = null, about = {}) {
    this.scroll.acted();
    const caption = this.input.value.trim();
    const fields = { ...this.place(), ...about, ...(caption ? { caption } : {}), ...(this.replying ? { reply_to: this.replying } : {}) };
    this.input.value = "";
    this.about(null);
    this.grow();
    return file ? this.group.upload(action, file, fields) : this.group.do(action, fields);
  }

  async onFiles() {
    const chosen = [...this.files.files];
    this.files.value = "";
    const answered = this.replying;
    for (const file of chosen) {
      this.replying = answered;
      if (file.type.startsWith("image/")) await this.attach("photo", file);
      else await this.attach("file", file, { name: file.name });
    }
  }

  press(message, data) {
    this.scroll.acted();
    return this.group.do("press", { message_id: message, data });
  }

  begin(command) {
    this.input.value = command;
    this.grow();
    this.input.focus();
  }

  onKey(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
    if (event.key === "Escape") this.about(null);
  }

  grow() {
    const { input } = this;
    this.button.disabled = input.value.trim() === "";
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, TALLEST)}px`;
  }

  send() {
    const text = this.input.value.trim();
    if (!text) return;
    const { replying, editing } = this;
    this.input.value = "";
    this.about(null);
    this.grow();
    if (editing) this.group.do("edit", { message_id: editing, text });
    else this.say(text, replying);
    this.input.focus();
  }

  /** Reply to a message or edit it; null for neither. */
  about(message, how) {
    this.replying = how === "reply" ? message.message_id : null;
    this.editing = how === "edit" ? message.message_id : null;
    this.note.hidden = !message;
    this.note.replaceChildren();
    if (!message) return;
    const text = message.text ?? message.caption ?? "…";
    this.note.append(
      make("span", { class: "note-text" }, make("strong", { text: how === "edit" ? "Edit" : "Reply" }), " ", make("bdi", { text })),
      iconButton("close", "Cancel", () => this.about(null)));
    if (how === "edit") this.input.value = text;
    this.input.focus();
    this.grow();
  }

  things() {
    const number = this.topic.number;
    const topic = number ? [
      this.topic.is_closed ? ["Open the topic again", () => this.group.do("reopen", { thread: number })] : ["Close the topic", () => this.group.do("close", { thread: number })],
      ["Delete the topic", () => this.group.do("delete", { thread: number })],
    ] : [];
    const bot = this.group.botStatus === "administrator"
      ? [["Demote the bot to a member", () => this.group.do("add_bot", { status: "member" })], ["Remove the bot", () => this.group.do("kick")]]
      : [["Add the bot as administrator", () => this.group.do("add_bot", { status: "administrator" })]];
    return [...topic, ...bot];
  }
}
