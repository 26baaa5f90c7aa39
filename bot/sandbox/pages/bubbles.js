// The bubble of a message.

import { icon, make, sketchMap, waveform } from "./dom.js";
import { piecesOf } from "./entities.js";
import { inlineKeyboard } from "./keyboards.js";
import { languageOf } from "./languages.js";
import { timeOf, textsIn } from "./app_texts.js";

const HIDDEN = new Set([
  "message_id", "from", "chat", "date", "edit_date", "reply_markup", "has_protected_content",
  "message_thread_id", "is_topic_message", "reply_to_message", "has_media_spoiler",
]);

/** Return a message's bubble; `phone` handles its actions. */
export function bubble(message, phone) {
  const mine = phone.isMine ? phone.isMine(message) : !message.from?.is_bot;
  const body = make("div", { class: "bubble" }, ...content(message, phone), meta(message, phone));
  const name = phone.nameOf?.(message);
  if (name) body.prepend(make("p", { class: "sender", data: { hue: hueOf(message.from) } }, make("bdi", { text: name })));
  if (phone.toolsFor) body.append(phone.toolsFor(message, mine));
  const item = make("article", {
    class: `message ${mine ? "mine" : "theirs"}`,
    data: { message: String(message.message_id) },
    "aria-label": name ?? (mine ? "You" : "Bot"),
  }, body);
  const rows = message.reply_markup?.inline_keyboard;
  if (rows?.length) item.append(inlineKeyboard(rows, message, phone));
  const sign = phone.signOf?.(message);
  if (sign) body.append(make("span", { class: "sign", role: "img", "aria-label": "Reaction of the bot", text: sign }));
  return item;
}

/** Return the colour of a sender's name, always the same one. */
function hueOf(from) {
  return String((from?.is_bot ? 0 : (from?.id ?? 0) % 5) + 1);
}

function content(message, phone) {
  const parts = [];
  if (message.forward_origin) parts.push(make("p", { class: "forwarded", text: `Forwarded from ${originOf(message.forward_origin)}` }));
  if (message.reply_to_message && !phone.isRoot?.(message)) parts.push(quote(message.reply_to_message, phone));
  if (message.photo) parts.push(photo(message.photo.at(-1), message.has_media_spoiler));
  if (message.voice) parts.push(voice(message.voice));
  if (message.document) parts.push(file(message.document));
  if (message.location) parts.push(place(message.location));
  if (message.contact) parts.push(contact(message.contact));
  const text = message.text ?? message.caption;
  if (text !== undefined) {
    const entities = message.entities ?? message.caption_entities;
    parts.push(make("p", { class: "words", lang: languageOf(text, phone.tag), dir: "auto" }, ...piecesOf(text, entities, (command) => phone.say(command))));
  }
  if (!parts.length) parts.push(make("p", { class: "words quiet", text: `[${kindOf(message)}]` }));
  return parts;
}

/** Return the type of a message that is not drawn. */
export function kindOf(message) {
  return Object.keys(message).find((field) => !HIDDEN.has(field))?.replaceAll("_", " ") ?? "nothing";
}

function originOf(origin) {
  return origin.sender_user_name ?? origin.sender_user?.first_name ?? origin.chat?.title ?? "a person";
}

/** As in the app, only messages of people show that they were edited. */
function meta(message, phone) {
  const texts = textsIn(phone.tag);
  const line = make("span", { class: "meta" });
  if (message.edit_date && !message.from?.is_bot) line.append(make("span", { class: "edited", lang: phone.tag, text: texts.edited }), " ");
  line.append(make("time", { text: timeOf(message.date) }));
  return line;
}

function quote(message, phone) {
  const text = message.text ?? message.caption ?? `[${kindOf(message)}]`;
  return make("blockquote", { class: "quote", lang: languageOf(text, phone.tag), dir: "auto", text });
}

function photo(size, veiled) {
  const picture = make("img", { src: `/sandbox/files/${size.file_id}`, alt: "Photo", class: "photo", width: size.width, height: size.height });
  const button = make("button", { type: "button", class: "photo-button", "aria-label": "Open the photo" }, picture);
  button.classList.toggle("veiled", Boolean(veiled));
  if (veiled) button.setAttribute("aria-label", "A blurred photo: show it");
  button.addEventListener("click", () => {
    if (!button.classList.contains("veiled")) enlarge(picture.src);
    button.classList.remove("veiled");
    button.setAttribute("aria-label", "Open the photo");
  });
  return button;
}

function enlarge(source) {
  const dialog = make("dialog", { class: "lightbox", "aria-label": "Photo" }, make("img", { src: source, alt: "Photo" }));
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function voice(about) {
  const sound = new Audio(`/sandbox/files/${about.file_id}`);
  sound.preload = "none";
  const button = make("button", { type: "button", class: "round filled", "aria-label": "Play the voice note" }, icon("play"));
  const box = make("div", { class: "voice" }, button, waveform(about.file_id), make("span", { class: "length", text: `0:${String(about.duration).padStart(2, "0")}` }));
  const show = (name) => button.replaceChildren(icon(name));
  button.addEventListener("click", () => (sound.paused ? sound.play().catch(() => show("play")) : sound.pause()));
  sound.addEventListener("play", () => show("pause"));
  sound.addEventListener("pause", () => show("play"));
  sound.addEventListener("timeupdate", () => {
    const played = sound.duration ? sound.currentTime / sound.duration : 0;
    [...box.querySelectorAll("rect")].forEach((bar, at, bars) => bar.classList.toggle("played", at < played * bars.length));
  });
  return box;
}

function file(about) {
  const name = about.file_name ?? "file";
  return make("a", { class: "file", href: `/sandbox/files/${about.file_id}`, download: name },
    make("span", { class: "round filled" }, icon("file")),
    make("span", { class: "file-name" }, make("bdi", { text: name }), make("small", { text: sizeOf(about.file_size) })));
}

function sizeOf(bytes) {
  if (!bytes) return "size unknown";
  const steps = ["B", "KB", "MB", "GB"];
  let at = 0;
  let left = bytes;
  while (left >= 1024 && at < 3) {
    left /= 1024;
    at += 1;
  }
  return `${left < 10 && at ? left.toFixed(1) : Math.round(left)} ${steps[at]}`;
}

function place({ latitude, longitude }) {
  return make("figure", { class: "place" }, sketchMap(), make("figcaption", { text: `${latitude.toFixed(4)}, ${longitude.toFixed(4)}` }));
}

function contact(about) {
  return make("div", { class: "file" }, make("span", { class: "round filled" }, icon("contact")),
    make("span", { class: "file-name" }, make("bdi", { text: about.first_name }), make("small", { text: about.phone_number })));
}
