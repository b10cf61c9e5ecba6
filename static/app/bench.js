// The bench: what needs a human now, with its owner and what happens otherwise; every open call as it grows; what is over.

import { computed } from "@preact/signals";
import { OnNow } from "./duty.js";
import { Identify } from "./identify.js";
import { Ringing, show } from "./list.js";
import { Phone, telephone, telephoning } from "./phone.js";
import { go } from "./route.js";
import { alone, calls, conn, connected, finished, held, now, second, work } from "./state.js";
import { told, tries, waits } from "./story.js";
import { HeldTask, Task } from "./task.js";
import { atDesk, byUrgency, urgency } from "./urgency.js";
import { Button, called, cover, due, Few, h, Heading, html, icon, kindOf, labels, outcome, then, value } from "./ui.js";
import { because, clock, count, day, exact, limit, named, span, t, took } from "./words.js";

const lately = 20_000; // ms for which a call that has just closed is marked

const sorted = computed(() => byUrgency(calls.value, now()));

export function Bench() {
  const desk = sorted.value.filter(atDesk);
  const rest = sorted.value.filter((c) => !atDesk(c));
  const items = [...work.value].sort((a, b) => Number(!!b.critical) - Number(!!a.critical) || (a.opened < b.opened ? -1 : 1));
  return html`<div class="bench">
    <div class="page-head">${h(Head, { n: desk.length + held.value.length + items.length })}${h(Button, { do: () => go("hand"), children: html`${icon("plus")}<span>${t("Enter a result by hand")}</span>` })}</div>
    <div class="bench-main">
      ${desk.length + held.value.length + items.length > 0 ? html`<section class="tasks" aria-label=${t("What needs a person now, the most urgent first")}>
        ${h(Few, { all: desk, part: (call) => h(DeskCall, { key: call.id, call }) })}${held.value.map((item) => h(HeldTask, { key: item.call, item }))}${items.map((item) => h(Task, { key: item.id, item }))}</section>` : null}
      <section class="panel" aria-labelledby="open-calls"><div class="panel-head"><h2 id="open-calls">${desk.length ? t("Other open calls") : t("Open calls")}</h2>
        <p class="note">${rest.length === 0 ? t("none") : connected() ? t("{n} open, growing as it happens", { n: rest.length }) : t("{n} open", { n: rest.length })}</p></div>
        ${alone.value ? html`<p class="notice">${count(alone.value, "{n} open call has nobody connected here whom it called: telephone sooner.", "{n} open calls have nobody connected here whom they called: telephone sooner.")}</p>` : null}
        ${h(Few, { all: rest, part: (call) => h(OpenCall, { key: call.id, call }) })}</section>
    </div>
    <div class="bench-side">${h(OnNow, {})}${h(Closed, {})}${h(Ringing, {})}</div></div>`;
}

/** @param {{ n: number }} props */
function Head({ n }) {
  const at = Math.max(second.value, now());
  if (conn.value.state === "connecting") return h(Heading, { children: t("Connecting") });
  const late = calls.value.filter((c) => urgency(c, at).kind === "late").length;
  const head = !connected() ? t("The bench as it was") : n === 0 ? t("Nothing waits for the laboratory") : count(n, "1 thing needs a person now", "{n} things need a person now");
  return html`<div>${h(Heading, { children: head })}<p>${count(calls.value.length, "{n} call is open", "{n} calls are open")}${late ? t(", {n} late", { n: late }) : ""}.${" "}
    ${connected() ? `${day(at)}, ${clock(at)}` : t("As of {time}", { time: clock(conn.value.since) })}</p></div>`;
}

/** Row names a call: test, value, place, patient, and how often its read-back did not match. @param {{ call: Call, brief?: boolean, hide?: boolean }} props */
function Row({ call: c, brief, hide }) {
  const { kind } = urgency(c, Math.max(second.value, now()));
  return html`<div class="bench-row">${brief ? null : html`<p class=${`tag ${kind}`}>${kindOf(c)}${due(c, true)}</p>`}
    ${c.results.map((r) => html`<p><b>${r.label}</b> ${hide ? cover(t("Value")) : value(r.value, r.unit, "small")}</p>`)}
    <p class="soft">${c.unitNow || c.unit ? `${c.unitNow || c.unit} · ` : ""}<bdi>${c.patient.name || t("not identified")}</bdi></p>
    ${c.mismatches ? html`<p class="tag plain">${icon("unequal")}${tries(c)}</p>` : null}
    <span class="end">${hide ? null : h(Button, { kind: "slim", do: () => show(c), label: `${t("Look")}: ${labels(c)}, ${c.ref}`, children: html`${t("Look")}${icon("next")}` })}</span></div>`;
}

