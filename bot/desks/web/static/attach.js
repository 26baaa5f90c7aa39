// Files to a person: chosen, pasted or dropped; then sent like words.

export function initAttach() {
  document.addEventListener("paste", (event) => offer(event, event.clipboardData));
  document.addEventListener("dragover", (event) => isPossible() && event.preventDefault());
  document.addEventListener("drop", (event) => offer(event, event.dataTransfer));
}

function isPossible() {
  return Boolean(document.getElementById("send-file"));
}

function offer(event, transfer) {
  const file = transfer?.files[0];
  if (!file || !isPossible()) return;
  event.preventDefault(); // the browser would open it in place of the page
  attach(file);
  document.getElementById("file-words").focus();
}

/** Put a file into the form that sends it, and show the form. */
export function attach(file) {
  const form = document.getElementById("send-file");
  if (!form) return;
  const files = new DataTransfer();
  files.items.add(file);
  form.elements.file.files = files.files;
  form.closest("details").open = true;
}
