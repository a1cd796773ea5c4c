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

// A field that names somebody offers the numbers of those who may be named, asked for once; of several the last one typed.
const people = new Map();

const offered = async (field) => {
  const roles = field.dataset.who;
  if (!people.has(roles)) {
    const asked = fetch(`/people?roles=${encodeURIComponent(roles)}`).then((answer) => (answer.ok ? answer.json() : []));
    people.set(roles, asked.catch(() => []));
  }
  const found = await people.get(roles);
  let list = document.getElementById(`${field.id}-who`);
  if (!list) {
    list = document.createElement("datalist");
    list.id = `${field.id}-who`;
    field.after(list);
    field.setAttribute("list", list.id);
  }
  const before = "many" in field.dataset ? field.value.replace(/[^\s,、，]*$/, "") : "";
  list.replaceChildren(...found.map((one) => new Option(one.role, before + one.actor)));
};

for (const event of ["focusin", "input"]) {
  document.addEventListener(event, ({ target }) => {
    if (target instanceof HTMLInputElement && target.dataset.who) offered(target);
  });
}

// After a refusal one begins where it is to be put right: at the first field that does not fit, else at what was said.
const refused = document.querySelector("main [role=alert]");
if (refused) {
  const wrong = document.querySelector("main [aria-invalid=true], main .field.wrong :is(input, select, textarea)");
  (wrong ?? refused).focus();
}
