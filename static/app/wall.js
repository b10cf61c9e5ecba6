// The board on the laboratory's wall: what is open and how late, read from five metres. It names no patient and no value.

import { useEffect } from "preact/hooks";
import { go } from "./route.js";
import { calls, conn, connected, finished, held, is, now, second, site, work } from "./state.js";
import { atDesk, byUrgency, urgency } from "./urgency.js";
import { called, h, Heading, html, icon, labels } from "./ui.js";
import { clock, count, named, span, t, took } from "./words.js";

export function Wall() {
  const at = Math.max(second.value, now());
  useEffect(() => {
    document.documentElement.dataset.theme = "dark";
    return () => {
      delete document.documentElement.dataset.theme;
    };
  }, []);
  const all = byUrgency(calls.value, at).map((c) => ({ c, ...urgency(c, at) }));
  const n = (/** @type {string} */ kind) => all.filter((x) => x.kind === kind).length;
  const live = connected();
  const times = finished.value.filter((c) => c.outcome === "read-back").map((c) => Date.parse(c.finished ?? "") - Date.parse(c.opened)).sort((a, b) => a - b);
  return html`<div class="wall">
    <header class="wall-head">${h(Heading, { children: html`<span class="unseen">${t("Open calls")}: </span>${["late", "critical", "significant"].map((kind) => html`<span class=${`count ${kind} ${n(kind) ? "" : "none"}`}>${icon(kind, "big")}${n(kind)} ${t(kind)}</span>`)}` })}<p class="clock"><time>${clock(at)}</time></p></header>
    ${live ? null : html`<p class="wall-cut" role="alert">${icon("cut")} ${t("Not connected since {time}.", { time: clock(conn.value.since) })} ${t("What stands here is old.")}</p>`}
    <div class="wall-main"><section class="wall-calls" aria-label=${t("Calls without a read-back")}>
      ${all.length === 0 ? html`<p class="wall-none">${icon("done")} ${t("No call is open.")}</p>` : null}
      ${all.slice(0, 7).map(({ c, kind, at: until }) => html`<article key=${c.id} class=${`wall-call ${kind}`}>${icon(kind)}<div><h2>${labels(c)}${c.unitNow || c.unit ? `, ${c.unitNow || c.unit}` : ""}</h2><p class="to">${doing(c)}</p></div>
        <p class="left">${live ? span(Math.abs(until - at)) : clock(c.opened)}<small>${live ? (kind === "late" ? t("late") : t("left")) : t("opened")}</small></p></article>`)}
      ${all.length > 7 ? html`<p class="wall-more">${t("and {n} more", { n: all.length - 7 })}</p>` : null}</section>
      <section class="wall-side" aria-label=${t("For the bench")}><h2>${t("For the bench")}</h2><ul>
        <li><b>${calls.value.filter(atDesk).length}</b> ${t("to telephone")}</li><li><b>${held.value.length}</b> ${t("to confirm or rerun")}</li><li><b>${work.value.length}</b> ${t("to settle")}</li></ul></section></div>
    <footer class="wall-foot"><span class="with-icon">${icon(live ? "live" : "cut")}${live ? t("Live") : t("Not connected")}</span>
      <span>${times.length ? count(times.length, "{n} read back in the last 12 hours, half within {time}", "{n} read back in the last 12 hours, half within {time}", { time: took(times[Math.floor(times.length / 2)]) }) : t("None read back in the last 12 hours")}</span>
      <span>${site.value}</span>${is("technician", "supervisor", "director") ? html`<button type="button" class="text" onClick=${() => go("")}>${t("The bench")}</button>` : null}</footer></div>`;
}

/** doing is what happens to a call now. @param {Call} c */
function doing(c) {
  if (atDesk(c)) return t("Telephone now");
  const seen = (c.seen ?? []).filter((l) => l.version === c.version).at(-1);
  if (seen) return t("{who} has seen it", { who: named(seen.by) });
  const rung = c.rungs.at(-1);
  return rung ? t("{who} called", { who: called(rung) }) : "";
}
