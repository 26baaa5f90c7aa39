// Requests to the control API of the sandbox, and its stream of events.

async function bodyOf(response) {
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Error(body?.error ?? `The sandbox answered ${response.status}.`);
  return body;
}

/** Send a GET request. */
export async function get(path) {
  return bodyOf(await fetch(`/sandbox/${path}`));
}

/** Send a POST request with JSON. */
export async function post(path, fields = {}) {
  return bodyOf(await fetch(`/sandbox/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fields),
  }));
}

/** Upload bytes: a photo, a voice note, a file. */
export async function upload(path, blob, fields = {}) {
  const query = new URLSearchParams(fields);
  return bodyOf(await fetch(`/sandbox/${path}?${query}`, {
    method: "POST",
    headers: { "content-type": blob.type || "application/octet-stream" },
    body: blob,
  }));
}

/** Send a DELETE request. */
export async function remove(path) {
  return bodyOf(await fetch(`/sandbox/${path}`, { method: "DELETE" }));
}

/** Receive all events; after a lost connection the whole state comes first again. */
export function listen(onEvent, onConnected) {
  const stream = new EventSource("/sandbox/events");
  stream.addEventListener("message", (event) => onEvent(...JSON.parse(event.data)));
  stream.addEventListener("open", () => onConnected(true));
  stream.addEventListener("error", () => onConnected(false));
  return stream;
}
