// Print page of a case.

window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // a page from the browser's cache may be out of date
});
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
