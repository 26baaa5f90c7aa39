// The back button of a phone: it closes what is open over the page, before it leads away. A page has
// one further entry in the history while something is open.

const onPhone = matchMedia("(max-width: 820px)");
const OPEN = ".sheet-on-phone:popover-open, details.menu[open], dialog[open]";
let isGoingBack = false; // the entry is being removed
let isLeaving = false;

export function initBack() {
  document.addEventListener("toggle", () => setTimeout(keepEntry), true);
  addEventListener("popstate", () => {
    if (isGoingBack) isGoingBack = false;
    else closeAll();
    setTimeout(keepEntry);
  });
  document.addEventListener("click", followLink);
  keepEntry(); // the page may have been left with something open, and come back to
}

/** Go to another page; what is open is no place to come back to. */
export function leaveTo(address) {
  isLeaving = true;
  if (history.state?.sheet) location.replace(address);
  else location.assign(address);
}

/** Send a form that leads to another page; an entry that was open is removed when it is come back to. */
export function submitAndLeave(form) {
  isLeaving = true;
  form.requestSubmit();
}

/** Have an entry while something is open, and none otherwise. */
function keepEntry() {
  const hasEntry = Boolean(history.state?.sheet);
  if (isGoingBack || isLeaving || !(hasEntry || onPhone.matches)) return;
  const isOpen = Boolean(document.querySelector(OPEN));
  if (isOpen && !hasEntry) history.pushState({ sheet: true }, "");
  if (!isOpen && hasEntry) {
    isGoingBack = true;
    history.back();
  }
}

function closeAll() {
  for (const it of document.querySelectorAll(OPEN)) {
    if (it.nodeName === "DETAILS") it.open = false;
    else if (it.nodeName === "DIALOG") it.close();
    else it.hidePopover();
  }
}

function followLink(event) {
  const link = event.target.closest?.("a[href]");
  const isPlain = link && !link.target && !link.hasAttribute("download") && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!isPlain || event.defaultPrevented || !history.state?.sheet || link.hash) return;
  event.preventDefault();
  leaveTo(link.href);
}
