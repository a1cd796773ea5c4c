// The live tail of the event log: rows as they are sealed, by server-sent events; it comes back by itself.
"use strict";

(() => {
  const box = document.getElementById("tail");
  if (!box || !window.EventSource) return;
  const rows = document.getElementById("tail-rows");
  const state = document.getElementById("tail-state");
  const pause = document.getElementById("tail-pause");
  const only = document.getElementById("tail-only");
  const ROWS_MAX = 200;
  let paused = false;
  const waiting = [];

  const cell = (kind, text, href) => {
    const one = document.createElement(kind);
    if (kind === "th") one.scope = "row";
    if (href) {
      const link = document.createElement("a");
      link.href = href;
      link.textContent = text;
      one.append(link);
    } else {
      one.textContent = text;
    }
    return one;
  };
  const wanted = (fact) => !only.value || `${fact.type} ${fact.subject} ${fact.actor}`.includes(only.value.trim());
  const show = (fact) => {
    const row = document.createElement("tr");
    row.append(
      cell("td", fact.place, `/log/facts/${fact.place}`), cell("th", fact.type), cell("td", fact.subject),
      cell("td", fact.time), cell("td", fact.actor),
    );
    row.hidden = !wanted(fact);
    row.fact = fact;
    rows.prepend(row);
    while (rows.children.length > ROWS_MAX) rows.lastElementChild.remove();
  };

  const source = new EventSource(box.dataset.from);
  source.onopen = () => { if (!paused) state.textContent = box.dataset.connected; };
  source.onerror = () => { state.textContent = box.dataset.away; };
  source.onmessage = (event) => {
    for (const fact of JSON.parse(event.data)) {
      if (paused) {
        waiting.push(fact);
        if (waiting.length > ROWS_MAX) waiting.shift();
      } else {
        show(fact);
      }
    }
  };
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    state.textContent = paused ? box.dataset.paused : box.dataset.connected;
    while (!paused && waiting.length) show(waiting.shift());
  });
  only.addEventListener("input", () => { for (const row of rows.children) row.hidden = !wanted(row.fact); });
  window.addEventListener("pagehide", () => source.close());
})();
