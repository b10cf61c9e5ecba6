// My open calls, the most urgent first; and those that are over.

import { computed } from "@preact/signals";
import { answerAt, callAt, go } from "./route.js";
import { able, open, play, wake } from "./ring.js";
import { calls, conn, connected, duty, finished, is, me, now, say, second, seen } from "./state.js";
import { covers } from "./draft.js";
import { byUrgency, urgency } from "./urgency.js";
import { Button, cover, due, Few, h, Heading, html, icon, kindOf, labels, Ladder, outcome, sense, value, who } from "./ui.js";
import { clock, count, t, took } from "./words.js";

/** show opens a call's page, and stops its ringing. @param {Call} c */
export function show(c) {
  open(c);
  if (!covers(c)) seen(c);
  go(callAt(c));
}

const sorted = computed(() => byUrgency(calls.value, now()));

export function List() {
  return html`<div class="page-head">${h(Head, {})}</div>
    <div class="calls">${h(Few, { all: sorted.value, part: (call) => h(Card, { key: call.id, call }) })}</div>
    ${h(Over, { most: 5 })}${h(Ringing, {})}`;
}

function Head() {
  const n = calls.value.length;
  const late = calls.value.filter((c) => urgency(c, Math.max(second.value, now())).kind === "late").length;
  if (conn.value.state === "connecting") return h(Heading, { children: t("Connecting") });
  if (!connected()) {
    return html`<div>${h(Heading, { children: count(n, "{n} call, as of {time}", "{n} calls, as of {time}", { time: clock(conn.value.since) }) })}
      <p>${t("New calls cannot reach this screen now. They go to the telephone and to the next person instead.")}</p></div>`;
  }
  if (n === 0) return html`<div>${h(Heading, { children: t("No calls wait for you") })}<p>${is("administrator") ? t("Results do not reach administrators.") : html`${t("A new call appears here by itself.")} ${on()}`}</p></div>`;
  return html`<div>${h(Heading, { children: count(n, "{n} call waits for you", "{n} calls wait for you") })}
    <p>${t("The most urgent first.")} ${late ? count(late, "One is late.", "{n} are late.") : ""}</p></div>`;
}

/** on says until when this person is on duty. */
function on() {
  const mine = (duty.value?.duty ?? []).filter((d) => d.who.id === me.value?.id);
  const shift = duty.value?.shifts.find((s) => s.person === me.value?.id && Date.parse(s.from) <= now() && Date.parse(s.to) > now());
  if (mine.length === 0) return duty.value ? t("You are not on duty now.") : "";
  return shift ? t("You are on until {time}.", { time: clock(shift.to, now()) }) : t("You are on duty.");
}

/** @param {{ call: Call }} props */
function Card({ call: c }) {
  const { kind } = urgency(c, Math.max(second.value, now()));
  const hidden = covers(c);
  const words = !connected() || !c.may.readBack ? t("Look") : hidden ? t("Go on") : t("Answer");
  const press = () => (hidden ? go(answerAt(c)) : show(c));
  const main = c.may.readBack && connected() && kind !== "significant";
  return html`<article class=${`call ${kind}`} aria-label=${`${t(kind)}: ${labels(c)}`}>
    <header class="call-head">${kindOf(c)}${due(c)}</header>
    <div class="call-body">
      <div>${c.results.map((r) => html`<h2>${r.label || t("Result")}</h2><p class="row">${r.outcome === "withdrawn" ? null : hidden ? cover(t("Value")) : value(r.value, r.unit)}${sense(r)}</p>`)}</div>
      ${who(c, hidden)}
      ${h(Button, { kind: main ? "primary" : "", do: press, label: `${words}: ${labels(c)}, ${c.patient.name ?? ""}`, children: html`${words}${icon("next")}` })}
    </div>
    ${h(Ladder, { call: c })}</article>`;
}

const mine = computed(() => finished.value.filter((c) => c.owner?.id === me.value?.id || c.may.called));

/** Over is what was answered in the last hours. @param {{ most?: number }} props */
export function Over({ most = 1000 }) {
  if (mine.value.length === 0) return most < 1000 ? null : html`<p class="panel soft">${t("Nothing that was called to you ended in the last 12 hours.")}</p>`;
  return html`<section class="panel" aria-labelledby="finished"><h2 id="finished">${t("Over in the last hours")}</h2>
    <ul class="rows">${mine.value.slice(0, most).map((c) => html`<li key=${c.id}><span class="ready">${icon("done")}</span>
      <span><b>${c.results.map((r) => [r.label, r.value, r.unit].filter(Boolean).join(" ")).join(", ")}</b><br /><span class="note"><bdi>${c.patient.name ?? t("Patient not identified")}</bdi>. ${outcome(c)}.</span></span>
      <span class="end"><button type="button" class="button slim" onClick=${() => go(callAt(c))}><span class="unseen">${t("Look")}: ${labels(c)}, ${c.ref}, </span>${clock(c.finished ?? c.opened, now())}${icon("next")}</button>
        <span class="note">${t("in {time}", { time: took(Date.parse(c.finished ?? "") - Date.parse(c.opened)) })}</span></span></li>`)}</ul></section>`;
}

/** test rings once, so that one hears it before it counts. */
export async function test() {
  await wake();
  play("critical");
  say(able()[0] ? t("You should hear three rising notes.") : t(able()[1]));
}

/** Ringing says whether this screen will ring, and tests it. */
export function Ringing() {
  const [will, why] = able();
  return html`<section class="panel ringing" aria-labelledby="ringing"><h2 id="ringing">${icon(will ? "bell" : "mute")}${will ? t("Will ring") : t("Cannot ring")}</h2>
    <p class="note">${t(why)}${"vibrate" in navigator ? "" : ` ${t("This device does not vibrate.")}`}</p>
    ${h(Button, { do: test, children: html`${icon("bell")}${t("Test the ring")}` })}</section>`;
}
