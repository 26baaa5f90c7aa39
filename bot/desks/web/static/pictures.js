// Pictures are fetched only when the caseworker asks for one.

import { fetchTold } from "./http.js";

/** Say in place of a picture why it is not shown: the desk knows, unless it cannot be reached. */
async function explain(picture, failed) {
  const line = document.createElement("p");
  line.className = "text quiet";
  line.role = "status";
  line.dataset.shown = "";
  line.id = picture.id;
  line.textContent = (await fetchTold(picture.src)) || failed;
  picture.replaceWith(line);
}

export function initPictures() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-picture]");
    if (!button) return;
    const picture = document.createElement("img");
    picture.className = "picture";
    picture.alt = button.dataset.alt;
    picture.dataset.shown = "";
    picture.id = button.id;
    picture.addEventListener("error", () => explain(picture, button.dataset.failed));
    picture.src = button.dataset.picture;
    button.replaceWith(picture);
  });
}
