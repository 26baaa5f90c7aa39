// The notice of a shift that ends: fetched again when the time comes, on pages that stay open.

import { refresh } from "./panes.js";

const LONGEST = 6 * 60 * 60; // seconds: a longer plan changes before it comes

export function initShiftNotice() {
  const notice = document.getElementById("shift-notice");
  if (!notice) return;
  let waiting = 0;
  const wait = () => {
    clearTimeout(waiting);
    const seconds = Number(notice.querySelector("[data-changes-in]")?.dataset.changesIn ?? 0);
    if (seconds) waiting = setTimeout(() => refresh("shift"), Math.min(seconds, LONGEST) * 1000);
  };
  notice.addEventListener("renewed", wait);
  wait();
}
