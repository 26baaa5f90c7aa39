// The page on which native speakers record the safety sentences, and review them.

import { icon, iconButton, make } from "./dom.js";
import { MAX_SECONDS, clock, player, startRecording } from "./recorder.js";

const API = "/recordings";
const OPEN_STATES = { record: ["missing", "record again"], review: ["recorded"] };
const MARK = /^(?:part of )?safety sentences?(?:,? (?:and )?\[\w\])*[.,]?\s*/i;

const stage = document.getElementById("stage");
const asked = new URLSearchParams(location.search);
const drafts = new Map(); // recordings that were not kept yet, by the name of their sentence
let tag = asked.get("language") ?? "id";
let task = asked.get("task") === "review" ? "review" : "record";
let sentences = [];
let at = 0;
let recorder = null;
let playing = null;

async function ask(path, options = {}) {
  const response = await fetch(`${API}/${path}`, options).catch(() => null);
  const body = await response?.json().catch(() => null);
  if (!response?.ok) throw new Error(body?.error ?? "The demo does not answer. Start it with ./run demo, then try again.");
  return body;
}

// What stays on the page

const say = make("p", { class: "said", role: "alert", hidden: true });
const name = make("input", { class: "field", maxlength: "60", autocomplete: "off", id: "name", value: sessionStorage.getItem("name") ?? "" });
const consent = make("input", { type: "checkbox", id: "consent" });
const language = make("select", { class: "field", id: "language", onchange: () => open(language.value).catch(complain) });
const summary = make("p", { class: "quiet", "aria-live": "polite" });
const place = make("p", { class: "quiet" });
const list = make("ol", { class: "sentences", "aria-label": "Sentences" });
const card = make("section", { class: "card", "aria-label": "Sentence" });
const agreement = make("label", { class: "agree", for: "consent" }, consent,
  make("span", { text: "This is my own voice. I agree that the recordings, with this name, are published as part of Haven under its licence (AGPL-3.0-or-later). Anyone may copy them; they cannot be taken back. A voice can be recognised: do not record if that could put you or your family in danger." }));
name.addEventListener("input", () => {
  sessionStorage.setItem("name", name.value.trim());
  if (task === "review") showCard();
});

function taskChoice(value, label) {
  const choice = make("input", { type: "radio", name: "task", value, checked: task === value, onchange: () => {
    task = value;
    agreement.hidden = task === "review";
    goToNext(-1);
  } });
  return make("label", { class: "task" }, choice, make("span", { text: label }));
}

function complain(error) {
  say.textContent = error.message ?? error;
  say.hidden = false;
}

/** Say what is missing, and put the cursor there. */
function refuse(what, where) {
  complain(what);
  where.focus();
}

function current() {
  return sentences[at];
}

function needsWork(sentence) {
  return OPEN_STATES[task].includes(sentence.state) && !(task === "review" && isMine(sentence));
}

function isMine(sentence) {
  return sentence.speaker.toLowerCase() === name.value.trim().toLowerCase();
}

function goTo(index) {
  at = index;
  say.hidden = true;
  history.replaceState(null, "", `?${new URLSearchParams({ language: tag, task, sentence: String(current().number) })}`);
  showList();
  showCard();
}

/** Go to the next sentence with something to do; stay where there is none. */
function goToNext(from = at) {
  const order = sentences.map((_, step) => (from + 1 + step) % sentences.length);
  goTo(order.find((index) => needsWork(sentences[index])) ?? Math.max(from, 0));
}

/** While a recording runs, nothing else on the page can be pressed. */
function lock() {
  for (const part of stage.querySelectorAll(".who, .all, .steps")) part.inert = Boolean(recorder);
}

function update(sentence) {
  sentences[at] = sentence;
  goToNext();
}

// The list

function showList() {
  const count = (state) => sentences.filter((it) => it.state === state).length;
  summary.textContent = `${count("reviewed")} of ${sentences.length} reviewed · ${count("recorded")} to review · ${count("missing") + count("record again")} to record`;
  let subject = "";
  const rows = [];
  for (const [index, it] of sentences.entries()) {
    if (it.subject !== subject) rows.push(make("li", { class: "subject", text: it.subject }));
    subject = it.subject;
    const state = drafts.has(it.name) ? "not kept" : it.state;
    rows.push(make("li", {}, make("button", { type: "button", class: "sentence", "aria-current": index === at ? "true" : null, onclick: () => goTo(index) },
      make("span", { class: "number", text: String(it.number) }),
      make("span", { class: "short", lang: tag.replace("_", "-"), text: it.words }),
      make("span", { class: "state", data: { state }, text: state }))));
  }
  list.replaceChildren(...rows);
  const row = list.querySelector("[aria-current]");
  list.scrollTop = row.offsetTop - list.offsetTop - list.clientHeight / 3;
}

