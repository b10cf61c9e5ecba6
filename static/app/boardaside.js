// What stands beside the board: the plan in hand, why something is refused and what can be had instead, one booking, what
// is free. Everything that the timeline does by a drag is a field and a button here.

import { useEffect, useRef, useState } from "preact/hooks";
import { bookingOf, hour, inTheWay, instrumentOf, instruments, isLive, leads, mine, minute, ms, self, stamp, unstamp } from "./analyzers.js";
import { Feeds } from "./boardfeeds.js";
import { begin, drop, focusGrid, grab, put, ruling } from "./boardline.js";
import { Place } from "./boardplace.js";
import { beside, book, bookingFor, busy, cancel, onPlace, plan, simply, tried, tryOut, urgent, wrong } from "./booking.js";
import { allPurposes, blocker, fault, kindOf, long, obstacle, placeName, places, purpose, said, spanOf, titleOf, whose } from "./boardwords.js";
import { connected, duty, me, now, record, second } from "./state.js";
import { Button, Choice, fact, Field, h, html, icon } from "./ui.js";
import { clock, count, span, t } from "./words.js";

/** Aside is whatever is open. */
export function Aside() {
  const open = beside.value;
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  const what = open ? `${open.kind} ${open.id ?? ""}` : "";
  useEffect(() => {
    wrong.value = "";
    if (open && !(open.kind === "plan")) ref.current?.querySelector("h2")?.focus({ preventScroll: innerWidth >= 1024 });
  }, [what]);
  if (!open) return null;
  const b = open.kind === "booking" ? bookingOf(open.id ?? "") : undefined;
  const parts = /** @type {Record<string, any>} */ ({ plan: plan.value && h(Planned, { p: plan.value }), refused: h(Refused, {}), booking: b && h(One, { key: b.id, b }), place: h(Place, { key: open.id ?? "", id: open.id ?? "" }), free: h(WhatIsFree, {}), feeds: html`${h(Feeds, {})}<div class="row between"><span></span>${h(Close, {})}</div>` });
  if (!parts[open.kind]) return null;
  return html`<aside class="panel b-aside stack" ref=${ref} aria-label=${t("Beside the board")} onKeyDown=${(/** @type {KeyboardEvent} */ e) => e.key === "Escape" && close()}>${wrong.value ? html`<p class="wrong" role="alert">${wrong.value}</p>` : null}${parts[open.kind]}</aside>`;
}

/** close takes away what is beside, and goes back to where one was. */
export function close() {
  plan.value = null;
  beside.value = null;
  focusGrid();
}

const Close = () => h(Button, { kind: "bare slim", do: close, children: t("Close") });

/** pairs are lengths to choose from. @param {number[]} all @returns {[string, string][]} */
const pairs = (all) => all.map((n) => [String(n), long(n)]);

/** When is a date, a time and a length. @param {{ start: number, end: number, change: (start: number, end: number) => void }} props */
function When({ start, end, change }) {
  const at = stamp(start);
  const length = Math.round((end - start) / minute);
  const lengths = [...new Set([15, 30, 45, 60, 90, 120, 180, 240, 360, 480, length])].sort((a, b) => a - b);
  const set = (/** @type {string} */ text) => {
    const to = unstamp(text);
    if (!Number.isNaN(to)) change(to, to + length * minute);
  };
  return html`<div class="trio">
    ${h(Field, { id: "on", label: t("Day"), type: "date", value: at.slice(0, 10), change: (d) => set(`${d}T${at.slice(11)}`) })}
    ${h(Field, { id: "at", label: t("From"), type: "time", value: at.slice(11), change: (c) => set(`${at.slice(0, 10)}T${c}`) })}
    ${h(Choice, { id: "for", label: t("For"), value: String(length), options: pairs(lengths), change: (n) => change(start, start + Number(n) * minute) })}</div>`;
}

