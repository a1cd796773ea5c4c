// Draws each [data-chart] from the JSON beside it; the table twin below the chart says the same to everybody.
"use strict";

function colours() {
  const style = getComputedStyle(document.documentElement);
  return {
    text: style.getPropertyValue("--text").trim(),
    line: style.getPropertyValue("--line").trim(),
    series: [1, 2, 3, 4, 5, 6].map((n) => style.getPropertyValue(`--series-${n}`).trim()),
  };
}

function draw(place) {
  const said = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const c = colours();
  const chart = echarts.getInstanceByDom(place) || echarts.init(place, null, { renderer: "canvas" });
  chart.setOption({
    animation: false,
    color: c.series,
    textStyle: { color: c.text },
    grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
    legend: { top: 0, textStyle: { color: c.text } },
    tooltip: { trigger: "axis", confine: true },
    xAxis: { type: "category", data: said.days, axisLine: { lineStyle: { color: c.line } }, axisLabel: { color: c.text } },
    yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: c.line } }, axisLabel: { color: c.text } },
    series: said.series.map((one) => ({ type: said.kind || "line", name: one.name, data: one.values, showSymbol: said.days.length < 60 })),
  }, true);
  window.addEventListener("resize", () => chart.resize());
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-chart]").forEach(draw);
});
document.addEventListener("htmx:afterSettle", () => {
  document.querySelectorAll("[data-chart]").forEach(draw);
});
