// My open calls, the most urgent first.

import { h, icon } from "./dom.js";
import { button, due, kindOf, labels, ladder, outcome, sense, value, who } from "./parts.js";
import { able } from "./ring.js";
import { app, connected, now } from "./state.js";
import { byUrgency, urgency } from "./urgency.js";
import { clock, count, took } from "./words.js";

export function list() {
  const calls = byUrgency(app.calls, now());
  const late = calls.filter((c) => urgency(c, now()).kind === "late").length;
  return [
    h("div", { class: "page-head" }, heading(calls, late)),
    h("div", { class: "calls" }, calls.map(card)),
    finished(),
    ringing(),
  ];
}

function heading(calls, late) {
  if (app.line.state === "connecting") return h("div", {}, h("h1", { tabindex: "-1" }, "Connecting"));
  if (!connected()) {
    return h("div", {}, h("h1", { tabindex: "-1" }, `${count(calls.length, "call", "calls")}, as of ${clock(app.line.since)}`),
      h("p", {}, "New calls cannot reach this screen now. They go to the telephone and to the next person instead."));
  }
  if (calls.length === 0) {
    const none = app.me.role === "administrator" ? "Results do not reach administrators. Admit people with: readback user add" : "A new call appears here by itself.";
    return h("div", {}, h("h1", { tabindex: "-1" }, "No calls wait for you"), h("p", {}, none));
  }
  const rest = late ? ` ${late === 1 ? "One is late." : `${late} are late.`}` : "";
  return h("div", {}, h("h1", { tabindex: "-1" }, calls.length === 1 ? "1 call waits for you" : `${calls.length} calls wait for you`), h("p", {}, `The most urgent first.${rest}`));
}

function card(c) {
  const { kind } = urgency(c, now());
  const words = !connected() ? "Look" : c.may.readBack ? "Answer" : "Look";
  return h("article", { class: `call ${kind}`, "data-key": c.id, "aria-label": `${kind}: ${labels(c)}` },
    h("header", { class: "call-head" }, kindOf(c), due(c)),
    h("div", { class: "call-body" },
      h("div", {}, c.results.map((r) => [h("h2", {}, r.label || "Result"), h("p", { class: "row" }, r.outcome === "withdrawn" ? null : value(r.value, r.unit), sense(r))])),
      who(c),
      button("open", { class: `button${c.may.readBack && connected() && kind !== "significant" ? " primary" : ""}`, "data-id": c.id, "aria-label": `${words}: ${labels(c)}, ${c.patient.name ?? ""}` }, words, icon("next"))),
    ladder(c));
}

function finished() {
  const mine = app.finished.filter((c) => c.owner?.id === app.me?.id || c.may.called);
  if (mine.length === 0) return null;
  return h("section", { class: "panel", "aria-labelledby": "finished" }, h("h2", { id: "finished" }, "Over in the last hours"),
    h("ul", { class: "rows" }, mine.map((c) => h("li", { "data-key": c.id }, h("span", { class: "ready" }, icon("done")),
      h("span", {}, h("b", {}, c.results.map((r) => `${r.label} ${r.value ?? ""} ${r.unit ?? ""}`).join(", ")), h("br"),
        h("span", { class: "note" }, `${c.patient.name ?? "Not identified"}. ${outcome(c)}.`)),
      h("span", { class: "note end" }, clock(c.finished, now()), h("br"), `in ${took(Date.parse(c.finished) - Date.parse(c.opened))}`)))));
}

// ringing says whether this screen will ring, and tests it.
export function ringing() {
  const [will, why] = able();
  return h("section", { class: "panel ringing", "aria-labelledby": "ringing" },
    h("h2", { id: "ringing" }, icon(will ? "bell" : "mute"), will ? "Will ring" : "Cannot ring"),
    h("p", { class: "note" }, why, navigator.vibrate ? "" : " This device does not vibrate."),
    button("test-ring", { class: "button" }, icon("bell"), "Test the ring"));
}