/** Planned is the plan in hand: booked with Enter, or with the button. @param {{ p: Plan }} props */
function Planned({ p }) {
  const change = (/** @type {Partial<Plan>} */ more) => {
    plan.value = { ...p, ...more };
    tryOut();
  };
  const other = inTheWay(p);
  const rules = ruling();
  const i = instrumentOf(p.instrument);
  const people = (duty.value?.staff ?? []).filter((/** @type {any} */ s) => ["technician", "supervisor", "director"].includes(s.role));
  return html`<h2 tabindex="-1">${p.id ? t("Move it") : t("New booking")}</h2>
    <p class="lead"><b>${placeName(p.instrument)}</b>, ${spanOf(p.start, p.end)}</p>
    ${other ? html`<p class="notice">${icon("risk")} ${t("In the way: {what}.", { what: said(other) })}</p>` : rules.length ? html`<div class="notice">${rules.map((r) => html`<p>${r}</p>`)}</div>` : html`<p class="note ready" role="status">${tried.value ? html`<span class="with-icon">${icon("done")}${t("This can be booked.")}</span>` : ""}</p>`}
    <form class="stack" onSubmit=${(/** @type {Event} */ e) => (e.preventDefault(), void put(p))}>
      ${h(Choice, { id: "which", label: t("Analyzer"), value: p.instrument, options: instruments.value.map((n) => /** @type {[string, string]} */ ([n.id, n.name])), change: (id) => change({ instrument: id, assays: [], ...(instrumentOf(id)?.shared ? { demand: p.demand ?? 1 } : {}) }) })}
      ${h(When, { start: p.start, end: p.end, change: (start, end) => change({ start, end }) })}
      ${p.id ? null : h(Choice, { id: "what", label: t("What for"), value: p.purpose, options: allPurposes(), change: (v) => change({ purpose: v }) })}
      ${p.id || !i?.assays?.length ? null : html`<fieldset class="pick"><legend>${t("Tests, if it is for some alone")}</legend>${i.assays.map((a) => h(Button, { key: a, kind: "slim", pressed: p.assays.includes(a), do: () => change({ assays: p.assays.includes(a) ? p.assays.filter((o) => o !== a) : [...p.assays, a] }), children: a }))}</fieldset>`}
      ${i?.shared ? h(Field, { id: "demand", label: t("Tests an hour"), type: "number", value: String(p.demand ?? 1), hint: t("of {n} that it runs", { n: i.capacity ?? 0 }), change: (n) => change({ demand: Math.max(1, Number(n) || 1) }) }) : null}
      ${p.id || people.length === 0 || me.value?.bare ? null : h(Choice, { id: "whom", label: t("For whom"), value: p.owner ?? me.value?.id ?? "", options: people.map((/** @type {any} */ s) => [s.id, s.id === me.value?.id ? t("You") : s.name]), change: (id) => change({ owner: id }) })}
      <div class="row"><button type="submit" class="button primary" aria-disabled=${!connected() || busy.value ? "true" : undefined}>${p.id ? t("Move it here") : t("Book it")}</button>
        ${h(Button, { kind: "bare", do: () => (drop(t("Left as it was.")), focusGrid()), children: t("Leave it") })}</div>
      ${p.keys ? html`<p class="note">${t("In the timeline Enter does the same, Escape leaves it.")}</p>` : null}</form>`;
}

