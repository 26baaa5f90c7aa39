// Asking the desk: pages come as documents that nothing runs in, answers to forms as JSON.

const body = document.body;
export const root = body.dataset.root;

/** Fetch a pane; nothing in it can run, and nothing here parses markup. What is sought is sent. */
export function fetchPane(address, fields = null) {
  const sent = fields && new URLSearchParams({ ...fields, csrf: body.dataset.csrf });
  return new Promise((done) => {
    const asked = new XMLHttpRequest();
    asked.open(sent ? "POST" : "GET", address);
    asked.responseType = "document";
    asked.setRequestHeader("X-Haven", "1");
    asked.setRequestHeader("Accept", "text/html");
    asked.timeout = 10000;
    asked.onload = () => done({ status: asked.status, page: asked.response });
    asked.onerror = asked.ontimeout = () => done({ status: 0, page: null });
    asked.send(sent);
  });
}

/** Send a form; returns what came of it: `told`, `refused`, `go`. */
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
    if (answer.status === 401) return { over: true };
    if (answer.type === "opaqueredirect" || answer.status === 204) return {};
    return await answer.json();
  } catch {
    return { lost: true };
  }
}

/** Say a sentence for a few seconds. */
export function toast(words, refused = false) {
  const said = document.createElement("p");
  said.className = refused ? "toast refused" : "toast";
  said.textContent = words;
  document.getElementById("toasts").append(said);
  setTimeout(() => said.remove(), refused ? 9000 : 5000);
}

export function banner(name, shown) {
  document.getElementById(name).hidden = !shown;
}
