// Passkeys: a browser is asked for one, and what it says goes back as an ordinary form.

const ways = window.PublicKeyCredential;

if (ways?.parseRequestOptionsFromJSON) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      begin(form);
    });
  }
}

async function begin(form) {
  const button = form.querySelector("button");
  const told = form.querySelector(".told");
  button.disabled = true;
  told.hidden = true;
  try {
    const asked = await question(form);
    if (!asked) return;
    const [credential, output] = await ("makes" in form.dataset ? make(asked) : show(asked));
    form.elements.answer.value = JSON.stringify(credential.toJSON());
    form.elements.computed.value = output;
    form.submit();
  } catch {
    told.hidden = false; // somebody changed their mind, or has no passkey here
  } finally {
    button.disabled = false;
  }
}

/** Fetch what the browser is to be asked; nothing where a second factor must be shown first. */
async function question(form) {
  const answer = await fetch(form.dataset.passkey, {
    method: "POST",
    body: new URLSearchParams({ csrf: form.elements.csrf.value }),
    headers: { "X-Haven": "1" },
  });
  const said = await answer.json();
  if (said.go) location.assign(said.go);
  else if (!said.asked) throw new Error("no question");
  return said.asked;
}

async function make(asked) {
  const publicKey = ways.parseCreationOptionsFromJSON(asked);
  publicKey.extensions = computing(asked);
  const made = await navigator.credentials.create({ publicKey });
  const found = computed(made);
  if (found || !made.getClientExtensionResults().prf?.enabled) return [made, found];
  return [made, await computedBy(made, asked)];
}

/** Have a passkey compute that does so only when it is shown. */
async function computedBy(made, asked) {
  const publicKey = {
    challenge: crypto.getRandomValues(new Uint8Array(32)), // shown to nobody
    rpId: asked.rp.id,
    allowCredentials: [{ type: "public-key", id: made.rawId }],
    userVerification: "required",
    extensions: computing(asked),
  };
  try {
    return computed(await navigator.credentials.get({ publicKey }));
  } catch {
    return "";
  }
}

async function show(asked) {
  const publicKey = ways.parseRequestOptionsFromJSON(asked);
  publicKey.extensions = computing(asked);
  const shown = await navigator.credentials.get({ publicKey });
  return [shown, computed(shown)];
}

function computing(asked) {
  const first = Uint8Array.from(asked.computes.match(/../g), (pair) => parseInt(pair, 16));
  return { prf: { eval: { first } } };
}

function computed(credential) {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  return first ? [...new Uint8Array(first)].map((it) => it.toString(16).padStart(2, "0")).join("") : "";
}
