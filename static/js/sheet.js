// Saving cell by cell: idempotency keys, retries while offline, a second window.
"use strict";
(() => {
  const sheet = document.getElementById("sheet");
  const saved = document.getElementById("saved");
  const notice = document.getElementById("notice");
  const store = `unsaved ${sheet.dataset.case}`;
  const FIRST_WAIT_MS = 1000;
  const LONGEST_WAIT_MS = 30000;
  const pending = new Map(); // cell -> {key, wait, earlier, version if of a page before}
  const MOST_EARLIER = 10;
  const words = document.getElementById("comment-text");
  let said = words.value; // what was last sent of it
  let leaving = null; // the button that leads on, pressed before everything was saved

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  // A write of its own; the server may have made the ones before it whose answer was
  // lost, and then goes on from there.
  function next(before) {
    if (!before) return { key: newKey(), wait: FIRST_WAIT_MS, earlier: [] };
    const earlier = [...before.earlier, before.key].slice(-MOST_EARLIER);
    return { ...before, key: newKey(), wait: FIRST_WAIT_MS, earlier };
  }

  // By which means an answer comes: the last pointer or key before it.
  let modality = "keys";
  document.addEventListener("pointerdown", (event) => { modality = event.pointerType || "mouse"; }, true);
  document.addEventListener("keydown", () => { modality = "keys"; }, true);

  const cellOf = (element) => element.closest("[data-cell]");
  const versionOf = (cell) => cell.querySelector("[name$='-version']").value;
  const chosen = (cell) =>
    Array.from(cell.querySelectorAll("input:checked"), (input) => [input.name, input.value]);

  // Ids, digits and letters only: words never leave the page but to the server.
  function remember() {
    const rows = [];
    for (const name of pending.keys()) {
      const cell = sheet.querySelector(`[data-cell="${name}"]`);
      const { key, earlier, version = versionOf(cell) } = pending.get(name);
      if (name !== "comment") rows.push([name, version, chosen(cell), [...earlier, key]]);
    }
    if (rows.length) localStorage.setItem(store, JSON.stringify(rows));
    else localStorage.removeItem(store);
  }

  function showOpen() {
    if (!pending.size) return;
    const many = pending.size === 1 ? "1 answer is" : `${pending.size} answers are`;
    saved.textContent = `${many} not saved yet; trying again`;
    saved.classList.add("waiting");
  }

  function settle(name) {
    pending.delete(name);
    remember();
    saved.classList.toggle("waiting", pending.size > 0);
    showOpen();
    if (leaving && !pending.size) sheet.requestSubmit(leaving);
  }

  sheet.addEventListener("input", () => { leaving = null; }); // who writes on stays
  sheet.addEventListener("change", (event) => {
    leaving = null;
    const cell = cellOf(event.target);
    if (cell) pending.set(cell.dataset.cell, next(pending.get(cell.dataset.cell)));
    remember();
  }, true);

  document.body.addEventListener("htmx:configRequest", (event) => {
    const name = event.detail.elt.dataset.cell;
    if (!name) return;
    if (!pending.has(name)) pending.set(name, next());
    if (name === "comment") said = words.value;
    const item = pending.get(name);
    event.detail.parameters[`${name}-key`] = item.key;
    event.detail.parameters[`${name}-earlier`] = item.earlier.join(" ");
    if ("version" in item) event.detail.parameters[`${name}-version`] = item.version;
    if (event.detail.elt.classList.contains("scale")) event.detail.parameters[`${name}-modality`] = modality;
    event.detail.sentKey = item.key;
    event.detail.elt.dataset.sent = item.key;
  });

  document.body.addEventListener("htmx:afterRequest", (event) => {
    const cell = event.detail.elt;
    const name = cell.dataset && cell.dataset.cell;
    if (!name || !pending.has(name)) return;
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    const isLast = pending.get(name).key === cell.dataset.sent;
    if (status >= 200 && status < 300) {
      if (isLast) settle(name);
    } else if (status === 401 || status === 403) {
      explainSignOut();
      retryLater(cell, name, true);
    } else if (status >= 400 && status < 500) {
      const isOld = "version" in pending.get(name);
      leaving = null;
      settle(name);
      if (status === 404) explainGone();
      else if (isOld && !pending.size) location.reload(); // to what the server has
    } else {
      retryLater(cell, name);
    }
  });

  function explain(text) {
    const paragraph = document.createElement("p");
    paragraph.className = "note error";
    paragraph.textContent = text;
    notice.replaceChildren(paragraph);
  }

  function explainSignOut() {
    explain("You have been signed out. Sign in again in another window: your answers are kept here and will then be saved.");
  }

  function explainGone() {
    explain("This case is no longer assigned to you, so the answer was not saved.");
  }

  function retryLater(cell, name, signedOut = false) {
    const item = pending.get(name);
    showOpen();
    setTimeout(async () => {
      if (signedOut) await window.session.renewToken().catch(() => false);
      if (pending.get(name) === item) htmx.trigger(cell, "retry");
    }, item.wait);
    item.wait = Math.min(item.wait * 2, LONGEST_WAIT_MS);
  }

  document.body.addEventListener("htmx:afterSettle", () => {
    const time = saved.querySelector("time");
    if (!time) return;
    const at = new Date(time.dateTime);
    time.textContent = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  });

  // What a lost connection or a closed lid left behind is sent now, unless the
  // server has a newer answer.
  function resume() {
    for (const [name, version, values, keys] of JSON.parse(localStorage.getItem(store) || "[]")) {
      const cell = sheet.querySelector(`[data-cell="${name}"]`);
      if (!cell) continue;
      for (const input of cell.querySelectorAll("input[type=radio],input[type=checkbox]")) {
        input.checked = values.some(([key, value]) => key === input.name && value === input.value);
      }
      const earlier = (keys || []).slice(-MOST_EARLIER);
      pending.set(name, { key: newKey(), wait: FIRST_WAIT_MS, earlier, version });
      htmx.trigger(cell, "retry");
    }
  }

  // Best and second differ: choosing one takes it from the other.
  sheet.addEventListener("change", (event) => {
    const input = event.target;
    const other = { "choice-best": "choice-second", "choice-second": "choice-best" }[input.name];
    if (other) {
      const same = sheet.querySelector(`[name="${other}"][value="${input.value}"]`);
      if (same) same.checked = false;
      for (const tick of sheet.querySelectorAll("[name=choice-verdict]")) tick.checked = false;
    } else if (input.name === "choice-verdict" && input.checked) {
      for (const radio of sheet.querySelectorAll("[name=choice-best],[name=choice-second]")) radio.checked = false;
    }
  }, true);

  sheet.addEventListener("click", (event) => {
    const button = event.target.closest("button.clear");
    if (!button) return;
    event.preventDefault();
    const cell = cellOf(button);
    const radio = cell.querySelector("input:checked");
    if (!radio) return;
    radio.checked = false;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    cell.querySelector("input[type=radio]").focus();
  });

  window.addEventListener("beforeunload", (event) => {
    if (pending.size) event.preventDefault();
  });

  // The page is left when all is saved: the browser would forget what it could not send.
  sheet.addEventListener("submit", (event) => {
    if (words.value !== said) words.dispatchEvent(new Event("change", { bubbles: true }));
    if (!pending.size) return;
    event.preventDefault();
    leaving = event.submitter;
    for (const [name, { wait }] of pending) {
      if (wait > FIRST_WAIT_MS) htmx.trigger(sheet.querySelector(`[data-cell="${name}"]`), "retry");
    }
    showOpen();
  });

  window.addEventListener("online", () => {
    for (const name of pending.keys()) htmx.trigger(sheet.querySelector(`[data-cell="${name}"]`), "retry");
  });

  const tabs = new BroadcastChannel(`case ${sheet.dataset.case}`);
  tabs.addEventListener("message", (event) => {
    if (event.data === "opened") tabs.postMessage("here");
    notice.innerHTML = '<p class="note">This case is also open in another window. Please use only one.</p>';
  });
  tabs.postMessage("opened");
  document.addEventListener("DOMContentLoaded", resume); // when htmx listens
})();
