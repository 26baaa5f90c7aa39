// The microphone and the player of the page "Record sentences".

import { icon, make } from "./dom.js";

export const MAX_SECONDS = 60;
const KINDS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
const REFUSALS = {
  NotAllowedError: "The browser may not use the microphone. Allow it at the left of the address, then press Record again.",
  NotFoundError: "No microphone was found. Connect one, then press Record again.",
  NotReadableError: "Another program uses the microphone. Close it, then press Record again.",
};

/** Return seconds as 0:07. */
export function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** One recording. `onTick` gets the seconds and the level (0 to 1), `onDone` the sound and its seconds. */
export async function startRecording(onTick, onDone) {
  const constraints = { channelCount: 1, noiseSuppression: true, echoCancellation: false };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: constraints }).catch((error) => {
    throw new Error(REFUSALS[error.name] ?? `The microphone cannot be used: ${error.message}`);
  });
  const kind = KINDS.find((it) => MediaRecorder.isTypeSupported(it));
  const recorder = new MediaRecorder(stream, kind ? { mimeType: kind } : {});
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const parts = [];
  const began = performance.now();
  const timer = setInterval(() => {
    const seconds = (performance.now() - began) / 1000;
    analyser.getFloatTimeDomainData(samples);
    onTick(seconds, Math.min(1, Math.max(...samples.map(Math.abs)) * 2));
    if (seconds > MAX_SECONDS - 0.5 && recorder.state === "recording") recorder.stop();
  }, 100);
  recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
  recorder.addEventListener("stop", () => {
    clearInterval(timer);
    context.close();
    for (const track of stream.getTracks()) track.stop();
    onDone(new Blob(parts, { type: recorder.mimeType }), (performance.now() - began) / 1000);
  });
  recorder.start();
  return recorder;
}

/** A player of one sound. `onHeard` is called once it was played to its end; a recording of the browser does not say its `seconds`. */
export function player(source, label, onHeard = () => {}, seconds = 0) {
  const sound = new Audio(source);
  const time = make("span", { class: "length", text: "0:00" });
  const bar = make("progress", { class: "played-part", max: "1", value: "0", "aria-hidden": "true" });
  const button = make("button", { type: "button", class: "round filled", "aria-label": label, onclick: () => (sound.paused ? sound.play() : sound.pause()) });
  const draw = () => button.replaceChildren(icon(sound.paused ? "play" : "pause"));
  sound.addEventListener("timeupdate", () => {
    time.textContent = clock(sound.currentTime);
    bar.value = Math.min(1, sound.currentTime / (Number.isFinite(sound.duration) ? sound.duration : seconds));
  });
  for (const event of ["play", "pause", "ended"]) sound.addEventListener(event, draw);
  sound.addEventListener("ended", onHeard);
  draw();
  const element = make("div", { class: "player" }, button, bar, time);
  element.stop = () => sound.pause();
  return element;
}
