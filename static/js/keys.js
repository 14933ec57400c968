// Scoring by keyboard. Single keys can be switched off and never act in text fields.
"use strict";
(() => {
  const sheet = document.getElementById("sheet");
  const dialog = document.getElementById("keys");
  const toggle = document.getElementById("keys-on");
  const opener = document.getElementById("keys-open");
  const scales = Array.from(sheet.querySelectorAll(".scale"));
  const columns = sheet.querySelectorAll(".card").length;
  let column = 0;

  toggle.checked = localStorage.getItem("single-keys") !== "off";
  toggle.addEventListener("change", () => localStorage.setItem("single-keys", toggle.checked ? "on" : "off"));
  opener.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());

  const isOpen = (scale) => !scale.querySelector("input:checked");
  const focusScale = (scale) => (scale.querySelector("input:checked") || scale.querySelector("input")).focus();
  const current = () => document.activeElement.closest && document.activeElement.closest(".scale");
  const nextOpen = () => scales.find((scale, at) => isOpen(scale) && (!columnChosen() || at % columns === column)) || scales.find(isOpen);
  const columnChosen = () => document.activeElement.classList.contains("card");

  function rate(point) {
    const scale = current() || nextOpen();
    if (!scale) return;
    const radio = scale.querySelector(`input[value="${point}"]`);
    if (!radio.checked) {
      radio.checked = true;
      radio.dispatchEvent(new Event("change", { bubbles: true }));
    }
    const next = scales[scales.indexOf(scale) + 1];
    if (next) focusScale(next);
    else sheet.querySelector("[name=choice-best]").focus();
  }

  function move(step) {
    const scale = current();
    const next = scales[scales.indexOf(scale) + step];
    if (next) focusScale(next);
  }

  function card(letter) {
    const element = document.getElementById(`card-${letter}`);
    if (!element) return false;
    column = Array.from(sheet.querySelectorAll(".card")).indexOf(element);
    element.focus();
    element.scrollIntoView({ block: "nearest" });
    return true;
  }

  // The first press chooses the best; a press on another letter then the second.
  function pick(letter) {
    const best = sheet.querySelector("[name=choice-best]:checked");
    const which = best && best.value !== letter ? "second" : "best";
    const radio = sheet.querySelector(`[name=choice-${which}][value=${letter}]`);
    if (!radio) return false;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    radio.focus();
    return true;
  }

  const arrows = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };

  function single(key) {
    if (/^[1-5]$/.test(key)) rate(key);
    else if (key in arrows && current()) move(arrows[key]);
    else if (/^[a-f]$/.test(key)) return card(key.toUpperCase());
    else if (/^[A-F]$/.test(key)) return pick(key);
    else if (key === "?") dialog.showModal();
    else return false;
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.key === "Enter") {
      document.getElementById("review").click();
      return;
    }
    const inText = event.target.matches("textarea, input[type=text], input[type=password], select");
    if (!toggle.checked || dialog.open || inText || event.ctrlKey || event.metaKey || event.altKey) return;
    if (single(event.key)) event.preventDefault();
  });
})();
