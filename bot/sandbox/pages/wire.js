// The line to the sandbox: deeds go out as requests, everything that happens comes in as a stream.

async function answerOf(response) {
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Error(body?.error ?? `The sandbox answered ${response.status}.`);
  return body;
}

/** Ask the sandbox for something. */
export async function get(path) {
  return answerOf(await fetch(`/sandbox/${path}`));
}

/** Order something, as JSON. */
export async function post(path, asked = {}) {
  return answerOf(await fetch(`/sandbox/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(asked),
  }));
}

/** Send bytes: a photo, a voice note, a file. */
export async function upload(path, blob, asked = {}) {
  const query = new URLSearchParams(asked);
  return answerOf(await fetch(`/sandbox/${path}?${query}`, {
    method: "POST",
    headers: { "content-type": blob.type || "application/octet-stream" },
    body: blob,
  }));
}

/** Take something back. */
export async function remove(path) {
  return answerOf(await fetch(`/sandbox/${path}`, { method: "DELETE" }));
}

/** Hear everything that happens; after a break the whole state comes first again. */
export function listen(onEvent, onLine) {
  const stream = new EventSource("/sandbox/events");
  stream.addEventListener("message", (event) => onEvent(...JSON.parse(event.data)));
  stream.addEventListener("open", () => onLine(true));
  stream.addEventListener("error", () => onLine(false));
  return stream;
}
