// How this Readback is: whether it keeps what it promises, who sends to it, what is unfinished.

import { useEffect, useState } from "preact/hooks";
import { connected, now, record, second } from "./state.js";
import { h, Heading, html, icon } from "./ui.js";
import { clock, count, exact, problem, t } from "./words.js";

export function Status() {
  const [s, found] = useState(/** @type {any} */ (null));
  const [say, tell] = useState("");
  const slot = Math.floor(second.value / 5_000);
  useEffect(() => {
    if (connected()) record("status", {}).then((x) => (found(x), tell("")), (p) => tell(problem(p)));
  }, [slot, connected()]);
  if (!s) return html`<div class="page-head">${h(Heading, { children: t("Status") })}</div><p class=${say ? "wrong" : "note"}>${say || t("One moment")}</p>`;
  const all = [...(s.promise ?? [])];
  const ill = all.filter((f) => !f.ok && !f.note).length + (s.faults ?? []).length + (s.ready ? 0 : 1) + (s.backup ? 0 : 1);
  const row = (/** @type {boolean | undefined} */ ok, /** @type {string} */ what, /** @type {any} */ more) => html`<li><span class=${ok === undefined ? "soft" : ok ? "ready" : "alarm"}>${icon(ok === undefined ? "live" : ok ? "done" : "critical")}</span><span><b>${what}</b>${more ? html`<br /><span class="note">${more}</span>` : null}</span></li>`;
  const mb = (/** @type {number} */ n) => `${Math.round(n / 1e8) / 10} GB`;
  return html`<div class="page-head"><div>${h(Heading, { children: ill ? count(ill, "One thing is not as it should be", "{n} things are not as they should be") : t("All is as it should be") })}
      <p>${t("{site}, node {node}, as of {time}.", { site: s.site, node: s.node, time: exact(s.now) })} ${s.version ?? ""}</p></div></div>
    ${s.ready ? null : html`<p class="notice">${s.why} ${s.do}</p>`}
    ${(s.faults ?? []).map((/** @type {string} */ f) => html`<p class="notice">${f}</p>`)}
    <div class="columns even">
      ${all.length ? html`<section class="panel" aria-labelledby="kept"><h2 id="kept">${t("What is promised here")}</h2><ul class="rows">${all.map((f) => row(f.note ? undefined : f.ok, f.what, f.ok && !f.note ? "" : f.do))}</ul></section>` : null}
      <section class="panel" aria-labelledby="now"><h2 id="now">${t("Now")}</h2><ul class="rows">
        ${row(s.calls.late === 0, count(s.calls.open, "{n} open call, {late} past the target", "{n} open calls, {late} past the target", { late: s.calls.late }), s.calls.oldest ? t("The oldest: {ref}, {unit}, since {time}", { ref: s.calls.oldest.ref, unit: s.calls.oldest.unit ?? "", time: clock(s.calls.oldest.opened, now()) }) : "")}
        ${row(undefined, count(s.calls.work, "{n} thing waits for the bench", "{n} things wait for the bench"), s.calls.due ? t("Something falls due at {time}", { time: exact(s.calls.due, now()) }) : "")}
        ${row(s.calls.alone === 0, count(s.calls.alone, "{n} open call without a connected person", "{n} open calls without a connected person"), "")}
        ${row(undefined, count(s.screens.open, "{n} screen is connected", "{n} screens are connected"), s.screens.slow ? t("{n} cut since they did not read", { n: s.screens.slow }) : "")}
        ${s.nodes ? row(s.nodes.bell && s.nodes.known, s.nodes.known ? count((s.nodes.nodes ?? []).length, "{n} node serves", "{n} nodes serve") : t("Who is connected to other nodes is not known"), [...(s.nodes.nodes ?? []).map((/** @type {any} */ n) => t("{node}: {n} connected", { node: n.node, n: n.screens })), s.nodes.why, s.nodes.do].filter(Boolean).join(" ")) : null}
        ${row(s.ledger.age < 3 && !s.ledger.full, t("Ledger of {n} entries", { n: s.ledger.head }), t("{n} not under a signed checkpoint yet. Latest lateness {late} s.", { n: s.ledger.unsigned, late: Math.round((s.clock?.late ?? 0) * 10) / 10 }))}
        ${s.disk ? row(s.disk.free > s.disk.size / 20, t("{free} of {size} free", { free: mb(s.disk.free), size: mb(s.disk.size) }), s.disk.reserve ? "" : t("The reserve for a full disk is in use.")) : null}
        ${row(!!s.backup, s.backup ? t("Backup of {time}", { time: clock(s.backup.at, now()) }) : t("No backup is known"), s.backup?.missing ? t("{n} newer entries are not in it", { n: s.backup.missing }) : "")}
        ${s.downtime ? row(!s.downtime.why, t("File of open calls, as of {time}", { time: s.downtime.at ? clock(s.downtime.at, now()) : "" }), s.downtime.why) : null}
        ${s.audit ? row(!s.audit.why, t("Notification times up to entry {n}", { n: s.audit.seq }), s.audit.behind ? t("{n} behind", { n: s.audit.behind }) : "") : null}</ul></section>
      <section class="panel" aria-labelledby="senders"><h2 id="senders">${t("Who sends")}</h2>${(s.senders ?? []).length === 0 ? html`<p class="note">${t("Nobody has sent anything since this node started.")}</p>` : null}
        <ul class="rows">${(s.senders ?? []).map((/** @type {any} */ x) => row(x.open > 0 && !x.waiting, x.name, [count(x.filed + x.quarantined + x.repeats, "{n} message", "{n} messages"), x.quarantined && t("{n} not understood", { n: x.quarantined }), x.failed && t("{n} could not be kept", { n: x.failed }), x.last && t("the last at {time}", { time: exact(x.last, now()) }), x.open === 0 && t("not connected"), x.waiting && t("{n} bytes wait for their end since {time}", { n: x.waiting, time: clock(now() - x.waits * 1000, now()) }), x.broken && t("{n} broken", { n: x.broken })].filter(Boolean).join(", ")))}</ul></section>
      ${(s.holes ?? []).length ? html`<section class="panel" aria-labelledby="holes"><h2 id="holes">${t("Nobody is on, in the next 24 hours")}</h2><ul class="rows">${s.holes.map((/** @type {any} */ x) => row(false, x.post.name ?? x.post.id, `${clock(x.from, now())} – ${clock(x.to, now())}`))}</ul></section>` : null}
    </div>`;
}