/** DeskCall is a call that the laboratory telephones now. @param {{ call: Call }} props */
function DeskCall({ call: c }) {
  const { open, hears: hide } = telephoning(c.id);
  const { kind } = urgency(c, Math.max(second.value, now()));
  return html`<article class=${`bench-call desk ${kind}`} data-ref=${c.ref} aria-label=${labels(c)}>
    <header class="desk-head"><h2>${icon("late")}<span>${t("Telephone now: {what}", { what: labels(c) })}${c.unitNow || c.unit ? `, ${c.unitNow || c.unit}` : ""}</span></h2><p>${due(c)}</p><p class="desk-why">${h(Silent, { call: c })} ${then(c)}</p></header>
    ${h(Row, { call: c, brief: true, hide })}
    <p class="note">${limit(c.results[0]?.why)}. ${waits(c)}</p>
    ${c.patient.identified ? null : h(Identify, { call: c })}
    ${open ? h(Phone, { call: c }) : html`<p>${h(Button, { kind: "primary", off: !connected(), do: () => telephone(c.id, true), children: html`${icon("phone")}<span>${t("Telephone it")}</span>` })}</p>`}
    ${h(Timeline, { call: c })}</article>`;
}

/** @param {{ call: Call }} props */
function OpenCall({ call: c }) {
  const { open, hears: hide } = telephoning(c.id);
  const { kind } = urgency(c, Math.max(second.value, now()));
  return html`<article class=${`bench-call ${kind}`} data-ref=${c.ref} aria-label=${labels(c)}>${h(Row, { call: c, hide })}
    <p class="note">${c.results[0]?.why ? `${limit(c.results[0].why)}. ` : ""}${waits(c)} ${then(c)}
      ${open ? null : html` <button type="button" class="text" onClick=${() => telephone(c.id, true)}>${t("Telephone it sooner")}</button>`}</p>
    ${c.patient.identified ? null : h(Identify, { call: c })}
    ${open ? h(Phone, { call: c }) : null}
    ${h(Timeline, { call: c })}</article>`;
}

/** Silent says who did not answer, and for how long. @param {{ call: Call }} props */
function Silent({ call: c }) {
  if (c.task?.for) return html`${t("{who} asks to be telephoned.", { who: named(c.task.for) })} ${c.task.phone ? html`<b>${c.task.phone}</b>` : ""}`;
  const first = c.rungs.find((r) => r.ask !== "desk" && (r.to ?? []).length);
  const names = [...new Set(c.rungs.filter((r) => r.ask !== "desk").flatMap((r) => (r.to ?? []).map(named)))];
  if ((c.mismatches ?? 0) > 1) return html`${because(c.task?.why ?? c.rungs.findLast((r) => r.ask === "desk" || r.desk)?.why ?? "")}.`;
  if (!first) return html`${t("Nobody was found to call.")}`;
  return html`${t("No read-back from {who} for {time}.", { who: names.join(", "), time: span(Math.max(second.value, now()) - Date.parse(first.at)) })}`;
}

/** Timeline is what happened to a call, in order, and what comes next. @param {{ call: Call }} props */
export function Timeline({ call: c }) {
  const all = told(c);
  return html`<ol class="timeline" aria-label=${t("What happened so far")}>
    ${all.map((e) => html`<li class=${e.end ? "end" : ""} title=${e.why ? because(e.why) : undefined}><b>${e.what}</b><span>${e.who}</span><time>${exact(e.at, now())}</time></li>`)}
    ${c.standing === "open" ? html`<li class="wait"><b>${t("Read back")}</b><span>${c.mismatches ? `${t("not yet")}, ${tries(c)}` : t("not yet")}</span></li>` : null}
    ${c.standing === "open" && c.next ? html`<li class="next"><b>${called(c.next)}</b><time>${t("at {time}", { time: clock(c.next.at, now()) })}</time></li>` : null}</ol>`;
}

function Closed() {
  const at = Math.max(second.value, now());
  return html`<section class="panel" aria-labelledby="closed"><h2 id="closed">${t("Closed in the last hours")}</h2>
    ${finished.value.length === 0 ? html`<p class="note">${t("None yet.")}</p>` : null}
    <ul class="rows" id="closed-calls">${finished.value.slice(0, 40).map((c) => html`<li key=${c.id} data-ref=${c.ref} class=${at - Date.parse(c.finished ?? "") < lately ? "fresh" : ""}><span class="ready">${icon("done")}</span>
      <span><b>${c.results.map((r) => [r.label, r.value, r.unit].filter(Boolean).join(" ")).join(", ")}</b><br />
        <span class="note">${outcome(c)}${c.mismatches ? count(c.mismatches, ", after {n} mismatch", ", after {n} mismatches") : ""}.</span></span>
      <span class="note end"><a class="button slim" href=${`#/story/${c.id.replace(/^call\//, "")}`} aria-label=${`${t("The story of a call")}, ${c.ref}, ${exact(c.finished ?? c.opened, now())}`}>${exact(c.finished ?? c.opened, now())}${icon("next")}</a><br />${t("in {time}", { time: took(Date.parse(c.finished ?? "") - Date.parse(c.opened)) })}</span></li>`)}</ul></section>`;
}
