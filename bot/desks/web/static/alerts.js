// Alerts: a count in the tab title, and a sound or notification where the caseworker chose one. A
// notification says only that there is new activity, because others may see the screen.

const { alerts: chosen = "", alertText = "" } = document.body.dataset;
const title = document.title;
const MIN_INTERVAL = 10000; // milliseconds between two alerts
const TURN = 150; // milliseconds in which a page with the focus goes first
const SOUND_LENGTH = 1000;
let missed = 0; // alerts while the caseworker looked at something else
let unread = 0; // messages in their own cases
let lastAlert = 0;
const EMERGENCY = "⚠ P0 · "; // in the title, as long as a notice of an emergency is shown
const emergencies = document.getElementById("emergencies");

/** Ask the browser for permission once notifications are chosen, and reset the count on focus. */
export function initAlerts() {
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.name === "notice" && box.checked && box.form && "alertsForm" in box.form.dataset) {
      globalThis.Notification?.requestPermission?.();
    }
  });
  document.addEventListener("visibilitychange", resetMissed);
  addEventListener("focus", resetMissed);
  emergencies?.addEventListener("renewed", showTitle);
  showTitle();
}

/** A caseworker is needed: count it if the caseworker looks elsewhere, and sound in any case. */
export function alertNow() {
  if (!isLooking()) {
    missed += 1;
    showTitle();
  }
  callAttention();
}

/** Show how many messages of the own cases are unread. */
export function showUnread(count) {
  unread = count;
  showTitle();
}

export function callAttention() {
  if (Date.now() - lastAlert < MIN_INTERVAL) return;
  lastAlert = Date.now();
  if (chosen.includes("sound")) soundOnce();
  if (chosen.includes("notice") && !isLooking()) notify();
}

export function isLooking() {
  return !document.hidden && document.hasFocus();
}

function showTitle() {
  const count = unread + missed;
  const urgent = emergencies?.querySelector("[data-emergency]") ? EMERGENCY : "";
  document.title = `${count ? `(${count}) ` : ""}${urgent}${title}`;
}

function resetMissed() {
  if (document.hidden) return;
  missed = 0;
  showTitle();
}

function notify() {
  if (globalThis.Notification?.permission !== "granted") return;
  // With one tag the browser shows one notification for all open pages.
  const shown = new Notification("Haven", { body: alertText, tag: "haven", silent: true });
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
}

/** Sound in one of the open pages, that with the focus before all others. */
async function soundOnce() {
  if (navigator.userActivation?.hasBeenActive === false) return; // browsers keep such a page silent
  if (!navigator.locks) {
    playSound();
    return;
  }
  if (!isLooking()) await new Promise((done) => setTimeout(done, TURN));
  navigator.locks.request("haven-sound", { ifAvailable: true }, (lock) => {
    if (lock) playSound();
    return new Promise((done) => setTimeout(done, lock ? SOUND_LENGTH : 0));
  });
}

/** Play two soft tones. */
function playSound() {
  const audio = new AudioContext();
  const start = audio.currentTime;
  const gain = audio.createGain();
  gain.gain.setValueAtTime(0.0001, start);
  gain.gain.exponentialRampToValueAtTime(0.08, start + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.6);
  gain.connect(audio.destination);
  for (const [delay, pitch] of [[0, 660], [0.18, 880]]) {
    const tone = audio.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(gain);
    tone.start(start + delay);
    tone.stop(start + 0.6);
    tone.onended = () => audio.close().catch(() => {});
  }
}
