// Making one piece of a page like another and touching nothing that is the same: a field keeps what
// is typed in it, what is open stays open, a picture that was shown stays shown.

const KEPT = new Set(["open", "value", "checked"]);

export function morph(old, fresh) {
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
  likeAttributes(old, fresh);
  if (old.type === "radio") likeChoice(old, fresh, wasDisabled);
  if (old.nodeName === "SELECT" && "fresh" in old.dataset) choicesOf(old, fresh);
  if (old.nodeName === "TEXTAREA" || old.nodeName === "SELECT") return;
  likeChildren(old, fresh);
}

/** What can be chosen has changed; what somebody chose stays, if it still can be. */
function choicesOf(old, fresh) {
  const chosen = old.value;
  likeChildren(old, fresh);
  if ([...old.options].some((it) => it.value === chosen)) old.value = chosen;
}

/**
 * What can be chosen now, or no more, stands as the page says; never under the hands of somebody who
 * writes: their words would go where they do not look.
 */
function likeChoice(old, fresh, wasDisabled) {
  const group = old.closest("[role=radiogroup]")?.parentElement;
  if (!group) return;
  const writes = [...group.querySelectorAll("textarea")].some((it) => it.value);
  if (writes || group.contains(document.activeElement)) return;
  if (wasDisabled !== old.disabled) old.checked = fresh.hasAttribute("checked");
  else if (fresh.hasAttribute("checked") && !group.querySelector("input:checked")) old.checked = true;
}

function likeAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !KEPT.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (!KEPT.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

/** Children with an id are found by it wherever they stand; the others by their order. */
export function likeChildren(old, fresh) {
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
    place.remove();
    place = next;
  }
}
