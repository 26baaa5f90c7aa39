// A picture is fetched when somebody asks for it, and not before.

export function showPictures() {
  document.addEventListener("click", (event) => {
    const veil = event.target.closest("[data-picture]");
    if (!veil) return;
    const picture = document.createElement("img");
    picture.className = "shown";
    picture.alt = veil.dataset.alt;
    picture.dataset.shown = "";
    picture.id = veil.id;
    picture.src = veil.dataset.picture;
    veil.replaceWith(picture);
  });
}
