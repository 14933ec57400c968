// A form is sent once: a second click on a slow connection would be told that it came too
// late, and nobody would see the answer to the first.
"use strict";
(() => {
  const PATIENCE_MS = 10000;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, PATIENCE_MS);
  });
  // A page that the browser kept whole comes back as it was left, its clocks stopped.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of document.forms) delete form.dataset.sent;
  });
})();
