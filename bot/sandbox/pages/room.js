// One topic of the group: what stands in it, and where a caseworker writes.

import { bubble } from "./bubbles.js";
import { icon, iconButton, make } from "./dom.js";
import { Gaze } from "./gaze.js";
import { answered } from "./keyboards.js";
import { withMenu } from "./menu.js";
import { serviceOf } from "./topics.js";
import { dayIn } from "./words.js";

const TALLEST = 132;
const OFFICE = { latitude: 25.0418, longitude: 121.5255 };
const TOAST_LASTS = 3500;
const COMMANDS = [
  ["/help", "What can be done here"], ["/queue", "Who waits"], ["/claim", "The next case, or this one"],
  ["/takeover", "Hold the conversation"], ["/say ", "Words to the person"], ["/phrase", "The phrasebook"],
  ["/note ", "Words for colleagues"], ["/handback", "Let the bot go on"], ["/close", "End the case"],
];

/** The open topic. It speaks to bubbles as a phone does. */
export class Room {
  constructor(group) {
    this.group = group;
    this.tag = "en";
    this.shown = new Map();
    this.log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": "Messages of the topic", tabindex: "0" });
    this.gaze = new Gaze(this.log);
    this.title = make("h2", { class: "title" });
    this.subtitle = make("span", { class: "subtitle" });
    this.toast = make("div", { class: "toast", role: "status", "aria-live": "polite" });
    const back = iconButton("back", "All topics", () => group.element.classList.remove("in-room"), { class: "round to-topics" });
    const more = withMenu(iconButton("more", "More for this topic", () => {}), () => this.things());
    this.element = make("section", { class: "room screen", "aria-label": "Topic" },
      make("header", { class: "head" }, back, make("span", { class: "head-names" }, this.title, this.subtitle), more),
      this.log, make("div", { class: "down-place" }, this.gaze.down), this.toast, this.bottom());
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
      ["Made-up photo", () => this.enclose("photo"), icon("photo")],
      ["Voice note of 2 seconds", () => this.enclose("voice"), icon("voice")],
      ["Location", () => this.enclose("location", null, OFFICE), icon("place")],
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
    this.gaze.toEnd();
  }

  /** Say what will come, where nothing has come yet. */
  greet(messages) {
    this.hello?.remove();
    if (this.topic.number || messages.some((message) => serviceOf(message) === null)) return;
    this.hello = make("p", { class: "hello", text: "Nobody is waiting yet. When somebody on a phone sends something, it is called out here, and their case gets a topic of its own." });
    this.log.append(this.hello);
  }

  describe(topic) {
    this.topic = topic;
    this.title.textContent = topic.name;
    this.subtitle.textContent = topic.is_closed ? "closed" : this.group.title;
  }

  add(message) {
    const mine = this.isMine(message);
    this.gaze.came(mine ? null : message.message_id, () => this.put(message).classList.add("fresh"));
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
    this.gaze.during(() => before.replaceWith(fresh));
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

  // What a bubble asks

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

  // What a caseworker does

  place() {
    return this.topic.number ? { thread: this.topic.number } : {};
  }

  say(text, replyTo) {
    this.gaze.acted();
    return this.group.do("text", { text, ...this.place(), ...(replyTo ? { reply_to: replyTo } : {}) });
  }

  /** Send something besides words; what stands in the box goes under it, and it answers what words would. */
  enclose(deed, file = null, about = {}) {
    this.gaze.acted();
    const caption = this.input.value.trim();
    const asked = { ...this.place(), ...about, ...(caption ? { caption } : {}), ...(this.replying ? { reply_to: this.replying } : {}) };
    this.input.value = "";
    this.about(null);
    this.grow();
    return file ? this.group.hand(deed, file, asked) : this.group.do(deed, asked);
  }

  async onFiles() {
    const chosen = [...this.files.files];
    this.files.value = "";
    const answered = this.replying;
    for (const file of chosen) {
      this.replying = answered;
      if (file.type.startsWith("image/")) await this.enclose("photo", file);
      else await this.enclose("file", file, { name: file.name });
    }
  }

  press(message, data) {
    this.gaze.acted();
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

  /** Write about an earlier message: answer it or change it; null for none. */
  about(message, how) {
    this.replying = how === "reply" ? message.message_id : null;
    this.editing = how === "edit" ? message.message_id : null;
    this.note.hidden = !message;
    this.note.replaceChildren();
    if (!message) return;
    const text = message.text ?? message.caption ?? "…";
    this.note.append(
      make("span", { class: "note-text" }, make("strong", { text: how === "edit" ? "Edit" : "Reply" }), " ", make("bdi", { text })),
      iconButton("close", "Leave it", () => this.about(null)));
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
      ? [["Take the bot's rights", () => this.group.do("admit", { status: "member" })], ["Throw the bot out", () => this.group.do("kick")]]
      : [["Let the bot in, with rights", () => this.group.do("admit", { status: "administrator" })]];
    return [...topic, ...bot];
  }
}
