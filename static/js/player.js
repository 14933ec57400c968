// The film: frame steps by the stored rate, slow motion, a loop between two points,
// zoom, and a silently renewed address.
"use strict";
(() => {
  const film = document.getElementById("film");
  const panel = document.getElementById("player");
  const failed = document.getElementById("film-failed");
  const frame = 1 / Number(film.dataset.fps);
  const speeds = [0.25, 0.5, 0.75, 1];
  const RENEW_MS = 240000;
  const part = (name) => panel.querySelector(`[data-act=${name}]`);
  const time = panel.querySelector("[data-show=time]");
  let from = 0;
  let to = Infinity;

  film.controls = false;
  panel.hidden = false;

  const toggle = () => (film.paused ? film.play() : film.pause());
  const zooms = [1, 1.5, 2, 3];
  let zoomed = 1;
  const end = () => Math.min(to, film.duration || Infinity);

  function step(frames) {
    film.pause();
    const place = film.currentTime + frames * frame;
    film.currentTime = Math.max(from, Math.min(place, end() - frame / 2));
  }

  function speed(change) {
    const at = speeds.indexOf(film.playbackRate) + change;
    if (at < 0 || at >= speeds.length) return;
    film.playbackRate = speeds[at];
    part("speed").value = String(speeds[at]);
  }

  function loop(start, stop) {
    from = start;
    to = stop > start ? stop : Infinity;
    const whole = from === 0 && to === Infinity;
    part("whole").setAttribute("aria-pressed", String(whole));
    part("in").setAttribute("aria-pressed", String(from > 0));
    part("out").setAttribute("aria-pressed", String(to < Infinity));
  }

  // Enlarged around a point: the middle, or where the film was last clicked.
  function zoom(factor) {
    zoomed = factor;
    film.style.transform = factor === 1 ? "" : `scale(${factor})`;
    film.classList.toggle("zoomed", factor > 1);
    part("zoom").value = String(factor);
  }

  function pointAt(event) {
    const box = film.parentElement.getBoundingClientRect();
    const across = (100 * (event.clientX - box.left)) / box.width;
    const down = (100 * (event.clientY - box.top)) / box.height;
    film.style.transformOrigin = `${across}% ${down}%`;
  }

  function show() {
    if (film.currentTime >= to || film.currentTime < from - frame) film.currentTime = from;
    time.textContent = `${film.currentTime.toFixed(1)} s · frame ${Math.round(film.currentTime / frame) + 1}`;
    part("seek").value = String(Math.round((1000 * film.currentTime) / (film.duration || 1)));
  }

  const acts = {
    play: toggle,
    back: () => step(-1),
    forward: () => step(1),
    in: () => loop(film.currentTime, to),
    out: () => loop(from, film.currentTime),
    whole: () => loop(0, Infinity),
  };
  panel.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) acts[button.dataset.act]();
  });
  part("speed").addEventListener("change", () => { film.playbackRate = Number(part("speed").value); });
  part("seek").addEventListener("input", () => { film.currentTime = (part("seek").value / 1000) * film.duration; });
  part("zoom").addEventListener("change", () => zoom(Number(part("zoom").value)));
  film.addEventListener("click", (event) => (zoomed > 1 ? pointAt(event) : toggle()));
  film.addEventListener("loadedmetadata", show);
  film.addEventListener("timeupdate", show);
  if (film.readyState > 0) show();
  film.addEventListener("seeked", show);
  film.addEventListener("play", () => { part("play").textContent = "❚❚"; });
  film.addEventListener("pause", () => { part("play").textContent = "▶"; });

  const keys = { " ": toggle, ",": () => step(-1), ".": () => step(1), "[": acts.in, "]": acts.out, "-": () => speed(-1), "=": () => speed(1), z: () => zoom(zooms[(zooms.indexOf(zoomed) + 1) % zooms.length]) };
  const keysOff = () => {
    const on = document.getElementById("keys-on");
    return localStorage.getItem("single-keys") === "off" || (on && document.getElementById("keys").open);
  };
  document.addEventListener("keydown", (event) => {
    const busy = event.target.matches("textarea, select, summary, button, a, input[type=checkbox], input[type=text]");
    if (keysOff() || busy || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });

  const isWhole = () => film.buffered.length > 0 && film.buffered.end(film.buffered.length - 1) >= film.duration - frame;

  async function renew() {
    const answer = await fetch(film.dataset.renew, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer || !answer.ok) return false;
    const { url } = await answer.json();
    const { currentTime, paused, playbackRate } = film;
    film.src = url;
    film.addEventListener("loadedmetadata", () => {
      film.currentTime = currentTime;
      film.playbackRate = playbackRate;
      if (!paused) film.play();
    }, { once: true });
    return true;
  }

  // A film that lies whole in the browser needs no new address.
  if (film.dataset.renew) setInterval(() => { if (!isWhole()) renew(); }, RENEW_MS);
  let tries = 0;
  async function fail() {
    tries += 1;
    film.dataset.failures = String(Number(film.dataset.failures || 0) + 1);
    failed.hidden = tries <= 2 && Boolean(film.dataset.renew) && (await renew());
  }
  film.addEventListener("error", fail);
  if (film.error) fail(); // before this script had come
  window.addEventListener("online", () => { if (film.error && film.dataset.renew) renew(); });
  film.addEventListener("loadeddata", () => { tries = 0; failed.hidden = true; });
})();
