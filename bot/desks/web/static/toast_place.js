// Toasts on the page of a case: above the composer, so that they cover none of its buttons.

export function initToastPlace() {
  const conversation = document.getElementById("messages");
  const toasts = document.getElementById("toasts");
  if (!conversation || !toasts) return;
  const place = () => {
    const { left, right, bottom } = conversation.getBoundingClientRect();
    toasts.style.setProperty("--above", `${Math.max(0, innerHeight - bottom)}px`);
    toasts.style.setProperty("--aside", `${Math.max(0, innerWidth - right)}px`);
    toasts.style.setProperty("--room", `${right - left}px`);
  };
  new ResizeObserver(place).observe(conversation);
  addEventListener("resize", place);
  place();
}