// The sentence

function showCard() {
  playing?.stop();
  playing = null;
  const it = current();
  const remark = it.remark.replace(MARK, "");
  const pressed = card.contains(document.activeElement) ? document.activeElement.textContent : null;
  card.replaceChildren(
    make("header", { class: "card-head" }, make("h2", {}, it.subject, make("span", { class: "quiet", text: `sentence ${it.number} of ${sentences.at(-1).number}` })), make("span", { class: "state", data: { state: it.state }, text: it.state })),
    make("p", { class: "say-this", lang: tag.replace("_", "-"), text: it.words }),
    make("dl", { class: "about" },
      ...(tag === "en" ? [] : [make("dt", { text: "English" }), make("dd", { text: it.english })]),
      ...(remark ? [make("dt", { text: "Note" }), make("dd", { text: remark[0].toUpperCase() + remark.slice(1) })] : [])),
    ...(it.is_draft && tag !== "en" ? [make("p", { class: "draft", text: "These words are a draft: two native speakers have not reviewed them yet. If a word is wrong, correct the translation first: a recording of other words is not sent." })] : []),
    ...(it.state === "missing" ? [] : [kept(it)]),
    task === "record" ? recording(it) : reviewing(it),
    make("footer", { class: "steps" },
      make("button", { type: "button", class: "plain", disabled: at === 0, text: "Previous", onclick: () => goTo(at - 1) }),
      make("button", { type: "button", class: "plain", disabled: at === sentences.length - 1, text: "Next", onclick: () => goTo(at + 1) })));
  lock();
  if (pressed !== null) focusAfter(pressed);
}

/** Keep the focus of a keyboard on the same button, or put it on what comes next. */
function focusAfter(pressed) {
  const buttons = [...card.querySelectorAll("button:enabled")];
  const next = buttons.find((it) => it.textContent === pressed) ?? buttons.find((it) => it.matches(".record, .round"));
  next?.focus({ preventScroll: true });
}

/** What is kept on the machine: the sound, who speaks, and what a reviewer said. */
function kept(it) {
  playing = player(`${API}/${tag}/${it.name}.ogg?${it.recorded_on}-${Date.now()}`, "Listen to the recording", () => {
    const right = card.querySelector(".right");
    if (right) right.disabled = false;
  });
  const who = it.speaker ? `${it.speaker}, ${it.recorded_on}` : "It is not known who speaks.";
  const review = it.problem ? `${it.reviewer} asks: ${it.problem}` : it.reviewer ? `Reviewed by ${it.reviewer}, ${it.reviewed_on}` : "";
  return make("div", { class: "kept" }, playing, make("p", {}, make("bdi", { text: who }), review ? make("span", { class: it.problem ? "problem" : "quiet", text: review }) : null));
}

function recording(it) {
  if (recorder) return recorder.element;
  const draft = drafts.get(it.name);
  if (!draft) {
    return make("div", { class: "desk-row" },
      make("button", { type: "button", class: "record", onclick: begin }, icon("voice"), it.state === "missing" ? "Record" : "Record again"),
      make("p", { class: "quiet", text: "Read calmly, as to one person. At most a minute." }));
  }
  playing?.stop();
  playing = player(URL.createObjectURL(draft.sound), "Listen to it", () => {}, draft.seconds);
  return make("div", { class: "desk-row" }, playing,
    make("div", { class: "choices" },
      make("button", { type: "button", class: "plain", onclick: begin }, icon("voice"), "Record again"),
      make("button", { type: "button", class: "plain strong", onclick: keep }, icon("check"), "Keep")),
    it.state === "reviewed" ? make("p", { class: "quiet", text: "Keeping it replaces a reviewed recording; it has to be reviewed again." }) : null);
}

