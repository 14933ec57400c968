// The line in the curves follows the film; a click in the curves moves the film.
"use strict";
(() => {
  const film = document.getElementById("film");
  const svg = document.querySelector("svg.curves");
  const line = svg && svg.querySelector(".playhead");
  if (!film || !line) return;
  const { seconds, left, width } = svg.dataset;
  const place = () => {
    const x = Number(left) + (Number(width) * Math.min(film.currentTime, seconds)) / seconds;
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
  };
  const follow = () => { place(); if (!film.paused) requestAnimationFrame(follow); };
  film.addEventListener("play", follow);
  film.addEventListener("seeked", place);
  svg.addEventListener("click", (event) => {
    const point = svg.createSVGPoint();
    point.x = event.clientX;
    const at = point.matrixTransform(svg.getScreenCTM().inverse()).x;
    film.currentTime = Math.max(0, ((at - Number(left)) / Number(width)) * Number(seconds));
  });
})();
