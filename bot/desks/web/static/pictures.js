// Pictures are fetched only when the caseworker asks for one.

export function initPictures() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-picture]");
    if (!button) return;
    const picture = document.createElement("img");
    picture.className = "picture";
    picture.alt = button.dataset.alt;
    picture.dataset.shown = "";
    picture.id = button.id;
    picture.src = button.dataset.picture;
    button.replaceWith(picture);
  });
}