async function begin() {
  if (recorder) return null;
  if (!name.value.trim()) return refuse("Enter your name first.", name);
  if (!consent.checked) return refuse("Agree that the recording is published first.", consent);
  say.hidden = true;
  const it = current();
  const time = make("span", { class: "length", text: clock(0) });
  const level = make("meter", { min: "0", max: "1", "aria-label": "Level" });
  const stop = make("button", { type: "button", class: "record is-on", onclick: () => recorder?.stop() }, icon("stop"), "Stop");
  const element = make("div", { class: "desk-row" }, stop, make("p", { class: "going" }, time, ` / ${clock(MAX_SECONDS)}`, level));
  try {
    playing?.stop();
    recorder = { element, stop: () => {} };
    const started = await startRecording((seconds, loudness) => {
      time.textContent = clock(seconds);
      level.value = Math.max(loudness, level.value * 0.8);
    }, (sound, seconds) => {
      recorder = null;
      drafts.set(it.name, { sound, seconds });
      goTo(at);
    });
    recorder.stop = () => started.state === "recording" && started.stop();
  } catch (error) {
    recorder = null;
    complain(error);
  }
  return showCard();
}

async function keep() {
  const it = current();
  const query = new URLSearchParams({ speaker: name.value.trim(), consent: consent.checked ? "yes" : "" });
  try {
    const stored = await ask(`${tag}/${it.name}?${query}`, { method: "PUT", body: drafts.get(it.name).sound });
    drafts.delete(it.name);
    update(stored);
  } catch (error) {
    complain(error);
  }
}

function reviewing(it) {
  const explain = (text) => make("p", { class: "quiet desk-row", text });
  if (it.state === "missing") return explain("No one has recorded this yet.");
  if (!it.speaker) return explain("It cannot be reviewed: record it again, with a name.");
  if (!name.value.trim()) return explain("Enter your name to review it.");
  if (isMine(it)) return explain("You recorded this: another native speaker has to review it.");
  const problem = make("input", { class: "field", maxlength: "300", "aria-label": "What should be different", placeholder: "What should be different?" });
  return make("div", { class: "desk-row" },
    ...(it.state === "recorded" ? [
      make("p", { text: "Listen to the end. Does the voice say exactly these words, clearly and calmly?" }),
      make("button", { type: "button", class: "plain strong right", disabled: true, onclick: () => review({ is_right: true }) }, icon("check"), "It is right"),
    ] : []),
    make("div", { class: "choices" }, problem, make("button", { type: "button", class: "plain", text: "Ask to record again", onclick: () => (problem.value.trim() ? review({ is_right: false, problem: problem.value.trim() }) : refuse("Write what should be different first.", problem)) })));
}

async function review(verdict) {
  const body = JSON.stringify({ reviewer: name.value.trim(), ...verdict });
  try {
    update(await ask(`${tag}/${current().name}/review`, { method: "POST", body }));
  } catch (error) {
    complain(error);
  }
}

// The page

async function open(chosen) {
  const { sentences: found, folder } = await ask(chosen);
  tag = chosen;
  sentences = found;
  place.textContent = `Files are kept in ${folder}`;
  const wanted = sentences.findIndex(({ number }) => number === Number(asked.get("sentence")));
  asked.delete("sentence");
  if (wanted >= 0) goTo(wanted);
  else goToNext(-1);
}

async function begins() {
  const { languages, problem } = await ask("");
  if (!languages.some((it) => it.tag === tag)) tag = "id";
  language.replaceChildren(...languages.map((it) => make("option", { value: it.tag, selected: it.tag === tag, lang: it.tag.replace("_", "-"), text: it.name })));
  agreement.hidden = task === "review";
  stage.replaceChildren(
    make("section", { class: "who", "aria-label": "Who you are" },
      make("label", { for: "language", text: "Language" }), language,
      make("fieldset", { class: "tasks" }, make("legend", { text: "What you do" }), taskChoice("record", "I record"), taskChoice("review", "I review")),
      make("label", { for: "name", text: "Your name, as it is published" }), name, agreement),
    make("section", { class: "middle" }, say, card),
    make("nav", { class: "all", "aria-label": "All sentences" }, summary, list, place));
  await open(tag);
  if (problem) complain(problem);
  document.body.classList.add("ready");
}

function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
}

window.addEventListener("beforeunload", (event) => {
  if (drafts.size) event.preventDefault();
});
document.getElementById("tools").append(
  make("a", { class: "plain", href: "/" }, icon("link"), make("span", { text: "The phones" })),
  iconButton("moon", "Light or dark", theme));
begins().catch((error) => {
  complain(error);
  stage.replaceChildren(make("section", { class: "welcome" }, say));
});
