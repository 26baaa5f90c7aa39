// The input of a phone: text, attachments, the bot's menu and its keyboard.

import { icon, iconButton, make } from "./dom.js";
import { replyKeyboard } from "./keyboards.js";
import { withMenu } from "./menu.js";
import { textsIn } from "./app_texts.js";

const TALLEST = 132;

/** The bottom of a phone. It shows START in an empty chat, and Unblock when the bot is blocked. */
export class Composer {
  constructor(phone) {
    this.phone = phone;
    this.texts = textsIn(phone.tag);
    this.keysShown = true;
    this.element = make("div", { class: "bottom" });
    this.build();
  }

  build() {
    this.input = make("textarea", {
      rows: "1", class: "input", lang: this.phone.tag, dir: "auto", maxlength: "12000",
      "aria-label": this.texts.message, placeholder: this.texts.message,
      oninput: () => this.grow(),
      onkeydown: (event) => this.onKey(event),
    });
    this.button = iconButton("send", "Send", () => this.send(), { class: "round filled send", disabled: true });
    this.voice = iconButton("voice", "Send a voice note of 2 seconds", () => this.phone.sendVoice());
    this.files = make("input", { type: "file", hidden: true, multiple: true, tabindex: "-1", "aria-hidden": "true", onchange: () => this.onFiles() });
    this.keysButton = iconButton("keys", "Show or hide the suggested answers", () => {
      this.keysShown = !this.keysShown;
      this.show();
    });
    this.commands = withMenu(iconButton("menu", "Commands of the bot", () => {}), () => this.phone.commands().map(({ command, description }) => [
      description, () => this.phone.say(`/${command}`), make("code", { text: `/${command}` }),
    ]));
    this.attach = withMenu(iconButton("attach", "Attach", () => {}), () => [
      ["Photo or file", () => this.choose(""), icon("file")],
      ["Made-up photo", () => this.phone.sendPhoto(), icon("photo")],
      ["Location", () => this.phone.sendPlace(), icon("place")],
      ["Contact", () => this.phone.sendContact(), icon("contact")],
      ["Sound as voice note", () => this.choose("audio/*"), icon("voice")],
    ]);
    this.note = make("div", { class: "note", hidden: true });
    this.row = make("div", { class: "compose" }, this.commands, this.attach, this.input, this.keysButton, this.voice, this.button, this.files);
    this.keys = make("div", { class: "keys-place" });
    this.begin = make("button", { type: "button", class: "begin", onclick: () => this.phone.start() });
  }

  show() {
    const { phone } = this;
    const blocked = phone.isBlocked;
    const empty = phone.isEmpty();
    this.begin.lang = phone.tag;
    this.begin.textContent = blocked ? this.texts.unblock : this.texts.start;
    if (blocked || empty) {
      this.element.replaceChildren(this.begin);
      return;
    }
    this.commands.hidden = !phone.commands().length;
    const markup = phone.keyboard?.keyboard ? phone.keyboard : null;
    this.keysButton.hidden = !markup;
    this.keys.replaceChildren(...(markup && this.keysShown ? [replyKeyboard(markup, phone)] : []));
    this.input.placeholder = phone.keyboard?.input_field_placeholder ?? this.texts.message;
    if (this.row.parentElement !== this.element) this.element.replaceChildren(this.note, this.row, this.keys);
    this.grow();
  }

  grow() {
    const { input } = this;
    const has = input.value.trim() !== "";
    this.button.disabled = !has;
    this.button.hidden = !has;
    this.voice.hidden = has;
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, TALLEST)}px`;
  }

  onKey(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
    if (event.key === "Escape") this.about(null);
  }

  send() {
    const text = this.input.value.trim();
    if (!text) return;
    const { editing, replying } = this;
    this.input.value = "";
    this.about(null);
    this.grow();
    if (editing) this.phone.edit(editing, text);
    else this.phone.say(text, replying);
    this.input.focus();
  }

  /** Reply to a message or edit it; null for neither. */
  about(message, how) {
    this.editing = how === "edit" ? message.message_id : null;
    this.replying = how === "reply" ? message.message_id : null;
    this.note.hidden = !message;
    if (!message) {
      this.note.replaceChildren();
      return;
    }
    const text = message.text ?? message.caption ?? "";
    this.note.replaceChildren(
      make("span", { class: "note-text" }, make("strong", { text: how === "edit" ? "Edit" : "Reply" }), " ", make("bdi", { text })),
      iconButton("close", "Cancel", () => this.about(null)),
    );
    if (how === "edit") this.input.value = text;
    this.input.focus();
    this.grow();
  }

  choose(kind) {
    this.files.accept = kind;
    this.asVoice = kind === "audio/*";
    this.files.click();
  }

  async onFiles() {
    const chosen = [...this.files.files];
    this.files.value = "";
    for (const file of chosen) {
      if (this.asVoice) await this.phone.sendVoice(file);
      else if (file.type.startsWith("image/")) await this.phone.sendPhoto(file);
      else await this.phone.sendFile(file);
    }
  }
}
