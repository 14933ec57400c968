// Warns two minutes before an idle session ends, says when it has ended, and keeps an open
// page's form token alive when its person has signed in again in another window.
"use strict";
(() => {
  const dialog = document.getElementById("session");
  const WARN_S = 120;
  let state = ""; // "ending", "ended", or neither

  // Nothing is left of a session that has ended.
  async function ask() {
    const answer = await fetch(dialog.dataset.left, { headers: { Accept: "application/json" } });
    if (!answer.ok && answer.status !== 401) throw new Error(answer.status);
    return answer.ok ? answer.json() : null;
  }

  function tell(now) {
    if (now === state) return;
    state = now;
    for (const part of dialog.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== now;
    if (!now) dialog.close();
    else if (!dialog.open) dialog.showModal();
  }

  // Tokens of the page are replaced by the one that holds now.
  function renew(token) {
    document.body.setAttribute("hx-headers", JSON.stringify({ "x-csrftoken": token }));
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
  }

  async function watch() {
    let left;
    try { left = await ask(); } catch {
      setTimeout(watch, 30000); // no connection: ask again later
      return;
    }
    if (left && left.left_s > WARN_S) {
      if (state === "ended") renew(left.csrf);
      tell("");
      setTimeout(watch, (left.left_s - WARN_S + 1) * 1000);
      return;
    }
    tell(left ? "ending" : "ended");
    setTimeout(watch, 10000);
  }

  dialog.addEventListener("close", async () => {
    if (state !== "ending") return;
    state = "";
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(dialog.dataset.stay, { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => null);
    if (answer && !answer.ok) tell("ended");
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
