// A case on paper: one button that prints.

window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // what a browser kept of a page may be nobody's any more
});
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
