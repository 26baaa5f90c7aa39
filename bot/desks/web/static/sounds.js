// Recordings are fetched and played only when the caseworker asks for one.

export function initSounds() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sound]");
    if (!button) return;
    const sound = document.createElement("audio");
    sound.className = "sound";
    sound.controls = true;
    sound.dataset.shown = "";
    sound.id = button.id;
    sound.setAttribute("aria-label", button.dataset.name);
    sound.src = button.dataset.sound;
    sound.addEventListener("error", () => {
      const line = document.createElement("p");
      line.className = "text quiet";
      line.role = "status";
      line.dataset.shown = "";
      line.id = button.id;
      line.textContent = button.dataset.failed;
      sound.replaceWith(line);
    });
    button.replaceWith(sound);
    sound.focus();
    sound.play().catch(() => {}); // it could not be loaded: then the line says so
  });
}
