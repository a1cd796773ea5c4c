// Dashboards: the slider of days asks for the page as at its day and puts the answer in place; full screen; printing.
"use strict";

function dayAfter(first, days) {
  const at = new Date(`${first}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

function travel(slider) {
  const form = slider.form;
  const until = form.elements.until;
  const since = form.elements.since;
  const day = dayAfter(slider.dataset.first, Number(slider.value));
  const length = (new Date(until.value) - new Date(since.value)) / 86400000;
  until.value = day;
  since.value = dayAfter(day, -length);
  const asked = new URLSearchParams(new FormData(form)).toString();
  const address = `${form.action}?${asked}`;
  htmx.ajax("GET", address, { target: "#shown", select: "#shown", swap: "outerHTML" });
  window.history.replaceState(null, "", address);
}

document.addEventListener("DOMContentLoaded", () => {
  const slider = document.getElementById("as-of");
  if (slider) {
    slider.closest("label").hidden = false;
    const told = slider.form.querySelector("output");
    let waiting = 0;
    slider.addEventListener("input", () => {
      told.value = dayAfter(slider.dataset.first, Number(slider.value));
      window.clearTimeout(waiting);
      waiting = window.setTimeout(() => travel(slider), 150);
    });
  }
  document.getElementById("full-screen")?.addEventListener("click", () => {
    document.getElementById("board-frame").requestFullscreen();
  });
  document.getElementById("print")?.addEventListener("click", () => window.print());
});
