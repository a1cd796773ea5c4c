// Keeps an officer's own pages and their files on the phone, so that they open without a signal; holds no record and sends none.
"use strict";

const PAGES = "jiuzhu-field-pages";
const FILES = "jiuzhu-field-files";
const KEPT = ["/field/today", "/field/visit", "/field/work", "/field/outbox"];
const WAIT_MS = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data && event.data.keep) event.waitUntil(keep(event.data.keep));
});

async function keep(files) {
  const shelf = await caches.open(FILES);
  await Promise.all(files.map(async (url) => { if (!(await shelf.match(url))) await put(FILES, url); }));
  await Promise.all(KEPT.map((path) => put(PAGES, path)));
}

async function put(name, url) {
  try {
    const answer = await fetch(url, { credentials: "same-origin", redirect: "manual" });
    if (answer.ok && answer.type === "basic") await (await caches.open(name)).put(url, answer);
  } catch (_) { /* no signal now: what is kept already stays */ }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(file(event.request));
  else if (event.request.mode === "navigate" && url.pathname.startsWith("/field/")) event.respondWith(page(event.request, url.pathname));
});

async function file(request) {
  const found = await caches.match(request.url);
  return found || fetch(request);
}

// The network while it answers in time, else what is kept.
async function page(request, path) {
  const found = KEPT.includes(path) ? await caches.match(path) : undefined;
  try {
    const answer = await Promise.race([
      fetch(request),
      new Promise((_, reject) => { if (found) setTimeout(() => reject(new Error("slow")), WAIT_MS); }),
    ]);
    if (answer.status >= 500 && found) return found;
    if (answer.ok && answer.type === "basic" && KEPT.includes(path)) {
      const copy = answer.clone();
      caches.open(PAGES).then((shelf) => shelf.put(path, copy));
    }
    return answer;
  } catch (_) {
    return found || new Response(NO_SIGNAL, { status: 503, headers: { "content-type": "text/html; charset=utf-8" } });
  }
}

const NO_SIGNAL = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>没有信号 · No signal</title><h1>没有信号 <small lang="en">No signal</small></h1>
<p>此页需要信号。走访和事务登记不需要。<br><span lang="en">This page needs a signal; recording visits and work does not.</span></p>
<p><a href="/field/today">今日走访 Today’s visits</a> · <a href="/field/visit">登记走访 Record a visit</a></p></html>`;
