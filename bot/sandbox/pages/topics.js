// What a message of a group is about: its topic, and what it says in one line.

import { kindOf } from "./bubbles.js";

const SERVICE = {
  forum_topic_created: () => "The topic was opened",
  forum_topic_edited: ({ name }) => `The topic is called ${name} now`,
  forum_topic_closed: () => "The topic was closed",
  forum_topic_reopened: () => "The topic was opened again",
  new_chat_members: (members) => `${members.map(({ first_name: name }) => name).join(", ")} came`,
};

/** Return the number of a message's topic; 0 for the one that is always there. */
export function topicOf(message) {
  return message.message_thread_id ?? 0;
}

/** Return what a message of the app itself says, null for one that somebody wrote. */
export function serviceOf(message) {
  const field = Object.keys(SERVICE).find((name) => name in message);
  return field ? SERVICE[field](message[field]) : null;
}

/** Return a message in one line. */
export function lineOf(message) {
  if (!message) return "Nothing yet";
  const text = message.text ?? message.caption ?? serviceOf(message) ?? `[${kindOf(message)}]`;
  return text.replaceAll(/\s+/g, " ").slice(0, 80);
}
