// The pane of injected faults.

import { iconButton, make } from "./dom.js";
import { get, post, remove } from "./api.js";

const METHODS = ["", "sendMessage", "editMessageText", "deleteMessage", "deleteMessages", "answerCallbackQuery", "getUpdates", "getFile"];
const REFRESH = 3000;

const ANSWERS = [
  ["3 s late", { kind: "slow", seconds: 3 }],
  ["502 page", { kind: "html" }],
  ["Half an answer", { kind: "truncated" }],
  ["Cut before it took effect", { kind: "drop_before" }],
  ["Cut after it took effect", { kind: "drop_after" }],
];
const DELIVERY = [
  ["Each update twice", { kind: "twice" }],
  ["The batch once more", { kind: "again" }],
  ["Newest first", { kind: "backwards" }],
];
const JUMPS = [["151 s", 151], ["25 h", 25 * 3600], ["49 h", 49 * 3600], ["8 days", 8 * 86400]];

/** The pane; `phones` returns the phones on the page. */
export class FaultsPane {
  constructor(element, phones, complain) {
    this.element = element;
    this.phones = phones;
    this.complain = complain;
    this.chat = make("select", { "aria-label": "Whose calls" });
    this.method = make("select", { "aria-label": "Which calls" }, ...METHODS.map((name) => make("option", { value: name, text: name || "all calls" })));
    this.times = make("input", { type: "number", min: "1", max: "999", value: "1", "aria-label": "How many calls" });
    this.pending = make("ul", { class: "pending", "aria-live": "polite" });
    this.samples = make("select", { "aria-label": "Sample update" });
    element.append(
      make("header", { class: "pane-head" }, make("h2", { text: "Faults" }), iconButton("close", "Close the faults", () => this.toggle(false))),
      this.group("For", make("div", { class: "fields" }, this.chat, this.method, make("label", {}, "next ", this.times, " calls"))),
      this.group("Answers", this.buttons(ANSWERS, (fault) => this.addFault({ ...fault, times: Number(this.times.value) || 1 }))),
      this.group("Too many requests", this.buttons([["for 30 s", 30], ["for 5 min", 300]], (seconds) => this.addFault({ kind: "flood", lasting: seconds }))),
      this.group("Delivery to the bot", this.buttons(DELIVERY, (fault) => this.addFault(fault))),
      this.group("The bot", this.buttons([["Restart it", {}]], () => this.do(post("restart", {})))),
      this.group("Let time pass", this.buttons(JUMPS, (seconds) => this.do(post("clock", { seconds })))),
      this.group("A sample update", make("div", { class: "fields" }, this.samples, make("button", { type: "button", class: "plain", text: "Send", onclick: () => this.sendSample() }))),
      this.group("Active faults", this.pending, make("button", { type: "button", class: "plain", text: "Remove all faults", onclick: () => this.do(remove("faults")) })),
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
    this.timer = setInterval(() => this.showActive(), REFRESH);
    if (!this.samples.options.length) this.listSamples();
  }

  refresh() {
    const chosen = this.chat.value;
    this.chat.replaceChildren(make("option", { value: "0", text: "everyone" }),
      ...this.phones().map(({ id, name }) => make("option", { value: String(id), text: name })));
    this.chat.value = [...this.chat.options].some((option) => option.value === chosen) ? chosen : "0";
    this.showActive();
  }

  async listSamples() {
    const names = await get("samples").catch(this.complain);
    for (const [collection, list] of Object.entries(names ?? {})) {
      const group = make("optgroup", { label: collection });
      for (const name of list) group.append(make("option", { value: `${collection}/${name}`, text: name.replaceAll("_", " ") }));
      this.samples.append(group);
    }
  }

  sendSample() {
    const [collection, name] = this.samples.value.split("/");
    this.do(post("samples", { collection, name, phone: Number(this.chat.value) }));
  }

  addFault(fault) {
    const target = "times" in fault || "lasting" in fault ? { chat: Number(this.chat.value), method: this.method.value } : {};
    this.do(post("faults", { ...target, ...fault }));
  }

  do(request) {
    request.then(() => this.showActive()).catch(this.complain);
  }

  async showActive() {
    const pending = await get("faults").catch(() => []);
    const lines = pending.map((fault) => {
      const left = fault.times === null ? "for a while" : `${fault.times} left`;
      return make("li", { text: `${fault.kind.replaceAll("_", " ")} · ${fault.method || "all calls"} · ${left}` });
    });
    this.pending.replaceChildren(...(lines.length ? lines : [make("li", { class: "quiet", text: "None" })]));
  }
}
