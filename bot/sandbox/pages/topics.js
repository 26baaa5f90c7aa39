// The topic of a message in a group, and its text in one line.

import { kindOf } from "./bubbles.js";

const SERVICE = {
  forum_topic_created: () => "The topic was opened",
  forum_topic_edited: ({ name }) => `The topic was renamed to ${name}`,
  forum_topic_closed: () => "The topic was closed",
  forum_topic_reopened: () => "The topic was opened again",
  new_chat_members: (members) => `${members.map(({ first_name: name }) => name).join(", ")} joined`,
};

/** Return the number of a message's topic; 0 for General. */
export function topicOf(message) {
  return message.message_thread_id ?? 0;
}

/** Return the text of a service message; null for any other. */
export function serviceOf(message) {
  const field = Object.keys(SERVICE).find((name) => name in message);
  return field ? SERVICE[field](message[field]) : null;
}

/** Return the text of a message in one line. */
export function lineOf(message) {
  if (!message) return "Nothing yet";
  const text = message.text ?? message.caption ?? serviceOf(message) ?? `[${kindOf(message)}]`;
  return text.replaceAll(/\s+/g, " ").slice(0, 80);
}
