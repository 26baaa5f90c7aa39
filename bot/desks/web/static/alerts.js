// Something waits: counted in the tab's name, and heard or shown where somebody chose it. What is
// shown says that something waits, and nothing else: whoever looks over a shoulder reads that.

const { alerts: chosen = "", waits = "" } = document.body.dataset;
const title = document.title;
const PAUSE = 10000;
let count = 0;
let rang = 0;

/** Ask the browser whether it may show a line, when somebody wants one. */
export function alerts() {
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.name === "notice" && box.checked && box.form && "alertsForm" in box.form.dataset) {
      globalThis.Notification?.requestPermission?.();
    }
  });
  document.addEventListener("visibilitychange", seen);
  addEventListener("focus", seen);
}

export function somethingWaits() {
  if (!document.hidden && document.hasFocus()) return;
  count += 1;
  document.title = `(${count}) ${title}`;
  if (Date.now() - rang < PAUSE) return;
  rang = Date.now();
  if (chosen.includes("sound")) sound();
  if (chosen.includes("notice")) notice();
}

function seen() {
  if (document.hidden) return;
  count = 0;
  document.title = title;
}

function notice() {
  if (globalThis.Notification?.permission !== "granted") return;
  // One tag: of all open pages, and of whatever comes, one line is shown.
  const shown = new Notification("Haven", { body: waits, tag: "haven", silent: true });
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
}

/** Two soft tones, made here: nothing is fetched. */
function sound() {
  const room = new AudioContext();
  const at = room.currentTime;
  const loud = room.createGain();
  loud.gain.setValueAtTime(0.0001, at);
  loud.gain.exponentialRampToValueAtTime(0.08, at + 0.02);
  loud.gain.exponentialRampToValueAtTime(0.0001, at + 0.6);
  loud.connect(room.destination);
  for (const [after, pitch] of [[0, 660], [0.18, 880]]) {
    const tone = room.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(loud);
    tone.start(at + after);
    tone.stop(at + 0.6);
    tone.onended = () => room.close().catch(() => {});
  }
}
