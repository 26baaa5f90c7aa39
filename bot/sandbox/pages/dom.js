// Creation of elements. Text is only ever set as text: nothing that people or the bot wrote is parsed.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  send: "M4 12 20 4l-5 16-3.5-6.5z",
  attach: "M8 12.5l6.2-6.2a3 3 0 0 1 4.3 4.3l-8 8a5 5 0 0 1-7-7l7.5-7.5",
  voice: "M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11.5a6 6 0 0 0 12 0M12 17.5V21",
  more: "M12 5.5v.2M12 12v.2M12 18.5v.2",
  close: "M6 6l12 12M18 6 6 18",
  keys: "M4 7h16v10H4zM8 10.5h.01M12 10.5h.01M16 10.5h.01M9 14h6",
  photo: "M4 6h16v12H4zM4 15l4.5-4 4 3.5 3-2.5 4.5 4M15.5 9.5h.01",
  file: "M7 3.5h7l4 4V20.5H7zM14 3.5v4h4",
  place: "M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  contact: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.5-4 3.5-6 7.5-6s7 2 7.5 6",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 6v12M15.5 6v12",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  down: "M6 9.5l6 6 6-6",
  back: "M14.5 6l-6 6 6 6",
  reply: "M9.5 7 5 11.5 9.5 16M5.5 11.5H15a4 4 0 0 1 4 4V18",
  add: "M12 5v14M5 12h14",
  bolt: "M13 3 6 13.5h5L10.5 21 18 10.5h-5z",
  stop: "M7 7h10v10H7z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  menu: "M4.5 7h15M4.5 12h15M4.5 17h9",
  link: "M14 4.5h5.5V10M19.5 4.5 11 13M9 5.5H4.5v14h14V15",
};

/** Create an element: properties, `on…` listeners, `data`, `aria…` and other attributes, children. */
export function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name === "class") element.className = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Draw an icon, hidden from screen readers. */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  drawing.append(path);
  return drawing;
}

/** Create a round button with an icon and an accessible name. */
export function iconButton(name, label, onclick, options = {}) {
  return make("button", { type: "button", class: "round", "aria-label": label, title: label, onclick, ...options }, icon(name));
}

/** Draw the bars of a sound, made up but always the same for the same file. */
export function waveform(seed) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 120 28");
  drawing.setAttribute("class", "wave");
  drawing.setAttribute("aria-hidden", "true");
  let state = [...seed].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65521, 7);
  for (let at = 0; at < 24; at += 1) {
    state = (state * 75 + 74) % 65537;
    const height = 5 + (state % 19);
    const bar = document.createElementNS(SVG, "rect");
    for (const [key, value] of [["x", at * 5 + 1], ["y", 14 - height / 2], ["width", 3], ["height", height], ["rx", 1.5]]) {
      bar.setAttribute(key, value);
    }
    drawing.append(bar);
  }
  return drawing;
}

/** Draw a simple map with a pin; nothing is downloaded. */
export function sketchMap() {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 240 130");
  drawing.setAttribute("class", "map");
  drawing.setAttribute("aria-hidden", "true");
  const parts = [
    ["water", "M0 96c40-14 70 10 120 0s80-22 120-8v42H0z"],
    ["road", "M-5 40 250 70M60-5 95 140M175-5 150 140"],
    ["pin", "M120 88s-17-16-17-30a17 17 0 0 1 34 0c0 14-17 30-17 30z"],
    ["eye", "M120 64a6 6 0 1 0 0-12 6 6 0 0 0 0 12z"],
  ];
  for (const [name, shape] of parts) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", name);
    path.setAttribute("d", shape);
    drawing.append(path);
  }
  return drawing;
}
