// The field's forms and lists: keeps what is typed, hashes photos on the phone, puts records into the outbox, shows what is there.
"use strict";

(() => {
  const { t } = Outbox;
  const CHINA_MS = 8 * 3600_000;
  const SUBTLE = window.crypto && window.crypto.subtle;
  const byId = (id) => document.getElementById(id);
  const field = byId("field");
  const read = (id) => JSON.parse(byId(id).textContent);
  const chinaText = (ms) => new Date(ms + CHINA_MS).toISOString().slice(0, 16);
  const instantOf = (text) => new Date(`${text}:00+08:00`).toISOString();

  function made(tag, text, classes) {
    const one = document.createElement(tag);
    if (text) one.textContent = text;
    if (classes) one.className = classes;
    return one;
  }

  // ---- the pages on the phone

  async function keepPages() {
    if (!navigator.serviceWorker || !navigator.onLine) return;
    const owner = await Outbox.kept("owner");
    if (owner && owner !== field.dataset.actor && "caches" in window) {
      await Promise.all((await caches.keys()).map((one) => caches.delete(one)));
    }
    await Outbox.keep("owner", field.dataset.actor);
    await navigator.serviceWorker.register("/field/worker.js", { scope: "/field/" });
    const ready = await navigator.serviceWorker.ready;
    const files = Array.from(document.querySelectorAll("link[rel=stylesheet], link[rel=icon], link[rel=manifest], script[src], img"), (one) => one.href || one.src);
    ready.active.postMessage({ keep: files });
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
  }

  // ---- forms

  let id = "";
  let replaces = "";
  let evidence = [];
  let form = null;

  function values() {
    const found = {};
    new FormData(form).forEach((value, name) => { if (typeof value === "string") found[name] = value; });
    form.querySelectorAll("input[type=checkbox]").forEach((one) => { found[one.name] = one.checked; });
    return found;
  }

  function fill(kept) {
    Object.entries(kept).forEach(([name, value]) => {
      form.querySelectorAll(`[name="${name}"]`).forEach((one) => {
        if (one.type === "radio") one.checked = one.value === value;
        else if (one.type === "checkbox") one.checked = value;
        else one.value = value;
      });
    });
  }

  const kind = () => form.dataset.record;
  const draft = () => Outbox.keep(`draft:${kind()}`, { id, replaces, evidence, values: values() });

  function photosTold() {
    const list = byId("photos-told");
    list.replaceChildren(...evidence.map((one) => {
      const row = made("li", `✓ ${one.slice(0, 12)}… `);
      const off = made("button", t("移除", "remove"), "quiet");
      off.type = "button";
      off.addEventListener("click", () => { evidence = evidence.filter((other) => other !== one); photosTold(); judged(); draft(); });
      row.append(off);
      return row;
    }));
  }

  async function hashed(files) {
    if (!SUBTLE) {
      byId("photos-told").replaceChildren(made("li", t("此连接不安全（非 HTTPS），无法登记照片", "this connection is not secure (no HTTPS): photos cannot be recorded")));
      return;
    }
    for (const file of files) {
      const sum = await SUBTLE.digest("SHA-256", await file.arrayBuffer());
      const hex = Array.from(new Uint8Array(sum), (one) => one.toString(16).padStart(2, "0")).join("");
      if (!evidence.includes(hex)) evidence.push(hex);
    }
    byId("photos").value = "";
    photosTold();
    judged();
    await draft();
  }

  function members(number, chosen) {
    const row = read("households").find((one) => one.household_no === number);
    const seen = byId("seen");
    const options = (row ? row.members : []).map((one) => { const option = made("option", one.relation); option.value = one.seen_as; return option; });
    const nobody = made("option", t("未见到人", "nobody"));
    nobody.value = "";
    seen.replaceChildren(...options, nobody);
    if (chosen !== undefined) seen.value = chosen;
  }

  // What the standard asks and this record does not have yet: said before it is saved, never hindering it.
  function judged() {
    const told = byId("missing");
    if (!told) return;
    const now = values();
    const asked = read("standards")[now.service];
    if (!asked) return;
    byId("standard").textContent = t(`标准：至少 ${asked.minutes_min} 分钟、${asked.evidence_min} 张照片${asked.co_signature ? "、签名" : ""}`, `standard: ${asked.minutes_min} minutes, ${asked.evidence_min} photos${asked.co_signature ? ", signed" : ""}`);
    const minutes = now.started_at && now.ended_at ? (Date.parse(now.ended_at) - Date.parse(now.started_at)) / 60_000 : 0;
    const lacks = [];
    if (minutes < asked.minutes_min) lacks.push(t("时长不足", "too short"));
    if (evidence.length < asked.evidence_min) lacks.push(t("缺照片", "no photo"));
    if (asked.co_signature && !now.co_signed) lacks.push(t("未签名", "not signed"));
    if (!now.person_seen) lacks.push(t("未见到人", "nobody seen"));
    told.textContent = lacks.length ? t(`按标准还缺：${lacks.join("、")}（可以照实保存）`, `short of the standard: ${lacks.join(", ")} (it may be saved as it is)`) : t("符合服务标准", "meets the standard");
  }

  function visitRecord(now) {
    const option = byId("household").selectedOptions[0];
    const fields = {
      recorded_at: new Date(now.at).toISOString(), household_no: now.household_no, visit_no: `V-${id}`, service: now.service,
      officer: field.dataset.actor.split(":")[1], committee: option.dataset.committee, started_at: instantOf(now.started_at),
      ended_at: instantOf(now.ended_at), person_seen: now.person_seen, co_signed: now.co_signed, evidence_sha256: evidence, notes: now.notes,
    };
    return { label: `${now.household_no} ${now.started_at.replace("T", " ")}`, fields };
  }

  function workRecord(now) {
    const fields = {
      work_no: `W-${id}`, work: now.work, benefit: now.benefit, committee: now.committee, quantity: Number(now.quantity),
      minutes: Number(now.minutes), worked_on: now.worked_on, evidence_sha256: evidence,
    };
    const name = form.querySelector(`input[value="${now.work}"]`).closest("label").textContent.trim();
    return { label: `${name} ${now.worked_on}`, fields };
  }

  function wrong(now) {
    if (kind() === "visit" && now.ended_at <= now.started_at) return t("结束时间要晚于开始时间", "it must end after it started");
    return "";
  }

  async function save() {
    const now = { ...values(), at: await Outbox.now() };
    const objection = wrong(now);
    if (objection) {
      byId("ended").setCustomValidity(objection);
      byId("ended").reportValidity();
      return;
    }
    const record = { id, kind: kind(), state: "waiting", author: field.dataset.actor, values: values(), ...(kind() === "visit" ? visitRecord(now) : workRecord(now)) };
    const button = form.querySelector("button.primary");
    button.disabled = true;
    try {
      await Outbox.add(record, field.dataset.town, replaces);
      const box = made("div", "", "box good");
      box.append(made("p", t(`已存在本机：${record.label}`, `kept on this phone: ${record.label}`)));
      byId("kept").replaceChildren(box);
      form.reset();
      await fresh();
      window.scrollTo(0, 0);
    } finally {
      button.disabled = false;
    }
    Outbox.sync();
  }

  async function fresh() {
    [id, replaces, evidence] = [Outbox.newId(), "", []];
    const now = await Outbox.now();
    if (kind() === "visit") {
      const number = decodeURIComponent(window.location.hash.slice(1));
      if (number) byId("household").value = number;
      members(byId("household").value);
      byId("started").value = chinaText(now - 30 * 60_000);
      byId("ended").value = chinaText(now);
    } else {
      byId("worked").value = chinaText(now).slice(0, 10);
    }
    photosTold();
    judged();
  }

  async function begin() {
    const kept = await Outbox.kept(`draft:${kind()}`);
    await fresh();
    const other = window.location.hash.slice(1);
    if (kept && (!other || other === kept.values.household_no)) {
      [id, replaces, evidence] = [kept.id, kept.replaces || "", kept.evidence || []];
      if (kind() === "visit") members(kept.values.household_no, kept.values.person_seen);
      fill(kept.values);
      photosTold();
      judged();
    }
    form.addEventListener("input", (event) => {
      if (event.target.type === "file") return;
      if (event.target.name === "household_no") members(event.target.value);
      if (byId("ended")) byId("ended").setCustomValidity("");
      judged();
      draft();
    });
    form.addEventListener("submit", (event) => { event.preventDefault(); event.stopPropagation(); save(); });
    byId("photos").addEventListener("change", (event) => hashed(Array.from(event.target.files)));
    form.querySelectorAll("[data-now]").forEach((button) => button.addEventListener("click", async () => {
      byId(button.dataset.now).value = chinaText(await Outbox.now());
      judged();
      draft();
    }));
    form.dataset.ready = "yes";
  }

  // ---- the list of what is on the phone

  function entry(one) {
    const card = made("article", "", "card");
    card.append(made("h3", `${one.kind === "visit" ? t("走访", "visit") : t("事务", "work")} · ${one.label}`));
    const said = t(one.told_zh, one.told_en) || "";
    if (said) card.append(made("p", said, "small"));
    (one.errors || []).forEach((error) => card.append(made("p", `${error.pointer} ${t(error.zh, error.en)}`, "small")));
    if (one.state !== "refused") return card;
    card.append(made("p", `${t("代码", "Code")} ${one.code}`, "small"));
    const bar = made("p", "", "bar");
    const again = made("button", t("更正后重报", "Correct and send again"), "primary");
    again.addEventListener("click", async () => {
      await Outbox.keep(`draft:${one.kind}`, { id: Outbox.newId(), replaces: one.id, evidence: one.fields.evidence_sha256, values: one.values });
      window.location.assign(`/field/${one.kind}`);
    });
    const off = made("button", t("删除", "Delete"), "danger");
    off.addEventListener("click", async () => {
      if (!window.confirm(t("此记录没有被系统收下，删除后无法恢复。确定删除吗？", "The system did not take this record; deleting it is for good. Delete it?"))) return;
      await Outbox.within("readwrite", (_, records) => records.delete(one.id));
      Outbox.sync();
    });
    bar.append(again, off);
    card.append(bar);
    return card;
  }

  async function listed(said) {
    const records = await Outbox.all("records");
    const waiting = records.filter((one) => one.state === "waiting");
    const refused = records.filter((one) => one.state === "refused");
    const none = () => made("p", t("没有", "none"), "small");
    byId("waiting").replaceChildren(...(waiting.length ? waiting.map(entry) : [none()]));
    byId("refused").replaceChildren(...(refused.length ? refused.map(entry) : [none()]));
    const sent = (await Outbox.all("sent")).sort((a, b) => b.at - a.at);
    const list = made("ul", "", "plain");
    list.append(...sent.map((one) => made("li", `✓ ${one.label}`)));
    byId("sent").replaceChildren(sent.length ? list : none());
    const device = await Outbox.kept("device");
    byId("device").textContent = device ? `${device.number} · ${device.sequence}` : "–";
    byId("outbox-said").textContent = said || t(`未上传 ${waiting.length} 条，被退回 ${refused.length} 条。`, `${waiting.length} unsent, ${refused.length} sent back.`);
  }

  async function marked() {
    const unsent = new Set((await Outbox.all("records")).map((one) => one.fields.household_no));
    document.querySelectorAll("[data-unsent-of]").forEach((one) => { one.hidden = !unsent.has(one.dataset.unsentOf); });
  }

  function found(wanted) {
    const text = wanted.value.trim().toUpperCase();
    document.querySelectorAll(wanted.dataset.find).forEach((one) => { one.hidden = !one.dataset.words.toUpperCase().includes(text); });
  }

  document.addEventListener("DOMContentLoaded", async () => {
    await Outbox.noteClock(field.dataset.clock);
    form = document.querySelector("form[data-record]");
    if (form) await begin();
    document.addEventListener("outbox", (event) => {
      if (byId("waiting")) listed(event.detail.said);
      else marked();
    });
    if (byId("waiting")) await listed("");
    else await marked();
    document.querySelectorAll("[data-sync]").forEach((one) => one.addEventListener("click", Outbox.sync));
    document.querySelectorAll("[data-find]").forEach((one) => one.addEventListener("input", () => found(one)));
    keepPages().catch(() => null);
  });
})();
