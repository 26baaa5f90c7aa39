// Morphing: changes one part of a page into another and leaves alone what is equal. A field keeps
// its text, open details stay open, and a shown picture stays shown.

const PRESERVED = new Set(["open", "checked"]);
const CODES = new Set(["hidden", "radio", "checkbox"]); // kinds of fields whose value no one types

export function morph(old, fresh) {
  if (old.dataset?.shown !== undefined && old.id && old.id === fresh.id) return;
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.id !== fresh.id) {
    old.replaceWith(document.importNode(fresh, true));
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.dataset.shown !== undefined) return;
  const wasDisabled = old.disabled;
  morphAttributes(old, fresh);
  if (old.type === "radio") morphRadio(old, fresh, wasDisabled);
  if (old.nodeName === "SELECT") morphOptions(old, fresh);
  if (old.nodeName === "TEXTAREA" || old.nodeName === "SELECT") return;
  morphChildren(old, fresh);
}

/**
 * Replace the options of a select if they changed. The chosen one stays if it can still be chosen;
 * else nothing is chosen.
 */
function morphOptions(old, fresh) {
  if (old.innerHTML === fresh.innerHTML) return;
  const isDefault = old.selectedOptions[0]?.defaultSelected;
  const chosen = old.value;
  old.replaceChildren(...[...fresh.childNodes].map((it) => document.importNode(it, true)));
  if (isDefault) return;
  const kept = [...old.options].find((it) => it.value === chosen && !it.disabled);
  old.value = kept ? chosen : old.options[0]?.value;
}

/**
 * Update which mode is chosen, but never while the caseworker is writing: their text could go to
 * the person instead of into a note. A mode that can be used no longer gives way, unless its words
 * are still there.
 */
function morphRadio(old, fresh, wasDisabled) {
  const group = old.closest(".compose");
  if (!group) return;
  const chosen = group.querySelector("input[type=radio]:checked:not(:disabled)");
  const isWriting = [...group.querySelectorAll(chosen ? "textarea" : ".message-form textarea")].some((it) => it.value);
  if (isWriting || (chosen && group.contains(document.activeElement))) return;
  if (wasDisabled !== old.disabled) old.checked = fresh.hasAttribute("checked");
  else if (fresh.hasAttribute("checked") && !group.querySelector("input:checked")) old.checked = true;
}

function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !isPreserved(old, name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (!isPreserved(old, name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

/** Whether what the caseworker did or typed there counts, and not what the fresh page says. */
function isPreserved(old, name) {
  if (name !== "value") return PRESERVED.has(name);
  // A hidden code says what a button means: it changes with the words next to it. The number of a
  // form stays until it was taken, so that what is sent twice is done once.
  return old.nodeName === "INPUT" && (!CODES.has(old.type) || old.name === "nonce");
}

/** Match children by id at any position, all others by order. */
export function morphChildren(old, fresh) {
  const named = new Map([...old.children].filter((it) => it.id).map((it) => [it.id, it]));
  let place = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const known = wanted.id ? named.get(wanted.id) : null;
    if (known) {
      if (known !== place) old.insertBefore(known, place);
      place = known.nextSibling;
      morph(known, wanted);
    } else if (place && !place.id && !wanted.id && place.nodeName === wanted.nodeName) {
      const next = place.nextSibling;
      morph(place, wanted);
      place = next;
    } else {
      old.insertBefore(document.importNode(wanted, true), place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    if (holdsWords(place)) setAside(place);
    else place.remove();
    place = next;
  }
}

/** Whether the caseworker has typed something there that was not sent. */
function holdsWords(node) {
  return node.nodeName === "FORM" && Boolean(node.querySelector("[data-draft]")?.value.trim());
}

/** Keep a form with its words, which cannot be sent any more; if it comes back, it is as before. */
function setAside(form) {
  form.dataset.aside = "";
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  for (const hint of form.querySelectorAll("[data-aside-hint]")) hint.hidden = false;
}
