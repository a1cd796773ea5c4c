// What a phone has recorded and not yet uploaded: kept in IndexedDB, counted on every page, sent whenever there is a signal.
// A record leaves the phone only when the service has said that it stands; one sent twice is decided once, by its own id.
"use strict";

const Outbox = (() => {
  const NAME = "jiuzhu-field";
  const SENT_KEPT_MAX = 30;
  const SENT_AT_A_TIME = 100;
  const RETRY_MS = 60_000;
  const TIMEOUT_MS = 25_000;
  const english = document.documentElement.lang === "en";
  const t = (zh, en) => (english ? en : zh);
  let opening = null;
  let busy = false;

  function open() {
    if (opening) return opening;
    opening = new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("kept");
        asked.result.createObjectStore("records", { keyPath: "id" });
        asked.result.createObjectStore("sent", { keyPath: "id" });
      };
      asked.onsuccess = () => {
        asked.result.onversionchange = () => { asked.result.close(); opening = null; };
        resolve(asked.result);
      };
      asked.onerror = () => { opening = null; reject(asked.error); };
    });
    return opening;
  }

  // One transaction: all of it is on the disk when the promise is kept, or none of it.
  async function within(mode, work) {
    const db = await open();
    return new Promise((resolve, reject) => {
      const tx = db.transaction(["kept", "records", "sent"], mode, { durability: "strict" });
      const told = { value: undefined };
      tx.oncomplete = () => resolve(told.value);
      tx.onabort = () => reject(tx.error || new Error("aborted"));
      work(tx.objectStore("kept"), tx.objectStore("records"), tx.objectStore("sent"), told);
    });
  }

  const all = (store) => within("readonly", (kept, records, sent, told) => {
    const asked = { records, sent }[store].getAll();
    asked.onsuccess = () => { told.value = asked.result; };
  });
  const keep = (name, value) => within("readwrite", (kept) => kept.put(value, name));
  const drop = (name) => within("readwrite", (kept) => kept.delete(name));
  const kept = (name) => within("readonly", (store, _, __, told) => {
    const asked = store.get(name);
    asked.onsuccess = () => { told.value = asked.result; };
  });

  // UUID v7: the record's id, and the id of the command it becomes.
  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    let at = Date.now();
    for (let i = 5; i >= 0; i -= 1) { bytes[i] = at % 256; at = Math.floor(at / 256); }
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    const hex = Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  function newDevice(town) {
    const bytes = crypto.getRandomValues(new Uint8Array(6));
    return `P-${town}-${Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("").toUpperCase()}`;
  }

  // Keep a record: device number, next sequence, record and the end of its draft in one transaction. An id that is known is not kept again.
  function add(record, town, replaces) {
    return within("readwrite", (store, records, sent, told) => {
      const before = sent.get(record.id);
      before.onsuccess = () => {
        const waiting = records.get(record.id);
        waiting.onsuccess = () => {
          store.delete(`draft:${record.kind}`);
          if (before.result || waiting.result) return;
          if (record.kind === "work") {
            if (replaces) records.delete(replaces);
            records.put(record);
            return;
          }
          const refused = records.get(replaces || record.id);
          refused.onsuccess = () => numbered(store, records, record, town, refused.result);
        };
      };
      told.value = record.id;
    });
  }

  // The next number of the device; a correction takes the number of the record that was refused, so that none is missing.
  function numbered(store, records, record, town, refused) {
    const asked = store.get("device");
    asked.onsuccess = () => {
      const device = asked.result || { number: newDevice(town), sequence: 0 };
      if (refused) records.delete(refused.id);
      else device.sequence += 1;
      store.put(device, "device");
      record.fields.device_sequence = refused ? refused.fields.device_sequence : device.sequence;
      records.put(record);
    };
  }

  // The clock a record is made by: the phone's; in sample mode the sample's, as far as it was last told.
  async function now() {
    const told = await kept("clock");
    return told ? told.clock + (Date.now() - told.at) : Date.now();
  }

  async function noteClock(text) {
    if (!text) return;
    const clock = Date.parse(text);
    const told = await kept("clock");
    if (!told || clock > told.clock) await keep("clock", { clock, at: Date.now() });
  }

  async function ask(path, options) {
    const stop = new AbortController();
    const timer = window.setTimeout(() => stop.abort(), TIMEOUT_MS);
    try {
      return await fetch(path, { credentials: "same-origin", redirect: "manual", cache: "no-store", signal: stop.signal, ...options });
    } finally {
      window.clearTimeout(timer);
    }
  }

  async function session() {
    const answer = await ask("/field/session");
    if (answer.type === "opaqueredirect" || !answer.ok) return null;
    return answer.json();
  }

  // Send what waits; what becomes of each record is written down before the next ones are sent.
  async function round(who) {
    const tried = new Set();
    for (;;) {
      const left = (await all("records")).filter((one) => one.state === "waiting" && !tried.has(one.id));
      if (!left.length) return;
      left.sort((a, b) => (a.fields.device_sequence || 0) - (b.fields.device_sequence || 0));
      const some = left.slice(0, SENT_AT_A_TIME);
      some.forEach((one) => tried.add(one.id));
      const visits = some.filter((one) => one.kind === "visit");
      const works = some.filter((one) => one.kind === "work");
      const device = (await kept("device")) || { number: newDevice(who.town) };
      const answer = await ask("/field/sync", {
        method: "POST",
        headers: { "content-type": "application/json", "x-form-token": who.form_token },
        body: JSON.stringify({
          device: device.number,
          sent_at: new Date(await now()).toISOString(),
          visits: visits.map((one) => ({ record_id: one.id, author: one.author, ...one.fields })),
          works: works.map((one) => ({ record_id: one.id, author: one.author, fields: one.fields })),
        }),
      });
      if (!answer.ok) throw new Error(t(`服务器答复 ${answer.status}，稍后再传`, `the server answered ${answer.status}; later again`));
      const told = await answer.json();
      await within("readwrite", (store, records, sent) => {
        visits.forEach((one, i) => became(records, sent, one, told.visits[i]));
        works.forEach((one, i) => became(records, sent, one, told.works[i]));
      });
    }
  }

  function became(records, sent, one, said) {
    if (!said || said.outcome === "failed") {
      if (said) records.put({ ...one, told_zh: said.reason || "", told_en: said.reason_en || "" });
    } else if (said.outcome === "accepted" || said.outcome === "unchanged") {
      records.delete(one.id);
      sent.put({ id: one.id, kind: one.kind, label: one.label, at: Date.now() });
    } else {
      const errors = (said.errors || []).map((error) => ({ pointer: error.pointer, zh: error.detail, en: error.detail_en }));
      records.put({ ...one, state: "refused", code: said.code || said.outcome, told_zh: said.reason || "", told_en: said.reason_en || "", errors });
    }
  }

  // Old receipts go; the ids of records that still wait are never among them.
  async function tidy() {
    const receipts = (await all("sent")).sort((a, b) => b.at - a.at).slice(SENT_KEPT_MAX);
    if (receipts.length) await within("readwrite", (_, __, sent) => receipts.forEach((one) => sent.delete(one.id)));
  }

  async function sync() {
    if (busy) return;
    busy = true;
    try {
      if (!(await count())) return await tell("");
      if (!navigator.onLine) return await tell(t("没有信号，记录保存在本机", "no signal; kept on this phone"));
      const work = async () => {
        await tell(t("正在上传…", "uploading…"));
        const who = await session();
        if (!who || !who.actor.startsWith("officer:")) return tell(t("请重新登录后上传", "sign in again to upload"));
        await noteClock(who.clock);
        await round(who);
        await tidy();
        return tell("");
      };
      await (navigator.locks ? navigator.locks.request("jiuzhu-sync", work) : work());
    } catch (error) {
      await tell(error.name === "TypeError" || error.name === "AbortError" ? t("信号不好，稍后自动再传", "weak signal; it will be sent later") : error.message);
    } finally {
      busy = false;
    }
  }

  async function count() {
    return (await all("records")).length;
  }

  // What one page keeps or sends, the others open on this phone show at once.
  const others = "BroadcastChannel" in window ? new BroadcastChannel("jiuzhu-outbox") : null;
  if (others) others.onmessage = () => { show("").catch(() => {}); };

  async function tell(said) {
    await show(said);
    if (others) others.postMessage("");
  }

  async function show(said) {
    const n = await count();
    const badge = document.getElementById("unsent");
    if (badge) {
      badge.hidden = n === 0 && badge.dataset.always !== "yes";
      badge.textContent = n ? t(`未上传 ${n} 条`, `${n} unsent`) : t("已全部上传", "0 unsent");
      badge.classList.toggle("warn", n > 0);
      badge.classList.toggle("good", n === 0);
    }
    document.dispatchEvent(new CustomEvent("outbox", { detail: { n, said } }));
  }

  // Nothing of an officer's stays on a phone that is handed on.
  async function wipe() {
    const db = opening ? await opening : null;
    if (db) db.close();
    opening = null;
    await new Promise((resolve) => {
      const asked = indexedDB.deleteDatabase(NAME);
      asked.onsuccess = asked.onerror = asked.onblocked = () => resolve();
    });
    if ("caches" in window) await Promise.all((await caches.keys()).map((one) => caches.delete(one)));
    if (navigator.serviceWorker) {
      const found = await navigator.serviceWorker.getRegistrations();
      await Promise.all(found.map((one) => one.unregister()));
    }
  }

  async function leave(form) {
    if (!navigator.onLine) {
      window.alert(t("退出需要信号；请有信号后再退出。", "Signing out needs a signal; try again when there is one."));
      return;
    }
    await sync();
    const n = await count();
    const sure = t(
      `本机还有 ${n} 条记录没有上传。退出会把它们从本机清除，无法恢复。仍要退出吗？`,
      `${n} records on this phone are not uploaded. Signing out deletes them for good. Sign out all the same?`,
    );
    if (n && !window.confirm(sure)) return;
    await wipe();
    form.submit();
  }

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "sign-out") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    leave(event.target).catch(() => event.target.submit());
  }, true);

  document.addEventListener("DOMContentLoaded", () => {
    const badge = document.getElementById("unsent");
    if (!badge) return;
    const officer = badge.dataset.always === "yes";
    tell("").then(() => (officer ? sync() : null));
    if (!officer) return;
    window.addEventListener("online", sync);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) sync(); });
    window.setInterval(sync, RETRY_MS);
  });

  return { add, all, count, drop, keep, kept, newId, noteClock, now, sync, t, within };
})();
