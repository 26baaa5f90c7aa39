// Calls in this browser: it subscribes at its push service, and the form sends what it was given.

const form = document.querySelector("form[data-push]");
const policy = globalThis.trustedTypes?.createPolicy("haven-worker", {
  createScriptURL: (address) => address,
});

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  subscribe();
});

async function subscribe() {
  const button = form.querySelector("button");
  const error = form.querySelector(".error");
  button.disabled = true;
  error.hidden = true;
  try {
    if ((await Notification.requestPermission()) !== "granted") throw new Error("not allowed");
    const { endpoint, keys } = (await subscription()).toJSON();
    form.elements.endpoint.value = endpoint;
    form.elements.p256dh.value = keys.p256dh;
    form.elements.auth.value = keys.auth;
    form.submit();
  } catch {
    error.hidden = false;
    button.disabled = false;
  }
}

async function subscription() {
  const { worker, push } = form.dataset;
  const address = policy ? policy.createScriptURL(worker) : worker;
  const registered = await navigator.serviceWorker.register(address);
  return registered.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: push });
}
