// Forms of the window and of cases by keyboard: which materials a choice asks for, more people, resident IDs told at once, printing.
"use strict";

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHINESE = document.documentElement.lang.startsWith("zh");

// GB 11643: the last character checks the seventeen before it. The service judges; this only tells early.
const fits = (number) => {
  if (!/^[0-9]{17}[0-9X]$/.test(number)) return false;
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * Number(number[place]), 0);
  return "10X98765432"[sum % 11] === number[17];
};

const tellNumber = (input) => {
  const number = input.value.trim().toUpperCase();
  const told = input.closest(".member").querySelector(".told");
  const wrong = number !== "" && !fits(number);
  told.textContent = wrong ? (CHINESE ? "身份证号位数或校验码不符" : "the number does not check") : "";
  input.setAttribute("aria-invalid", String(wrong));
};

const showMaterials = (form) => {
  const reasons = new Set([...form.querySelectorAll("[name=needs]:checked")].map((one) => one.value));
  form.querySelectorAll("[data-reason]:checked").forEach((one) => reasons.add(one.dataset.reason));
  form.querySelectorAll("[data-for]").forEach((label) => {
    const asked = label.dataset.for.split(" ").some((reason) => reasons.has(reason));
    label.hidden = !asked && !label.querySelector("input").checked;
  });
  form.querySelectorAll("[data-shown-by]").forEach((part) => {
    part.hidden = !form.querySelector(`[name=${part.dataset.shownBy}]`).checked;
  });
};

const oneMore = (people) => {
  const last = [...people.querySelectorAll(".member")].at(-1);
  const row = last.cloneNode(true);
  row.querySelectorAll("input").forEach((input) => { input.value = ""; input.required = false; input.autofocus = false; });
  row.querySelector(".told").textContent = "";
  last.after(row);
  row.querySelector("input").focus();
};

const findNeeds = (form, find) => {
  const wanted = find.value.trim().toLowerCase();
  form.querySelectorAll("[data-find]").forEach((label) => {
    const words = label.dataset.find.split(" ");
    label.hidden = wanted !== "" && !words.some((word) => word.startsWith(wanted)) && !label.dataset.find.includes(wanted);
  });
};

const form = document.querySelector("#request-form");
if (form) {
  const find = form.querySelector("#need-find");
  form.querySelector("#need-find-row").hidden = false;
  form.addEventListener("input", (event) => { if (event.target === find) findNeeds(form, find); });
  form.addEventListener("change", () => showMaterials(form));
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const first = [...form.querySelectorAll("[data-find]")].find((label) => !label.hidden);
    if (!first || find.value === "") return;
    const box = first.querySelector("input");
    box.checked = !box.checked;
    find.value = "";
    findNeeds(form, find);
    showMaterials(form);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); form.requestSubmit(); }
  });
  showMaterials(form);
}
document.querySelectorAll(".people").forEach((people) => {
  const more = people.querySelector("[data-more-people]");
  more.hidden = false;
  more.addEventListener("click", () => oneMore(people));
  const told = (event, long) => { if ("residentId" in event.target.dataset && (!long || event.target.value.length >= 18)) tellNumber(event.target); };
  people.addEventListener("input", (event) => told(event, true));
  people.addEventListener("change", (event) => told(event, false));
});
document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
