// Files to a person: chosen, pasted or dropped; then sent like words. One that was not sent is kept
// as long as the page is open: its form may be gone until the chat is taken over again.

import { toast } from "./http.js";

let keptFile = null; // a file that was not sent
let isFileTold = false; // that its form is gone

export function initAttach() {
  document.addEventListener("renewed", showKeptFile);
  document.addEventListener("change", ({ target }) => target.closest("#send-file [type=file]") && dropKeptFile());
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

/** Keep a file that was not sent, and put it back into its form, now or once there is one. */
export function giveFileBack(file) {
  keptFile = file;
  isFileTold = false;
  if (isPossible()) attach(file);
  showKeptFile();
}

/** Keep no file any more: this or another one is being sent. */
export function dropKeptFile() {
  keptFile = null;
}

/** Say which file is kept while its form is gone; put it back once the form is there again. */
function showKeptFile() {
  if (!keptFile) return;
  if (isPossible()) {
    if (isFileTold) attach(keptFile);
    isFileTold = false;
  } else if (!isFileTold) {
    isFileTold = true;
    toast(document.getElementById("outgoing").dataset.fileKept.replace("{file}", () => keptFile.name), true);
  }
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
