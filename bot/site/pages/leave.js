// Where scripts run, the page left is gone at once and the button "back" does not return to it.
document.addEventListener("click", function (event) {
  var link = event.target.closest("a[data-leave]");
  if (!link) return;
  event.preventDefault();
  document.documentElement.hidden = true;
  location.replace(link.href);
});