/** Refused says what cannot be, why, who is in the way, and what can be had instead. */
function Refused() {
  const of = beside.value;
  const [reason, give] = useState("");
  if (!of?.problem) return null;
  const p = of.wanted;
  const facts = /** @type {Tried} */ (of.problem.facts ?? {});
  const rules = facts.problems ?? [];
  const blocks = [...new Set(rules.flatMap((o) => o.blocks ?? []))];
  const passable = rules.length > 0 && rules.every((o) => o.pass);
  const taken = blocks.map(bookingOf).filter((b) => b !== undefined);
  const one = p && rules.length > 0 && rules.every((o) => o.rule === "taken" || o.rule === "capacity") ? taken.filter((b) => b.purpose !== "stat" && b.standing !== "asked" && b.standing !== "held") : [];
  const take = (/** @type {Offer} */ o) => p && void put({ ...p, instrument: o.items[0].instrument, demand: o.items[0].demand, start: ms(o.start), end: ms(o.end) });
  return html`<div role="alertdialog" class="stack" aria-labelledby="b-no" aria-describedby="b-why">
    <div><h2 id="b-no" tabindex="-1">${p ? (p.id ? t("It cannot be moved there") : t("This time cannot be booked")) : t("This cannot be done")}</h2>
      ${p ? html`<p class="soft">${placeName(p.instrument)}, ${spanOf(p.start, p.end)}</p>` : null}</div>
    <div class="reason" id="b-why">${icon("risk")}<div>${rules.length ? rules.map((o) => html`<p><b>${obstacle(o)}</b></p>`) : html`<p><b>${fault(of.problem)}</b></p>`}
      ${blocks.map(blocker).filter(Boolean).map((w) => html`<p class="note">${t("In the way: {what}.", { what: w })}</p>`)}</div></div>
    ${(facts.free?.length ?? 0) + (facts.equal?.length ?? 0) > 0 ? html`<div class="offers stack"><h3>${t("Take one of these")}</h3>
      ${[...(facts.equal ?? []), ...(facts.free ?? [])].map((o) => h(Button, { do: () => take(o), children: html`<span class="two-lines">${spanOf(o.start, o.end)}<small>${places(o.items)}</small></span><span>${t("Take")}</span>` }))}</div>` : null}
    ${one.length === 1 && p ? html`<details><summary>${icon("next")}<span>${t("It cannot wait")}</span></summary><div class="stack"><p class="note">${t("{who} is asked for the place, must read back, and gets another. Who does not answer in time is moved all the same, and the supervisor is told.", { who: whose(one[0]) })}</p>
      ${h(Button, { do: () => void urgent(one[0], p), children: html`${icon("bolt")}<span>${t("Ask {who} for the place", { who: whose(one[0]) })}</span>` })}</div></details>` : null}
    ${passable && leads() && of.deed ? html`<details><summary>${icon("next")}<span>${t("Let it pass")}</span></summary><div class="stack"><p class="note">${t("For another person's work, with a reason. It is recorded and counted.")}</p>
      ${h(Field, { id: "reason", label: t("Reason"), value: reason, change: give })}${h(Button, { off: !reason.trim(), do: () => void of.deed?.({ pass: rules.map((o) => o.rule), reason: reason.trim() }), children: t("Let it pass") })}</div></details>` : null}
    <div class="row between">${p && !p.id ? h(Button, { kind: "bare slim", do: () => void onPlace("wait", {
      any: [p.instrument], minutes: Math.round((p.end - p.start) / minute), from: new Date(Math.max(p.start - 4 * hour, now())).toISOString(), to: new Date(p.end + 20 * hour).toISOString(), purpose: p.purpose, ...(p.assays.length ? { assays: p.assays } : {}), ...(p.demand ? { demand: p.demand } : {}),
    }, (a) => (a.offered ? t("A place is held for you. Take it in time.") : t("You wait. A place that is given up is held for you, and rings."))), children: t("Wait for a free place") }) : null}
      ${p ? h(Button, { kind: "bare slim", do: () => begin({ ...p, keys: false }), children: t("Change it") }) : null}${h(Close, {})}</div></div>`;
}

