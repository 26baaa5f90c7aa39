// Words that may be too long: counted as they are typed, and not sent until they fit.
// A field holds all that is pasted into it; a browser's own limit would drop the end without a word.

const NEAR_LIMIT = 0.9; // of the limit: from here on a count is shown

export function initWordCounts() {
  // Before all others: words that are not sent stay a draft, and no other script takes them as sent.
  document.addEventListener("submit", (event) => {
    if (!isTooLong(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("input", ({ target }) => target.dataset?.most && countWords(target));
  document.addEventListener("renewed", ({ target }) => target.querySelectorAll("[data-most]").forEach(countWords));
  document.querySelectorAll("[data-most]").forEach(countWords); // a draft may be long
}

/** Show how long words are once they come near their limit; returns whether they are over it. */
export function countWords(field) {
  const count = field.value.length; // in UTF-16 units, as Telegram counts
  const most = Number(field.dataset.most);
  const isOver = count > most;
  const isNear = count >= most * NEAR_LIMIT;
  const note = noteOf(field) ?? (isNear ? addNote(field) : null);
  if (!note) return isOver;
  note.hidden = !isNear;
  note.classList.toggle("error", isOver);
  const number = (it) => it.toLocaleString(document.documentElement.lang);
  const words = note.hidden ? "" : isOver ? note.dataset.over : note.dataset.near;
  note.textContent = words.replace("{count}", number(count)).replace("{most}", number(most));
  return isOver;
}

/** Return where a field is counted: next to it, or, if it is alone, elsewhere in its form. */
function noteOf(field) {
  const next = field.nextElementSibling;
  if (next?.matches("[data-count]")) return next;
  const isAlone = field.form?.querySelectorAll("[data-most]").length === 1;
  return isAlone ? field.form.querySelector("[data-count]") : null;
}

/** Put a count after a field: a page that is fetched again does not bring it. */
function addNote(field) {
  const { content } = document.getElementById("word-count");
  field.after(document.importNode(content, true));
  return field.nextElementSibling;
}

/** Whether words of a form are too long to be sent; the field with them is focused. */
function isTooLong(form) {
  const field = [...form.querySelectorAll("[data-most]")].find(countWords);
  field?.focus();
  return Boolean(field);
}
