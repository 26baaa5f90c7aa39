// Texts with entities. Offsets count UTF-16 units, as JavaScript strings do.

import { make } from "./dom.js";

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "code", blockquote: "q" };

/** Return the parts of a text; commands become buttons that send them. */
export function piecesOf(text, entities, onCommand) {
  if (!entities?.length) return [text];
  const cuts = new Set([0, text.length]);
  for (const { offset, length } of entities) cuts.add(offset).add(offset + length);
  const places = [...cuts].filter((place) => place <= text.length).sort((a, b) => a - b);
  return places.slice(0, -1).map((start, at) => {
    const end = places[at + 1];
    const about = entities.filter((one) => one.offset <= start && one.offset + one.length >= end);
    return about.reduceRight((inner, one) => wrap(one, inner, text.slice(start, end), onCommand), text.slice(start, end));
  });
}

function wrap(entity, inner, text, onCommand) {
  switch (entity.type) {
    case "bot_command":
      return make("button", { type: "button", class: "command", onclick: () => onCommand(text) }, inner);
    case "spoiler":
      return make("button", { type: "button", class: "spoiler", onclick: (event) => event.currentTarget.classList.add("seen") }, inner);
    case "text_link":
      return make("span", { class: "link", title: entity.url }, inner);
    case "text_mention":
    case "url":
      return make("span", { class: "link" }, inner);
    default:
      return TAGS[entity.type] ? make(TAGS[entity.type], {}, inner) : inner;
  }
}