/** One is a booking with all that can be done with it. @param {{ b: Booked }} props */
export function One({ b }) {
  const [note, write] = useState("");
  const [typed, type] = useState("");
  const [to, give] = useState("");
  const at = Math.max(second.value, now());
  const [, shape, word] = kindOf(b);
  const own = mine(b);
  const people = (duty.value?.staff ?? []).filter((/** @type {any} */ s) => ["technician", "supervisor", "director"].includes(s.role) && s.id !== b.owner);
  const running = b.standing === "in-use";
  const moves = own && ["booked", "at-risk", "in-use"].includes(b.standing);
  const longer = (/** @type {number} */ n) => void put({ ...bookingFor(b), end: ms(b.end) + n * minute });
  const soon = ms(b.start) - 15 * minute <= at;
  const blocked = b.purpose !== "stat" && ["booked", "at-risk"].includes(b.standing) && !self(b.owner);
  return html`<div><h2 tabindex="-1">${titleOf(b)}</h2><p class="with-icon">${shape ? icon(shape) : null}<b>${word}</b></p></div>
    <dl class="facts">${fact(t("When"), spanOf(b.start, b.end))}${fact(t("Analyzer"), places(b.items))}${fact(t("Who"), whose(b))}${fact(t("What for"), purpose(b.purpose))}${b.series ? fact(t("Series"), t("number {n}", { n: b.n ?? 1 })) : null}</dl>
    ${b.standing === "asked" ? h(AskedFor, { b, typed, type }) : null}
    ${b.standing === "held" && own ? html`<p class="notice">${t("This place is held for you until {time}.", { time: clock(b.until ?? b.end, now()) })}</p>${h(Button, { kind: "primary", do: () => void simply("book.take", b, {}, t("Taken. It is yours.")), children: t("Take it") })}` : null}
    ${["booked", "at-risk"].includes(b.standing) && own ? h(Button, { kind: "primary", off: !soon, do: () => void simply("book.check-in", b, {}, t("Checked in: {what}.", { what: places(b.items) })), children: t("Check in") }) : null}
    ${["booked", "at-risk"].includes(b.standing) && own && !soon ? html`<p class="note">${t("From {time} on, 15 minutes before it begins.", { time: clock(ms(b.start) - 15 * minute, now()) })}</p>` : null}
    ${running && own ? html`${h(Field, { id: "note", label: t("A note to the next user"), hint: t("Nothing about a patient."), value: note, change: write })}${h(Button, { kind: "primary", do: () => void simply("book.finish", b, note.trim() ? { note: note.trim() } : {}, t("Finished: {what}.", { what: places(b.items) })), children: t("Finish") })}` : null}
    ${moves ? html`<div class="row">${h(Button, { kind: "slim", do: () => longer(15), children: t("15 min longer") })}${ms(b.end) - ms(b.start) > 15 * minute ? h(Button, { kind: "slim", do: () => longer(-15), children: t("15 min shorter") }) : null}
      ${running ? null : h(Button, { kind: "slim", do: () => begin(bookingFor(b)), children: html`${icon("swap")}${t("Move it")}` })}<span class="hide-phone">${running ? null : h(Button, { kind: "slim", do: () => grab(b), children: t("Move it with the keys") })}</span></div>` : null}
    ${moves && !running && people.length && !me.value?.bare ? html`<details><summary>${icon("next")}<span>${t("Give it to somebody else")}</span></summary><div class="stack">${h(Choice, { id: "give", label: t("To whom"), value: to, options: [["", t("Choose")], ...people.map((/** @type {any} */ s) => /** @type {[string, string]} */ ([s.id, s.name]))], change: give })}
      ${h(Button, { off: !to, do: () => void simply("book.transfer", b, { to }, t("It is theirs now.")), children: t("Give it") })}</div></details>` : null}
    ${blocked && isLive(b) ? html`<details><summary>${icon("next")}<span>${t("I need this place urgently")}</span></summary><div class="stack"><p class="note">${t("{who} is asked for the place, must read back, and gets another. Who does not answer in time is moved all the same, and the supervisor is told.", { who: whose(b) })}</p>
      ${h(Button, { do: () => void urgent(b, { instrument: b.items[0].instrument, start: Math.max(ms(b.start), Math.ceil(now() / minute) * minute), end: ms(b.end), purpose: "stat", assays: [], demand: b.items[0].demand }), children: html`${icon("bolt")}<span>${t("Ask {who} for the place", { who: whose(b) })}</span>` })}</div></details>` : null}
    <div class="row between">${moves && !running ? h(Button, { kind: "bare slim", do: () => void cancel(b), children: t("Give it up") }) : null}${h(Close, {})}</div>`;
}

