// Active time and the film watched, told in beats. A hidden page and a still hand do
// not count; neither does anything that was answered.
"use strict";
(() => {
  const sheet = document.getElementById("sheet");
  const film = document.getElementById("film");
  const address = `${sheet.dataset.case}attention/`;
  const token = sheet.querySelector("[name=csrfmiddlewaretoken]").value;
  const STILL_MS = 60000;
  const BEAT_S = 20;
  let active = 0;
  let moved = performance.now();
  let answered = false;
  let failures = 0;

  for (const sign of ["pointermove", "pointerdown", "keydown", "scroll", "input"]) {
    document.addEventListener(sign, () => { moved = performance.now(); }, { capture: true, passive: true });
  }
  sheet.addEventListener("change", () => { answered = true; }, true);

  function watched() {
    const stretches = [];
    for (let at = 0; at < film.played.length; at += 1) {
      stretches.push(`${film.played.start(at).toFixed(2)}-${film.played.end(at).toFixed(2)}`);
    }
    return stretches.slice(0, 100).join(" ");
  }

  function beat() {
    if (active === 0) return;
    const now = Number(film.dataset.failures || 0);
    const told = new FormData();
    told.set("csrfmiddlewaretoken", token);
    told.set("active_s", String(active));
    told.set("watched", watched());
    if (film.duration > 0) told.set("film_s", film.duration.toFixed(2));
    told.set("film_failures", String(now - failures));
    if (answered) told.set("first_answer", "on");
    told.set("viewport", `${window.innerWidth}x${window.innerHeight}@${window.devicePixelRatio.toFixed(1)}`);
    if (navigator.sendBeacon(address, told)) {
      active = 0;
      failures = now;
    }
  }

  setInterval(() => {
    if (document.visibilityState === "hidden" || performance.now() - moved > STILL_MS) return;
    active += 1;
    if (active >= BEAT_S) beat();
  }, 1000);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") beat(); });
  window.addEventListener("pagehide", beat);
})();
