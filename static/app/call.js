// One call: who, the value, why, when, who was told; and how to answer.

import { useEffect } from "preact/hooks";
import { Answers } from "./answers.js";
import { covers, look } from "./draft.js";
import { answerAt, go } from "./route.js";
import { connected, fate, find, now, ofLab, over, second } from "./state.js";
import { told, waits } from "./story.js";
import { Trend } from "./trend.js";
import { urgency } from "./urgency.js";
import { Button, called, cover, due, fact, facts, h, Heading, html, icon, kindOf, outcome, patientName, receiptOf, rungWhy, sense, then, value, why } from "./ui.js";
import { clock, count, exact, sent, t, took } from "./words.js";

/** Back goes to where calls are listed. */
export const Back = () => html`<button type="button" class="back" onClick=${() => go("")}>${icon("back")}<span>${ofLab() ? t("The bench") : t("My calls")}</span></button>`;

/** @param {{ id: string }} props */
export function CallPage({ id }) {
  const c = find(id);
  useEffect(() => {
    if (!c && !over.value.has(id) && connected()) void fate(id);
  }, [id, !c, connected()]);
  if (!c) {
    return html`${h(Back, {})}${h(Heading, { children: t("This call is not here any more") })}
      <p class="soft">${t("It is over, or you do not cover it any more. The laboratory knows what became of it.")}</p>`;
  }
  const hide = covers(c);
  return html`<div class="call-page">${h(Back, {})}
    ${c.standing === "open" ? h(Countdown, { call: c }) : h(Fate, { call: c })}
    <div class="stack">
      <section class="panel stack patient-panel" aria-label=${t("Patient and result")}>
        ${h(Heading, { children: html`<bdi>${patientName(c)}</bdi>` })}${facts(c, hide)}
        ${hide ? h(Half, { call: c }) : null}
        ${c.results.map((r) => h(ResultPart, { key: r.id, result: r, hide }))}
      </section>
      ${hide ? null : c.results.map((r) => h(Trend, { key: r.id, call: c, result: r }))}
    </div>
    <div class="side-column stack">${c.standing === "open" ? h(Answers, { call: c }) : null}${h(Told, { call: c })}</div></div>`;
}

/** Half says that a read-back is under way: its value stays covered, so that it is not copied. @param {{ call: Call }} props */
const Half = ({ call }) => html`<div class="notice stack"><p>${t("Your read-back is half typed. The value stays covered until you go on, or clear what you typed.")}</p>
  <p class="row">${h(Button, { kind: "primary", do: () => go(answerAt(call)), children: t("Go on typing") })}${h(Button, { do: () => look(call), children: html`${icon("eye")}${t("Look at the value (clears what you typed)")}` })}</p></div>`;

/** @param {{ call: Call }} props */
function Countdown({ call: c }) {
  const { kind } = urgency(c, Math.max(second.value, now()));
  return html`<section class=${`countdown ${kind}`} aria-label=${t("How urgent")}><p class="kind">${kindOf(c)}</p><p class="time">${due(c)}</p>
    <p class="then">${then(c)}${c.mismatches ? ` ${count(c.mismatches, "{n} read-back did not match so far.", "{n} read-backs did not match so far.")}` : ""}</p></section>`;
}

/** Fate tells what became of a call. @param {{ call: Call }} props */
export const Fate = ({ call: c }) => html`<section class="verdict yes" role="status">${icon("done")}<h2>${outcome(c)}</h2>
  <p>${t("At {time}, {took} after it was opened. Nothing is left to do.", { time: exact(c.finished ?? c.opened, now()), took: took(Date.parse(c.finished ?? "") - Date.parse(c.opened)) })}</p><p>${receiptOf(c)}</p></section>`;

/** @param {{ result: Result, hide: boolean }} props */
function ResultPart({ result: r, hide }) {
  return html`<section class="result" aria-label=${r.label || t("Result")}>
    <div class="row between"><h2>${r.label || t("Result")}</h2><p class="row">${sense(r)}${r.status === "C" ? html`<b class="tag plain">${t("Corrected")}</b>` : null}</p></div>
    ${r.outcome === "withdrawn" ? html`<p>${t("The laboratory took this result back. Do not use it.")}</p>` : html`<p>${hide ? cover(t("Value")) : value(r.value, r.unit, "big")}</p>`}
    ${hide ? null : why(r)}
    <dl class="facts">${fact(t("Usual"), r.range)}${fact(t("Taken"), sent(r.taken, now()))}${fact(t("Reported"), sent(r.resulted, now()))}${fact(t("Accession"), r.accession)}
      ${fact(t("Status"), t(/** @type {Record<string, string>} */ ({ F: "Final", P: "Preliminary", C: "Corrected" })[r.status ?? ""] ?? r.status ?? ""))}</dl></section>`;
}

/** Told is who was asked and who looked, in order, with times and why. @param {{ call: Call }} props */
function Told({ call: c }) {
  const all = told(c);
  return html`<section class="panel" aria-labelledby="told"><h2 id="told">${t("Who was told")}</h2>${c.standing === "open" && waits(c) ? html`<p class="note">${waits(c)}</p>` : null}
    <ol class="story">${all.map((e) => html`<li><time>${exact(e.at, now())}</time><span><b>${e.what}${e.who ? `: ${e.who}` : ""}</b>${rungWhy(e.why)}</span></li>`)}
      ${c.next ? html`<li class="next"><time>${clock(c.next.at, now())}</time><span><b>${t("Next: {who}", { who: called(c.next) })}</b></span></li>` : null}</ol>
    ${ofLab() ? html`<p><a href=${`#/story/${c.id.replace(/^call\//, "")}`}>${t("The whole story")}</a></p>` : null}
    <p class="note">${t("Opened {time}. Call {ref}, version {n}.", { time: exact(c.opened, now()), ref: c.ref, n: c.version })}</p></section>`;
}