/** AskedFor is a booking whose place urgent work needs: its owner reads back what is given up. @param {{ b: Booked, typed: string, type: (text: string) => void }} props */
export function AskedFor({ b, typed, type }) {
  const at = Math.max(second.value, now());
  const by = self(b.for?.by);
  const name = placeName(b.items[0].instrument);
  const left = span(ms(b.until ?? at) - at);
  const holder = !!me.value?.bare || self(b.owner) || self(b.by);
  return html`<div class="notice asked stack" role="group" aria-label=${t("Urgent work needs this place")}><p class="with-icon"><b>${icon("bolt")}</b><b>${holder ? t("Urgent work needs your place. {left} left to answer.", { left }) : t("{who} is asked for this place. {left} left to answer.", { who: b.who.name ?? "", left })}</b></p>
    ${b.for ? html`<p>${t("Asked for: {what}.", { what: `${places(b.for.items)}, ${spanOf(b.for.start, b.for.end)}` })}</p>` : null}
    ${holder ? html`<form class="stack" onSubmit=${(/** @type {Event} */ e) => (e.preventDefault(), void simply("preempt.yield", b, { typed: typed.trim() }, t("Read back. Your work has another place; see where.")))}>
      <p>${t("You give up {what}. Your work gets another analyzer or the next free time.", { what: name })}</p>
      ${h(Field, { id: "typed", label: t("Read back: type the analyzer that you give up"), value: typed, change: type, more: { autocomplete: "off" } })}
      <button class="button primary" type="submit" aria-disabled=${typed.trim() ? undefined : "true"}>${t("Read back and give it up")}</button></form>` : null}
    ${by || leads() ? h(Button, { kind: "bare slim", do: () => void simply("preempt.decline", b, { reason: "not-needed" }, t("It keeps its place.")), children: t("It may keep its place") }) : null}</div>`;
}

/** WhatIsFree finds places by test, length and until when. */
function WhatIsFree() {
  const [f, set] = useState({ assay: "", minutes: "60", by: stamp(now() + 24 * hour) });
  const [found, find] = useState(/** @type {{ instrument: string, start: number, end: number }[] | null} */ (null));
  const [say, tell] = useState("");
  const assays = [...new Set(instruments.value.flatMap((i) => i.assays ?? []))].sort();
  const length = Number(f.minutes) * minute;
  const ask = async () => {
    const to = unstamp(f.by);
    const begin = Math.ceil(now() / (5 * minute)) * 5 * minute;
    if (Number.isNaN(to) || to <= begin) return tell(t("Choose a time that is still to come."));
    try {
      const a = await record("free", { from: new Date(begin).toISOString(), to: new Date(to).toISOString(), minutes: Number(f.minutes), ...(f.assay ? { assays: [f.assay] } : {}) });
      tell("");
      const gaps = a.gaps.map((/** @type {any} */ g) => ({ instrument: g.instrument, start: Math.ceil(ms(g.start) / (5 * minute)) * 5 * minute, end: ms(g.end) })).filter((/** @type {any} */ g) => g.end - g.start >= length);
      find(gaps.sort((/** @type {any} */ x, /** @type {any} */ y) => x.start - y.start).slice(0, 12));
    } catch (p) {
      tell(fault(/** @type {Problem} */ (p)));
    }
  };
  const put = (/** @type {Partial<typeof f>} */ more) => (find(null), set({ ...f, ...more }));
  return html`<h2 tabindex="-1">${t("What is free?")}</h2>
    <form class="stack" onSubmit=${(/** @type {Event} */ e) => (e.preventDefault(), void ask())}>
      ${h(Choice, { id: "assay", label: t("Test"), value: f.assay, options: [["", t("Any")], ...assays.map((a) => /** @type {[string, string]} */ ([a, a]))], change: (assay) => put({ assay }) })}
      <div class="trio">${h(Choice, { id: "length", label: t("For"), value: f.minutes, options: pairs([15, 30, 60, 90, 120, 180, 240, 480]), change: (minutes) => put({ minutes }) })}
        ${h(Field, { id: "by", label: t("By when"), type: "datetime-local", value: f.by, change: (by) => put({ by }) })}</div>
      <p class="wrong" role="alert">${say}</p><button class="button primary" type="submit">${t("Show what is free")}</button></form>
    ${found === null ? null : html`<div class="offers stack" role="status"><h3>${count(found.length, "{n} place", "{n} places")}</h3>
      ${found.map((g) => h(Button, { key: `${g.instrument} ${g.start}`, do: () => void book({ instrument: g.instrument, start: g.start, end: g.start + length, purpose: "routine", assays: f.assay ? [f.assay] : [], ...(instrumentOf(g.instrument)?.shared ? { demand: 1 } : {}) }), children: html`<span class="two-lines">${spanOf(g.start, g.start + length)}<small>${placeName(g.instrument)}, ${t("free until {time}", { time: clock(g.end, now()) })}</small></span><span>${t("Take")}</span>` }))}</div>`}
    <div class="row between"><span></span>${h(Close, {})}</div>`;
}
