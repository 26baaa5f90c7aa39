// The page of the group: its topics, the open topic, and the caseworker who writes.

import { iconButton, icon, make } from "./dom.js";
import { TopicView } from "./topic_view.js";
import { lineOf, topicOf } from "./topics.js";
import { listen, post, upload } from "./api.js";
import { timeOf } from "./app_texts.js";

const GENERAL = 0;
const stage = document.getElementById("stage");
const tools = document.getElementById("tools");
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

/** The group of caseworkers. It receives events and sends the actions of caseworkers. */
class GroupView {
  constructor(state) {
    this.id = state.id;
    this.messages = new Map();
    this.unread = new Map();
    this.at = Number(new URLSearchParams(location.search).get("topic") ?? GENERAL);
    this.me = Number(new URLSearchParams(location.search).get("as") ?? 0);
    this.list = make("nav", { class: "topics", "aria-label": "Topics" });
    this.people = make("fieldset", { class: "people" });
    this.side = make("section", { class: "side", "aria-label": "The group" }, this.people, this.list);
    this.view = new TopicView(this);
    this.element = make("section", { class: "group", "aria-label": "Group of caseworkers" }, this.side, this.view.element);
    this.load(state);
  }

  load(state) {
    this.title = state.title;
    this.botStatus = state.bot;
    this.topics = state.topics;
    this.signs = new Map(Object.entries(state.signs).map(([number, emoji]) => [Number(number), emoji]));
    this.members = state.members;
    this.messages = new Map(state.messages.map((message) => [message.message_id, message]));
    if (!this.workers().some(({ id }) => id === this.me)) this.me = this.workers()[0]?.id ?? 0;
    this.showPeople();
    const wanted = new URLSearchParams(location.search).has("topic");
    this.open(this.isThere(this.at) ? this.at : GENERAL);
    if (!wanted) this.element.classList.remove("in-room"); // a narrow screen begins with the list
  }

  /** Everyone who can write here. */
  workers() {
    return this.members;
  }

  isThere(number) {
    return number === GENERAL || this.topics.some((topic) => topic.number === number);
  }

  topic(number = this.at) {
    return this.topics.find((topic) => topic.number === number) ?? { number: GENERAL, name: "General", is_closed: false };
  }

  inTopic(number) {
    return [...this.messages.values()].filter((message) => topicOf(message) === number);
  }

  open(number) {
    this.at = number;
    this.unread.delete(number);
    this.element.classList.add("in-room");
    const query = new URLSearchParams({ as: String(this.me), topic: String(number) });
    history.replaceState(null, "", `?${query}`);
    this.view.load(this.topic(), this.inTopic(number));
    this.showTopics();
  }

  showPeople() {
    this.people.replaceChildren(make("legend", { class: "quiet", text: "You write as" }), ...this.workers().map(({ id, name }) => {
      const choice = make("input", { type: "radio", name: "me", value: String(id), checked: id === this.me, onchange: () => {
        this.me = id;
        this.open(this.at);
      } });
      return make("label", { class: "person" }, choice, make("bdi", { text: name }));
    }));
  }

  showTopics() {
    const numbers = [GENERAL, ...this.topics.map(({ number }) => number)];
    const lately = (number) => Math.max(0, ...this.inTopic(number).map(({ message_id: it }) => it));
    const sorted = [GENERAL, ...numbers.slice(1).sort((one, other) => lately(other) - lately(one))];
    this.list.replaceChildren(...sorted.map((number) => this.item(number)));
  }

  item(number) {
    const topic = this.topic(number);
    const last = this.inTopic(number).at(-1);
    const unread = this.unread.get(number) ?? 0;
    return make("button", {
      type: "button", class: "topic", data: { topic: String(number) },
      "aria-current": number === this.at ? "true" : null, onclick: () => this.open(number),
    },
    make("span", { class: "topic-head" }, make("bdi", { class: "topic-name", text: topic.name }), make("time", { text: last ? timeOf(last.date) : "" })),
    make("span", { class: "topic-foot" },
      make("span", { class: "topic-last", text: topic.is_closed ? `closed · ${lineOf(last)}` : lineOf(last) }),
      unread ? make("span", { class: "badge", "aria-label": `${unread} unread`, text: String(unread) }) : null));
  }

  // Events

  add(message) {
    this.messages.set(message.message_id, message);
    const number = topicOf(message);
    if (number === this.at) this.view.add(message);
    else if (message.from?.id !== this.me) this.unread.set(number, (this.unread.get(number) ?? 0) + 1);
    this.showTopics();
  }

  edited(message) {
    this.messages.set(message.message_id, message);
    if (topicOf(message) === this.at) this.view.edited(message);
    this.showTopics();
  }

  deleted({ message_id: number }) {
    this.messages.delete(number);
    this.view.deleted(number);
    this.showTopics();
  }

  topicsAre(topics) {
    this.topics = topics;
    if (this.isThere(this.at)) this.view.describe(this.topic());
    else this.open(GENERAL);
    this.showTopics();
  }

  signed({ message_id: number, reaction }) {
    const emoji = reaction.map((one) => one.emoji ?? "").join("");
    if (emoji) this.signs.set(number, emoji);
    else this.signs.delete(number);
    const message = this.messages.get(number);
    if (message && topicOf(message) === this.at) this.view.edited(message);
  }

  toasted(about) {
    this.view.toasted(about);
  }

  // Actions

  do(action, fields = {}) {
    return post(`groups/${this.id}/${action}`, { as: this.me, ...fields }).catch(complain);
  }

  upload(action, file, fields = {}) {
    return upload(`groups/${this.id}/${action}`, file, { as: String(this.me), ...fields }).catch(complain);
  }
}

const HANDLERS = {
  message: (group, about) => group.add(about),
  edited: (group, about) => group.edited(about),
  deleted: (group, about) => group.deleted(about),
  reaction: (group, about) => group.signed(about),
  topics: (group, about) => group.topicsAre(about),
  toast: (group, about) => group.toasted(about),
  group: (group, about) => group.load(about),
};
let group = null;

function show(states) {
  const [state] = states;
  if (!state) stage.replaceChildren(noGroup());
  else if (group?.id === state.id) group.load(state);
  else {
    group = new GroupView(state);
    stage.replaceChildren(group.element);
    group.view.scroll.toEnd();
  }
  document.body.classList.add("ready");
}

function handle(chat, kind, about) {
  if (kind === "state") show(about.groups);
  else if (kind === "group" && group?.id !== chat) show([about]);
  else if (group?.id === chat) HANDLERS[kind]?.(group, about);
}

function noGroup() {
  return make("section", { class: "welcome" },
    make("h2", { text: "There is no group here" }),
    make("p", { class: "quiet", text: "The demo creates one: start it with ./run demo." }));
}

function theme() {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "light" : "dark";
}

tools.append(
  make("a", { class: "plain", href: "/", target: "_blank", rel: "noopener" }, icon("link"), make("span", { text: "The phones" })),
  iconButton("moon", "Light or dark", theme),
);
listen(handle, (up) => document.body.classList.toggle("line-down", !up));
