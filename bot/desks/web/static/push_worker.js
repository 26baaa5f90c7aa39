// Shows a call: one sentence, and nothing about a case. It keeps nothing and answers no request.

self.addEventListener("push", (event) => {
  const body = event.data?.text() ?? "";
  event.waitUntil(
    self.registration.showNotification("Haven", { body, tag: "haven-call", requireInteraction: true }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(new URL("../", self.registration.scope).href));
});
