// Requests to the desk: panes arrive as inert documents, answers to forms as JSON.

const body = document.body;
export const root = body.dataset.root;
/** Number of the case this page shows; empty for none. */
export const shownCase = location.pathname.match(/\/cases\/([A-Z0-9]+)(?:\/join-code)?$/)?.[1] ?? "";

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

/** Fetch JSON; `status` is 0 without a connection, and `signal` can end the wait. */
export async function fetchJson(address, signal = null) {
  try {
    const answer = await fetch(address, { headers: { "X-Haven": "1" }, redirect: "manual", signal });
    return { status: answer.status, said: answer.ok ? await answer.json() : {} };
  } catch {
    return { status: 0, said: {} };
  }
}

/** Return the sentence with which the desk refuses an address; empty if it does not say one. */
export async function fetchTold(address) {
  try {
    const answer = await fetch(address, { headers: { "X-Haven": "1" }, redirect: "manual" });
    return answer.ok ? "" : (await answer.json()).told || "";
  } catch {
    return "";
  }
}

/** Return the fields of a form as they are sent: with a file as parts, else in one line. */
function formOf(fields) {
  const pairs = Array.isArray(fields) ? fields : Object.entries(fields);
  const sent = pairs.some(([, value]) => value instanceof File) ? new FormData() : new URLSearchParams();
  for (const [name, value] of pairs) sent.append(name, value);
  return sent;
}

/** Make the nonce of a form: however often it arrives, what it does is done once. */
export function newNonce() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (it) => it.toString(16).padStart(2, "0")).join("");
}

/**
 * Send a form; returns the answer: `told`, `refused`, `go`; or `signedOut`, `offline`, `gone`. A page
 * whose session was replaced by a sign-in in another tab tries once more with the new CSRF token.
 */
export async function post(address, fields, keepalive = false, isRetry = false) {
  const sent = formOf(fields);
  sent.set("csrf", body.dataset.csrf);
  if (!sent.has("nonce")) sent.set("nonce", newNonce());
  try {
    const answer = await fetch(address, {
      method: "POST",
      body: sent,
      headers: { "X-Haven": "1" },
      redirect: "manual",
      keepalive,
    });
    if (answer.status === 401) return { signedOut: true };
    if (answer.status === 404) return { gone: true };
    if (answer.type === "opaqueredirect" || answer.status === 204) return {};
    const said = await answer.json();
    const isStale = answer.status === 403 && !said.go && !isRetry;
    const isRenewed = isStale && (await renewSession()) === "other";
    return isRenewed ? await post(address, [...sent], keepalive, true) : said;
  } catch {
    return { offline: true };
  }
}

/** Take the CSRF token of the session this browser has now: `other`, the `same`; empty for none. */
export async function renewSession() {
  const { status, said } = await fetchJson(`${root}/session`);
  if (status !== 200) return "";
  if (said.who !== body.dataset.who) {
    location.replace(`${root}/`); // a colleague has signed in: nothing here is theirs
    return "";
  }
  const isOther = said.csrf !== body.dataset.csrf;
  body.dataset.csrf = said.csrf;
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = said.csrf;
  return isOther ? "other" : "same";
}

/** Show a message for a few seconds; with an address it is a link. */
export function toast(words, refused = false, address = "") {
  const message = document.createElement(address ? "a" : "p");
  message.className = refused ? "toast refused" : "toast";
  message.textContent = words;
  if (address) {
    for (const older of document.querySelectorAll("a.toast")) if (older.getAttribute("href") === address) older.remove();
    message.href = address;
  }
  document.getElementById("toasts").append(message);
  setTimeout(() => message.remove(), refused || address ? 9000 : 5000);
}

const MOST_LEAVING = 60000; // characters: browsers let no more than 64 kB leave with a page

/** Whether fields can still be sent while their page is left. */
export function canLeave(fields) {
  return String(new URLSearchParams(fields)).length < MOST_LEAVING;
}

export function banner(name, shown) {
  document.getElementById(name).hidden = !shown;
}
