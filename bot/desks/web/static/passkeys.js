// Passkeys: the browser registers or shows one, and its answer is sent as an ordinary form.

const webauthn = window.PublicKeyCredential;

if (webauthn?.parseRequestOptionsFromJSON) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      start(form);
    });
  }
}

async function start(form) {
  const button = form.querySelector("button");
  const error = form.querySelector(".error");
  button.disabled = true;
  error.hidden = true;
  try {
    const options = await fetchOptions(form);
    if (!options) return;
    const [credential, output] = await ("register" in form.dataset ? register(options) : show(options));
    form.elements.answer.value = JSON.stringify(credential.toJSON());
    form.elements.computed.value = output;
    form.submit();
  } catch {
    error.hidden = false; // cancelled, or no passkey on this device
  } finally {
    button.disabled = false;
  }
}

/** Fetch the options; undefined if a step-up is needed first. */
async function fetchOptions(form) {
  const answer = await fetch(form.dataset.passkey, {
    method: "POST",
    body: new URLSearchParams({ csrf: form.elements.csrf.value }),
    headers: { "X-Haven": "1" },
  });
  const result = await answer.json();
  if (result.go) location.assign(result.go);
  else if (!result.options) throw new Error("no options");
  return result.options;
}

async function register(options) {
  const publicKey = webauthn.parseCreationOptionsFromJSON(options);
  publicKey.extensions = prfExtension(options);
  const made = await navigator.credentials.create({ publicKey });
  const output = prfOutput(made);
  if (output || !made.getClientExtensionResults().prf?.enabled) return [made, output];
  return [made, await evaluatePrf(made, options)];
}

/** Evaluate the PRF of a passkey that does so only when it is shown. */
async function evaluatePrf(made, options) {
  const publicKey = {
    challenge: crypto.getRandomValues(new Uint8Array(32)), // nothing verifies this answer
    rpId: options.rp.id,
    allowCredentials: [{ type: "public-key", id: made.rawId }],
    userVerification: "required",
    extensions: prfExtension(options),
  };
  try {
    return prfOutput(await navigator.credentials.get({ publicKey }));
  } catch {
    return "";
  }
}

async function show(options) {
  const publicKey = webauthn.parseRequestOptionsFromJSON(options);
  publicKey.extensions = prfExtension(options);
  const shown = await navigator.credentials.get({ publicKey });
  return [shown, prfOutput(shown)];
}

function prfExtension(options) {
  const first = Uint8Array.from(options.prf_input.match(/../g), (pair) => parseInt(pair, 16));
  return { prf: { eval: { first } } };
}

function prfOutput(credential) {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  return first ? [...new Uint8Array(first)].map((it) => it.toString(16).padStart(2, "0")).join("") : "";
}
