// Small things every page has: where htmx may show what a service refused, and marks for forms that are being sent.
"use strict";

document.addEventListener("htmx:beforeSwap", (event) => {
  // A refusal is shown in place, like any other answer.
  if (event.detail.xhr.status >= 400) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// A form is sent once: a second click waits for the first.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent === "yes") {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  window.setTimeout(() => { form.dataset.sent = ""; }, 4000);
});

// Going back to a page must not show what another person left on a shared machine.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
