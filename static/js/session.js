// Warns two minutes before an idle session ends, and keeps an open page's form token
// alive when its person has signed in again in another window.
"use strict";
(() => {
  const dialog = document.getElementById("session");
  const WARN_S = 120;

  async function ask() {
    const answer = await fetch(dialog.dataset.left, { headers: { Accept: "application/json" } });
    return answer.ok ? answer.json() : null;
  }

  // Tokens of the page are replaced by the one that holds now.
  function renew(token) {
    document.body.setAttribute("hx-headers", JSON.stringify({ "x-csrftoken": token }));
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
  }

  async function watch() {
    let left = null;
    try { left = await ask(); } catch { /* no connection: ask again later */ }
    if (left === null) {
      setTimeout(watch, 30000);
      return;
    }
    if (left.left_s > WARN_S) {
      if (dialog.open) dialog.close();
      setTimeout(watch, (left.left_s - WARN_S + 1) * 1000);
      return;
    }
    if (!dialog.open) dialog.showModal();
    setTimeout(watch, 10000);
  }

  dialog.addEventListener("close", () => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    fetch(dialog.dataset.stay, { method: "POST", headers: { "X-CSRFToken": token } });
  });

  window.session = {
    async renewToken() {
      const left = await ask();
      if (left) renew(left.csrf);
      return left !== null;
    },
  };
  setTimeout(watch, 60000);
})();
