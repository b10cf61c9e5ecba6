// One thing that waits for the laboratory: what it is, whose it is, what happens otherwise, and how it is settled.

import { useState } from "preact/hooks";
import { go } from "./route.js";
import { connected, is, now, record, refresh, second } from "./state.js";
import { Button, Field, h, html, icon } from "./ui.js";
import { clock, count, named, problem, reason, span, t } from "./words.js";

const mapped = ["unknown-test", "unknown-unit", "no-limit"];

/** @param {{ item: Work }} props */
export function Task({ item: w }) {
  const [open, set] = useState(false);
  const late = Date.parse(w.opened) + 600_000 <= Math.max(second.value, now());
  const facts = [w.label, w.said?.text, w.sender && t("From {who}", { who: w.sender }), w.code && t("code {code}", { code: [w.code, w.system].filter(Boolean).join(" ") }), (w.waiting ?? 0) > 1 && t("{n} results wait", { n: w.waiting })].filter(Boolean);
  return html`<article class=${`task ${w.critical ? "critical" : "significant"}`} data-work=${w.id} aria-label=${reason(w.reason)}>
    <div class="task-head"><div class="what"><h2>${icon(w.critical ? "critical" : "significant")}<span>${reason(w.reason)}</span></h2>
      <p class="note">${facts.join(", ") || t("Kept whole")}${w.critical && w.reason !== "unidentified" ? html`. <span class="alarm">${t("May be critical")}</span>` : ""}.${" "}
        ${t("With {who}.", { who: named(w.owner) })} ${w.due ? t("Asked again at {time}.", { time: clock(w.due, now()) }) : ""}${" "}
        <span class=${late ? "alarm" : ""}>${t("{time} old.", { time: span(Math.max(second.value, now()) - Date.parse(w.opened)) })}</span></p></div>
      ${h(Button, { kind: "slim", expanded: open, off: !connected(), do: () => set(!open), children: open ? t("Close") : t("Settle") })}</div>
    ${open ? html`<div class="task-body stack">${w.reason === "unknown-unit" && is("supervisor", "director") ? h(MapUnit, { item: w }) : mapped.includes(w.reason) && is("supervisor", "director") && w.code ? h(MapCode, { item: w }) : h(Settle, { item: w })}</div>` : null}</article>`;
}

/** does gives a command and what was said to it. */
function useCommand() {
  const [say, set] = useState("");
  /** @param {string} what @param {object} body */
  const run = async (what, body) => {
    set("");
    try {
      await record(what, body, crypto.randomUUID());
      refresh();
      return true;
    } catch (p) {
      set(problem(/** @type {Problem} */ (p)));
      return false;
    }
  };
  return { say, run };
}

/** HeldTask is a critical result that the bench looks at first; it is called in any case when its time is over. @param {{ item: Held }} props */
export function HeldTask({ item: w }) {
  const { say, run } = useCommand();
  const at = Math.max(second.value, now());
  const words = w.results.map((r) => [r.label, r.value, r.unit].filter(Boolean).join(" ")).join(", ");
  return html`<article class="task critical" data-work=${w.call} aria-label=${`${t("Confirm or rerun")}: ${words}`}>
    <div class="task-head"><div class="what"><h2>${icon("critical")}<span>${t("Confirm or rerun")}: ${words}</span></h2>
      <p class="note">${w.results.map((r) => r.accession).filter(Boolean).slice(0, 1).map((a) => `${t("Accession")} ${a}, `)}${w.unit ? `${w.unit}. ` : ""}${t("With {who}.", { who: named(w.owner) })}${" "}
        ${w.rerun ? t("Being run again.") : ""} <b>${t("Called anyway at {time}, in {left}.", { time: clock(w.until, at), left: span(Date.parse(w.until) - at) })}</b></p>
      <p class="wrong" role="alert">${say}</p></div>
      <p class="row">${h(Button, { kind: "primary slim", off: !connected(), do: () => run("held.confirm", { call: w.call }), children: t("Confirm: call it now") })}
        ${w.rerun ? null : h(Button, { kind: "slim", off: !connected(), do: () => run("held.rerun", { call: w.call }), children: html`${icon("flask")}${t("Rerun it")}` })}</p></div></article>`;
}

