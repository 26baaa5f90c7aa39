// Requests to the desk: panes arrive as inert documents, answers to forms as JSON.

const body = document.body;
export const root = body.dataset.root;

/** Fetch a pane as an inert document; `fields` are sent as a form. */
export function fetchPane(address, fields = null) {
  const sent = fields && new URLSearchParams({ ...fields, csrf: body.dataset.csrf });
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open(sent ? "POST" : "GET", address);
    request.responseType = "document";
    request.setRequestHeader("X-Haven", "1");
    request.setRequestHeader("Accept", "text/html");
    request.timeout = 10000;
    request.onload = () => done({ status: request.status, page: request.response });
    request.onerror = request.ontimeout = () => done({ status: 0, page: null });
    request.send(sent);
  });
}

/** Send a form; returns the answer: `told`, `refused`, `go`; or `signedOut`, `offline`. */
export async function post(address, fields, keepalive = false) {
  const sent = new URLSearchParams(fields);
  sent.set("csrf", body.dataset.csrf);
  try {
    const answer = await fetch(address, {
      method: "POST",
      body: sent,
      headers: { "X-Haven": "1" },
      redirect: "manual",
      keepalive,
    });
    if (answer.status === 401) return { signedOut: true };
    if (answer.type === "opaqueredirect" || answer.status === 204) return {};
    return await answer.json();
  } catch {
    return { offline: true };
  }
}

/** Show a message for a few seconds. */
export function toast(words, refused = false) {
  const message = document.createElement("p");
  message.className = refused ? "toast refused" : "toast";
  message.textContent = words;
  document.getElementById("toasts").append(message);
  setTimeout(() => message.remove(), refused ? 9000 : 5000);
}

export function banner(name, shown) {
  document.getElementById(name).hidden = !shown;
}
