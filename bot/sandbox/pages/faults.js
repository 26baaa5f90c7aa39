// The pane where things go wrong on purpose.

import { iconButton, make } from "./dom.js";
import { get, post, remove } from "./wire.js";

const METHODS = ["", "sendMessage", "editMessageText", "deleteMessage", "deleteMessages", "answerCallbackQuery", "getUpdates", "getFile"];
const LOOK_AGAIN = 3000;

const ANSWERS = [
  ["3 s late", { trouble: "slow", seconds: 3 }],
  ["502 page", { trouble: "html" }],
  ["Half an answer", { trouble: "truncated" }],
  ["Cut before it took effect", { trouble: "drop_before" }],
  ["Cut after it took effect", { trouble: "drop_after" }],
];
const DELIVERY = [
  ["Each update twice", { trouble: "twice" }],
  ["The batch once more", { trouble: "again" }],
  ["Newest first", { trouble: "backwards" }],
];
const JUMPS = [["151 s", 151], ["25 h", 25 * 3600], ["49 h", 49 * 3600], ["8 days", 8 * 86400]];

/** Fill the pane; `phones` gives the phones now on the page. */
export class FaultsPane {
  constructor(element, phones, complain) {
    this.element = element;
    this.phones = phones;
    this.complain = complain;
    this.chat = make("select", { "aria-label": "Whose calls" });
    this.method = make("select", { "aria-label": "Which calls" }, ...METHODS.map((name) => make("option", { value: name, text: name || "all calls" })));
    this.times = make("input", { type: "number", min: "1", max: "999", value: "1", "aria-label": "How many calls" });
    this.pending = make("ul", { class: "pending", "aria-live": "polite" });
    this.odd = make("select", { "aria-label": "Odd update" });
    element.append(
      make("header", { class: "pane-head" }, make("h2", { text: "Faults" }), iconButton("close", "Close the faults", () => this.toggle(false))),
      this.group("For", make("div", { class: "fields" }, this.chat, this.method, make("label", {}, "next ", this.times, " calls"))),
      this.group("Answers", this.buttons(ANSWERS, (asked) => this.order({ ...asked, times: Number(this.times.value) || 1 }))),
      this.group("Too many requests", this.buttons([["for 30 s", 30], ["for 5 min", 300]], (seconds) => this.order({ trouble: "flood", lasting: seconds }))),
      this.group("Delivery to the bot", this.buttons(DELIVERY, (asked) => this.order(asked))),
      this.group("The bot", this.buttons([["Restart it", {}]], () => this.do(post("restart", {})))),
      this.group("Let time pass", this.buttons(JUMPS, (seconds) => this.do(post("clock", { seconds })))),
      this.group("An odd update", make("div", { class: "fields" }, this.odd, make("button", { type: "button", class: "plain", text: "Send", onclick: () => this.sendOdd() }))),
      this.group("Now ordered", this.pending, make("button", { type: "button", class: "plain", text: "Call all off", onclick: () => this.do(remove("faults")) })),
    );
  }

  group(name, ...children) {
    return make("section", { class: "pane-group" }, make("h3", { text: name }), ...children);
  }

  buttons(pairs, act) {
    return make("div", { class: "chips" }, ...pairs.map(([label, about]) => make("button", { type: "button", class: "chip", text: label, onclick: () => act(about) })));
  }

  toggle(open = this.element.hidden) {
    this.element.hidden = !open;
    document.body.classList.toggle("with-faults", open);
    clearInterval(this.timer);
    if (!open) return;
    this.refresh();
    this.timer = setInterval(() => this.look(), LOOK_AGAIN);
    if (!this.odd.options.length) this.listOdd();
  }

  refresh() {
    const chosen = this.chat.value;
    this.chat.replaceChildren(make("option", { value: "0", text: "everybody" }),
      ...this.phones().map(({ id, name }) => make("option", { value: String(id), text: name })));
    this.chat.value = [...this.chat.options].some((option) => option.value === chosen) ? chosen : "0";
    this.look();
  }

  async listOdd() {
    const names = await get("oddities").catch(this.complain);
    for (const [of, list] of Object.entries(names ?? {})) {
      const group = make("optgroup", { label: of });
      for (const name of list) group.append(make("option", { value: `${of}/${name}`, text: name.replaceAll("_", " ") }));
      this.odd.append(group);
    }
  }

  sendOdd() {
    const [of, name] = this.odd.value.split("/");
    this.do(post("oddities", { of, name, phone: Number(this.chat.value) }));
  }

  order(asked) {
    const aimed = "times" in asked || "lasting" in asked ? { chat: Number(this.chat.value), method: this.method.value } : {};
    this.do(post("faults", { ...aimed, ...asked }));
  }

  do(request) {
    request.then(() => this.look()).catch(this.complain);
  }

  async look() {
    const pending = await get("faults").catch(() => []);
    const lines = pending.map((fault) => {
      const left = fault.times === null ? "for a while" : `${fault.times} left`;
      return make("li", { text: `${fault.trouble.replaceAll("_", " ")} · ${fault.method || "all calls"} · ${left}` });
    });
    this.pending.replaceChildren(...(lines.length ? lines : [make("li", { class: "quiet", text: "Nothing: all goes well." })]));
  }
}
