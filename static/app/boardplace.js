// One analyzer: what it says of itself, who uses it, what was left to the next user, and how it goes down and comes back.

import { useState } from "preact/hooks";
import { bookings, hour, instrumentOf, leads, minute, self, waiting } from "./analyzers.js";
import { fresh, begin } from "./boardline.js";
import { beside, onPlace } from "./booking.js";
import { downWords, gateName, gateSays, long, said, stateOf } from "./boardwords.js";
import { now } from "./state.js";
import { Button, Choice, Field, h, html, icon } from "./ui.js";
import { clock, count, named, t } from "./words.js";

/** Place is an analyzer with all that can be done with it. @param {{ id: string }} props */
export function Place({ id }) {
  const i = instrumentOf(id);
  const [note, write] = useState("");
  if (!i) return null;
  const [state, shape, words] = stateOf(i);
  const own = self(i.use?.operator.id);
  const quarter = Math.ceil(now() / (15 * minute)) * 15 * minute;
  return html`<div><h2 tabindex="-1">${i.name}</h2><p class=${`with-icon ${state}`}>${icon(shape)}<b>${words}</b></p>
      <p class="note">${[i.section && t(i.section), i.group && t("stands in for others of {group}", { group: i.group }), i.warmup && t("{n} min warm-up", { n: i.warmup }), i.cleanup && t("{n} min clean-up", { n: i.cleanup })].filter(Boolean).join(", ")}</p></div>
    ${i.left ? html`<div class="notice stack"><p><b>${t("Left by {who}, {time}", { who: named(i.left.from), time: clock(i.left.at, now()) })}</b></p>${i.left.text ? html`<p>${i.left.text}</p>` : null}
      ${self(i.left.from.id) ? html`<p class="note">${t("The next user accepts it.")}</p>` : h(Button, { kind: "slim", do: () => void onPlace("use.accept", { instrument: i.id }, () => t("Accepted: {what}.", { what: i.name }), true), children: t("Accept the note") })}</div>` : null}
    ${(i.incidents ?? []).map((n) => h(Broken, { key: n.id, n, i }))}
    ${i.use && !i.use.booking ? html`<p>${t("{who} uses it since {time}, without a booking.", { who: own ? t("You") : named(i.use.operator), time: clock(i.use.start, now()) })}</p>
      ${own || leads() ? html`${h(Field, { id: "left", label: t("A note to the next user"), hint: t("Nothing about a patient."), value: note, change: write })}${h(Button, { kind: "primary", do: () => void onPlace("use.end", { instrument: i.id, ...(note.trim() ? { note: note.trim() } : {}) }, () => t("Finished: {what}.", { what: i.name }), true), children: t("Finish") })}` : null}` : null}
    <div class="row">${h(Button, { kind: i.use || i.incidents?.length ? "" : "primary", do: () => begin(fresh(i.id, quarter, quarter + hour)), children: html`${icon("plus")}${t("Book")}` })}
      ${i.use || i.incidents?.length ? null : h(Button, { do: () => void onPlace("use", { instrument: i.id }, () => t("You use {what}.", { what: i.name }), true), children: t("Use it now") })}</div>
    ${h(Gates, { i })}
    ${i.status === "down" || i.status === "verifying" ? null : h(GoesDown, { i })}
    ${h(Waits, { i })}
    <div class="row between"><span></span>${h(Button, { kind: "bare slim", do: () => (beside.value = null), children: t("Close") })}</div>`;
}

/** Gates are control, calibration, maintenance and reagent lot, and how their results are entered. @param {{ i: Instrument }} props */
function Gates({ i }) {
  const [g, set] = useState({ name: "control", hours: "24" });
  const enter = (/** @type {boolean} */ failed) => void onPlace("instrument.gate", { gate: { instrument: i.id, name: g.name, ...(failed ? { failed } : {}), ...(!failed && g.hours !== "0" ? { due: new Date(now() + Number(g.hours) * hour).toISOString() } : {}) } },
    () => (failed ? t("{what} failed: recorded. Nothing can be run before it passes.", { what: gateName(g.name) }) : t("{what} passed: recorded.", { what: gateName(g.name) })), true);
  return html`<section class="stack" aria-label=${t("Controls and maintenance")}>${i.gates.length ? html`<ul class="rows">${i.gates.map((n) => html`<li key=${`${n.name} ${n.assay ?? ""}`}><span class=${n.state === "ok" ? "ready" : n.state === "failed" ? "alarm" : "soon"}>${icon(n.state === "ok" ? "done" : n.state === "failed" ? "stop" : "risk")}</span><span>${gateSays(n)}</span></li>`)}</ul>` : null}
    <details><summary>${icon("next")}<span>${t("Enter a control or maintenance")}</span></summary><div class="stack"><div class="trio">
      ${h(Choice, { id: "gate", label: t("What"), value: g.name, options: ["control", "calibration", "maintenance", "lot"].map((n) => /** @type {[string, string]} */ ([n, gateName(n)])), change: (name) => set({ ...g, name }) })}
      ${h(Choice, { id: "due", label: t("Due again in"), value: g.hours, options: [["8", "8 h"], ["12", "12 h"], ["24", "24 h"], ["168", t("{n} days", { n: 7 })], ["720", t("{n} days", { n: 30 })], ["0", t("never")]], change: (hours) => set({ ...g, hours }) })}</div>
      <div class="row">${h(Button, { do: () => enter(false), children: html`${icon("check")}${t("Passed")}` })}${h(Button, { do: () => enter(true), children: html`${icon("stop")}${t("Failed")}` })}</div></div></details></section>`;
}

