// Words that may be too long: counted as they are typed, and not sent until they fit.
// A field holds all that is pasted into it; a browser's own limit would drop the end without a word.

const NEAR_LIMIT = 0.9; // of the limit: from here on a count is shown

export function initWordCounts() {
  document.addEventListener("input", ({ target }) => target.dataset?.most && countWords(target));
  document.addEventListener("renewed", ({ target }) => target.querySelectorAll("[data-most]").forEach(countWords));
  document.querySelectorAll("[data-most]").forEach(countWords); // a draft may be long
}

/** Show how long words are once they come near their limit; returns whether they are over it. */
export function countWords(field) {
  const count = field.value.length; // in UTF-16 units, as Telegram counts
  const most = Number(field.dataset.most);
  const next = field.nextElementSibling; // a form with two fields counts each where it stands
  const note = next?.matches("[data-count]") ? next : field.form.querySelector("[data-count]");
  const isOver = count > most;
  note.hidden = count < most * NEAR_LIMIT;
  note.classList.toggle("error", isOver);
  const number = (it) => it.toLocaleString(document.documentElement.lang);
  const words = note.hidden ? "" : isOver ? note.dataset.over : note.dataset.near;
  note.textContent = words.replace("{count}", number(count)).replace("{most}", number(most));
  return isOver;
}

/** Whether words of a form are too long to be sent; the field with them is focused. */
export function isTooLong(form) {
  const field = [...form.querySelectorAll("[data-most]")].find(countWords);
  field?.focus();
  return Boolean(field);
}
