// One call: who, the value, why, when, who was asked; and the one thing to do.

import { h, icon } from "./dom.js";
import { button, due, facts, kindOf, outcome, sense, then, value } from "./parts.js";
import { app, connected, find, now, ofLab } from "./state.js";
import { urgency } from "./urgency.js";
import { because, called, capital, clock, count, exact, mayNot, named, sent, took } from "./words.js";

export const backTo = () => button("back", { class: "back" }, icon("back"), ofLab() ? "The bench" : "My calls");

export function call() {
  const c = find(app.screen.call);
  if (!c) {
    return [backTo(), h("h1", { tabindex: "-1" }, "This call is not here any more"),
      h("p", { class: "soft" }, "It is over, or you do not cover it any more. The laboratory knows what became of it.")];
  }
  return [
    backTo(),
    c.standing === "open" ? countdown(c) : over(c),
    h("section", { class: "panel stack patient-panel", "aria-label": "Patient and result" },
      h("h1", { tabindex: "-1" }, c.patient.identified ? c.patient.name || "Name not sent" : "Patient not identified"),
      facts(c), c.results.map((r) => result(r))),
    asked(c),
    c.standing === "open" ? dock(c) : null,
  ];
}

const countdown = (c) =>
  h("section", { class: `countdown ${urgency(c, now()).kind}`, "aria-label": "How urgent" },
    h("p", { class: "kind" }, kindOf(c)), h("p", { class: "time" }, due(c)),
    h("p", { class: "then" }, then(c), c.mismatches ? ` ${count(c.mismatches, "read-back", "read-backs")} did not match so far.` : ""));

// over tells what became of a call.
export const over = (c) =>
  h("section", { class: "verdict yes", role: "status" }, icon("done"), h("h2", {}, outcome(c)),
    h("p", {}, `At ${exact(c.finished, now())}, ${took(Date.parse(c.finished) - Date.parse(c.opened))} after it was opened. Nothing is left to do.`));

function result(r) {
  const row = (label, what) => (what ? h("div", {}, h("dt", {}, label), h("dd", {}, what)) : null);
  return h("section", { class: "result", "data-key": r.id, "aria-label": r.label || "Result" },
    h("h2", {}, r.label || "Result"),
    h("p", { class: "row" }, sense(r), r.status === "C" ? h("b", { class: "tag plain" }, "Corrected") : null),
    r.outcome === "withdrawn" ? h("p", {}, "The laboratory took this result back. Do not use it.") : h("p", {}, value(r.value, r.unit, "big")),
    r.why ? h("p", { class: "why" }, icon("critical"), h("span", {}, `${capital(r.why)}.`)) : null,
    h("dl", { class: "facts" }, row("Usual", r.range), row("Taken", sent(r.taken, now())), row("Reported", sent(r.resulted, now())),
      row("Accession", r.accession), row("Status", { F: "Final", P: "Preliminary", C: "Corrected" }[r.status] ?? r.status)));
}

function asked(c) {
  const looks = (c.seen ?? []).map((l) => ({ at: l.at, text: `${l.by.id === app.me?.id ? "You" : named(l.by)} opened it`, why: "" }));
  const rungs = c.rungs.map((r) => ({ at: r.at, text: `${called(r)} ${called(r) === "You" ? "were" : r.ask === "desk" ? "told" : "called"}`.replace("Laboratory desk told", "Laboratory desk told to telephone"), why: r.why }));
  const all = [...rungs, ...looks].sort((a, b) => (a.at < b.at ? -1 : 1));
  return h("section", { class: "panel", "aria-labelledby": "asked" }, h("h2", { id: "asked" }, "Who was called"),
    h("ol", { class: "story" }, all.map((e) => h("li", {}, h("time", {}, exact(e.at, now())), h("span", {}, h("b", {}, e.text === "You were" ? "You were called" : e.text), e.why ? [h("br"), h("span", { class: "note" }, because(e.why))] : null))),
      c.next ? h("li", { class: "next" }, h("time", {}, clock(c.next.at, now())), h("span", {}, h("b", {}, `Next: ${called(c.next)}`))) : null),
    h("p", { class: "note" }, `Opened ${exact(c.opened, now())}. Call ${c.ref}, version ${c.version}.`));
}

function dock(c) {
  if (!connected()) {
    return h("section", { class: "dock", "aria-label": "Answer" },
      h("p", { class: "notice" }, "Not connected: an answer cannot be sent now, and what you see may be old. Telephone the laboratory."));
  }
  if (c.may.readBack) {
    return h("section", { class: "dock", "aria-label": "Answer" },
      button("answer", { class: "button primary tall", "data-id": c.id }, icon("equal"), "Mine: read it back"));
  }
  return h("section", { class: "dock", "aria-label": "Answer" },
    h("p", { class: "notice" }, ofLab() && c.may.why !== "not-fresh" && !app.me.receives ? "The laboratory reports; whoever was called reads it back." : (mayNot[c.may.why] ?? "You cannot read this call back.")),
    c.may.why === "not-fresh" ? button("fresh", { class: "button primary tall" }, "Sign in again") : null);
}