/** @param {{ item: Work }} props */
function MapCode({ item: w }) {
  const { say, run } = useCommand();
  const [loinc, setLoinc] = useState("");
  const [label, setLabel] = useState("");
  const [unit, setUnit] = useState("");
  return html`<p>${t("Say once what this code means. What waits for it is judged then.")}</p>
    <div class="trio">${h(Field, { id: `loinc-${w.id}`, label: "LOINC", hint: t("Such as 2823-3"), value: loinc, change: setLoinc })}${h(Field, { id: `label-${w.id}`, label: t("Test"), hint: t("As people say it"), value: label, change: setLabel })}${h(Field, { id: `unit-${w.id}`, label: t("Unit"), hint: t("If the sender leaves it out"), value: unit, change: setUnit })}</div>
    <p class="wrong" role="alert">${say}</p>
    <p>${h(Button, { kind: "primary", do: () => run("limits.map", { sender: w.sender ?? "", system: w.system ?? "", code: w.code, loinc, label, ...(unit ? { unit } : {}) }), children: t("Map the code") })}</p>`;
}

/** MapUnit says what a sender's way to write a unit means. @param {{ item: Work }} props */
function MapUnit({ item: w }) {
  const { say, run } = useCommand();
  const [written, setWritten] = useState(w.code ?? "");
  const [unit, setUnit] = useState("");
  const [own, only] = useState(true);
  return html`<p>${t("Say once what this unit means. What waits for it is judged then.")}</p>
    <div class="trio">${h(Field, { id: `written-${w.id}`, label: t("As it was written"), value: written, change: setWritten, more: { autocomplete: "off" } })}${h(Field, { id: `means-${w.id}`, label: t("Unit"), hint: t("Such as mmol/L"), value: unit, change: setUnit, more: { autocomplete: "off" } })}</div>
    ${w.sender ? html`<fieldset class="pick"><legend>${t("For whom does it count?")}</legend>${h(Button, { kind: "slim", pressed: own, do: () => only(true), children: t("Only {who}", { who: w.sender }) })}${h(Button, { kind: "slim", pressed: !own, do: () => only(false), children: t("Every sender") })}</fieldset>` : null}
    <p class="wrong" role="alert">${say}</p>
    <p>${h(Button, { kind: "primary", off: !written.trim() || !unit.trim(), do: () => run("limits.unit", { ...(own && w.sender ? { sender: w.sender } : {}), written: written.trim(), unit: unit.trim() }), children: t("Map the unit") })}</p>`;
}

/** @type {[string, string][]} */
const ways = [["telephoned", "Telephoned"], ["sent-again", "Sent again, rightly"], ["repeated", "Measured again"], ["by-hand", "Entered by hand"], ["not-critical", "Looked at: not critical"], ["confirmed", "Told as the note says"], ["not-confirmed", "Could not be confirmed"], ["found", "The right patient's clinicians were told"], ["not-a-patient", "No patient's result"], ["handled", "Done otherwise"]];
/** waysOf are those by which this item may be settled. @param {Work} w */
const waysOf = (w) => ways.filter(([code]) => !w.ways || w.ways.includes(code));

/** @param {{ item: Work }} props */
function Settle({ item: w }) {
  const { say, run } = useCommand();
  const [how, choose] = useState("");
  const [note, type] = useState("");
  return html`<p>${count(w.waiting ?? 0, "{n} result waits here until somebody says what became of it.", "What waits here stays until somebody says what became of it.")}</p>
    <fieldset class="pick"><legend>${t("What became of it?")}</legend>${waysOf(w).map(([code, words]) => h(Button, { kind: "slim", pressed: how === code, do: () => choose(code), children: t(words) }))}</fieldset>
    ${h(Field, { id: `note-${w.id}`, label: t("In your words"), hint: t("What was done, by whom"), value: note, change: type, more: { maxlength: 500 } })}
    <p class="wrong" role="alert">${say}</p>
    <p class="row">${h(Button, { kind: "primary", off: !how, do: () => run("work.settle", { work: w.id, how, note }), children: t("Settle it") })}${mapped.includes(w.reason) ? h(Button, { kind: "bare", do: () => go("limits"), children: t("Limits and codes") }) : null}</p>`;
}
