// Alerts: a count in the tab title, and a sound or notification where the caseworker chose one. A
// notification says only that there is new activity, because others may see the screen.

const { alerts: chosen = "", alertText = "" } = document.body.dataset;
const title = document.title;
const MIN_INTERVAL = 10000; // milliseconds between two alerts
let count = 0;
let lastAlert = 0;

/** Ask the browser for permission once notifications are chosen, and reset the count on focus. */
export function initAlerts() {
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.name === "notice" && box.checked && box.form && "alertsForm" in box.form.dataset) {
      globalThis.Notification?.requestPermission?.();
    }
  });
  document.addEventListener("visibilitychange", resetCount);
  addEventListener("focus", resetCount);
}

export function alertNow() {
  if (!document.hidden && document.hasFocus()) return;
  count += 1;
  document.title = `(${count}) ${title}`;
  if (Date.now() - lastAlert < MIN_INTERVAL) return;
  lastAlert = Date.now();
  if (chosen.includes("sound")) playSound();
  if (chosen.includes("notice")) notify();
}

function resetCount() {
  if (document.hidden) return;
  count = 0;
  document.title = title;
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