/** GoesDown says that an analyzer cannot be used. @param {{ i: Instrument }} props */
function GoesDown({ i }) {
  const [f, set] = useState({ severity: "stop", minutes: "60", seen: "", assay: "" });
  const put = (/** @type {Partial<typeof f>} */ more) => set({ ...f, ...more });
  const run = () => void onPlace("down", {
    instrument: i.id, severity: f.severity, ...(f.severity === "partial" && f.assay ? { assays: [f.assay] } : {}), ...(f.minutes !== "0" ? { estimate: new Date(now() + Number(f.minutes) * minute).toISOString() } : {}), ...(f.seen.trim() ? { seen: f.seen.trim() } : {}),
  }, (a) => `${t("{what} is down.", { what: i.name })} ${count(a.atRisk, "{n} booking is at risk.", "{n} bookings are at risk.")}`, true);
  return html`<details><summary>${icon("next")}<span>${t("It cannot be used")}</span></summary><div class="stack">
    ${h(Choice, { id: "severity", label: t("How bad"), value: f.severity, options: [["stop", t("Nothing runs")], ...(i.assays?.length ? [/** @type {[string, string]} */ (["partial", t("One test does not run")])] : [])], change: (severity) => put({ severity, assay: f.assay || (i.assays?.[0] ?? "") }) })}
    ${f.severity === "partial" ? h(Choice, { id: "not", label: t("Test"), value: f.assay, options: (i.assays ?? []).map((a) => /** @type {[string, string]} */ ([a, a])), change: (assay) => put({ assay }) }) : null}
    ${h(Choice, { id: "back", label: t("Back in about"), value: f.minutes, options: [["30", "30 min"], ["60", "1 h"], ["120", "2 h"], ["240", "4 h"], ["480", "8 h"], ["1440", "24 h"], ["0", t("nobody knows")]], change: (minutes) => put({ minutes }) })}
    ${h(Field, { id: "seen", label: t("What was seen"), hint: t("Nothing about a patient."), value: f.seen, change: (seen) => put({ seen }) })}
    ${h(Button, { do: run, children: html`${icon("stop")}<span>${t("Take {what} down", { what: i.name })}</span>` })}</div></details>`;
}

/** Broken is an incident: what it puts at risk, rerouted with one action, and the way back through verification. @param {{ n: Incident, i: Instrument }} props */
function Broken({ n, i }) {
  const [repaired, repair] = useState("");
  const [checked, check] = useState(/** @type {string[]} */ ([]));
  const risked = [...bookings.value.values()].filter((b) => b.standing === "at-risk" && b.incident === n.id);
  const verifying = n.severity === "repaired";
  const tick = (/** @type {string} */ what) => check(checked.includes(what) ? checked.filter((c) => c !== what) : [...checked, what]);
  return html`<section class="notice down stack" aria-label=${t("Out of use")}><p class="with-icon"><b>${icon("stop")}</b><b>${verifying ? t("Repaired, and being verified") : downWords(n)}</b></p>
    ${n.assays?.length ? html`<p>${t("Not for {what}", { what: n.assays.join(", ") })}</p>` : null}
    ${risked.length ? html`<p>${count(risked.length, "{n} booking is at risk.", "{n} bookings are at risk.")}</p><ul class="note">${risked.slice(0, 5).map((b) => html`<li key=${b.id}>${said(b)}</li>`)}</ul>
      ${h(Button, { kind: "primary", do: () => void onPlace("down.reroute", { incident: n.id }, (a) => `${count(a.moved, "{n} booking has another place.", "{n} bookings have another place.")} ${a.left?.length ? count(a.left.length, "For {n} there is none: it stays at risk.", "For {n} there is none: they stay at risk.") : ""}`, true), children: html`${icon("swap")}<span>${count(risked.length, "Reroute it", "Reroute all {n}")}</span>` })}` : null}
    ${n.planned ? null : verifying ? html`<fieldset class="stack"><legend>${t("Before it returns")}</legend>
      ${[["control", t("A control was run after the repair, and passed")], ["calibration", t("It was calibrated, where the repair needs it")], ["comparison", t("It was compared with another analyzer, where the repair needs it")]].map(([id, words]) => html`<label class="tick" key=${id}><input type="checkbox" checked=${checked.includes(id)} onChange=${() => tick(id)} /><span>${words}</span></label>`)}
      ${leads() ? h(Button, { kind: "primary", off: !checked.includes("control"), do: () => void onPlace("down.release", { incident: n.id, checked }, () => t("{what} is back in service, released by you.", { what: i.name }), true), children: t("Release it to service") }) : html`<p class="note">${t("A supervisor releases it, by name.")}</p>`}</fieldset>`
      : html`${h(Field, { id: "repaired", label: t("What was repaired"), value: repaired, change: repair })}${h(Button, { off: !repaired.trim(), do: () => void onPlace("down.verify", { incident: n.id, repaired: repaired.trim() }, () => t("{what} is being verified. It returns when it is released.", { what: i.name }), true), children: t("It is repaired: verify it") })}`}</section>`;
}

/** Waits is who waits for a place on it. @param {{ i: Instrument }} props */
function Waits({ i }) {
  const all = waiting.value.filter((w) => w.any.includes(i.id));
  if (all.length === 0) return null;
  return html`<section class="stack" aria-label=${t("Who waits for a place")}><h3>${t("Who waits for a place")}</h3><ul class="rows">${all.map((w) => html`<li key=${w.id}><span>${icon("clock")}</span><span>${self(w.person) ? t("You") : named(w.who)}, ${long(w.minutes)}${w.offered ? `, ${t("a place is held")}` : ""}</span>
    ${self(w.person) || leads() ? h(Button, { kind: "slim bare", do: () => void onPlace("wait.end", { wait: w.id }, () => t("It waits no more."), true), children: t("Wait no more") }) : null}</li>`)}</ul></section>`;
}
