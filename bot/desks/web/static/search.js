// Results of a search: asks how far it is until it has ended, then focuses the first case found.

import { refresh } from "./panes.js";

const INTERVAL = 700; // milliseconds

export function initSearch() {
  const found = document.getElementById("found");
  if (!found) return;
  if (!found.dataset.query) document.getElementById("find").focus();
  else if (!focusFirst(found)) {
    const timer = setInterval(() => {
      if (found.querySelector("[data-running]")) refresh("search");
      else {
        clearInterval(timer);
        focusFirst(found);
      }
    }, INTERVAL);
  }
}

function focusFirst(found) {
  const isElsewhere = document.activeElement && document.activeElement !== document.body;
  const first = found.querySelector("a.case-link");
  if (first && !isElsewhere) first.focus();
  return Boolean(first);
}
