// The board as a list: the same bookings and analyzers as in the timeline, and every deed as a button.

import { useState } from "preact/hooks";
import { bookings, instruments, isLive, mine, minute, ms, self, waiting } from "./analyzers.js";
import { beside, onPlace, simply } from "./booking.js";
import { gateSays, kindOf, long, placeName, places, said, stateOf, titleOf, whose } from "./boardwords.js";
import { now, second } from "./state.js";
import { Button, h, html, icon } from "./ui.js";
import { clock, count, named, t } from "./words.js";

const page = 40; // rows shown at first, and more with each press

/** ListView is the board without a picture. */
export function ListView() {
  const [most, more] = useState(page);
  const [all, every] = useState(false);
  const at = Math.max(second.value, now());
  const list = [...bookings.value.values()].filter((b) => all || (isLive(b) && ms(b.end) > at)).sort((a, b) => ms(a.start) - ms(b.start));
  const held = waiting.value.filter((w) => self(w.person));
  return html`<div class="stack b-list">
    <section class="panel" aria-labelledby="b-bookings"><div class="panel-head"><h2 id="b-bookings">${t("Bookings")}</h2>${h(Button, { kind: "slim bare", pressed: all, do: () => every(!all), children: t("With what is over") })}</div>
      ${list.length === 0 ? html`<p class="note">${t("Nothing is booked.")}</p>` : html`<table class="agenda"><thead><tr><th scope="col">${t("Time")}</th><th scope="col">${t("Analyzer")}</th><th scope="col">${t("What")}</th><th scope="col">${t("Who")}</th><th scope="col">${t("State")}</th><th scope="col"><span class="unseen">${t("Do")}</span></th></tr></thead>
        <tbody>${list.slice(0, most).map((b) => h(Row, { key: b.id, b }))}</tbody></table>`}
      ${list.length > most ? h(Button, { kind: "slim", do: () => more(most + page), children: count(list.length - most, "Show {n} more", "Show {n} more") }) : null}</section>
    ${held.length ? html`<section class="panel" aria-labelledby="b-waits"><h2 id="b-waits">${t("You wait for a place")}</h2><ul class="rows">${held.map((w) => html`<li key=${w.id}><span>${icon("clock")}</span><span>${w.any.map(placeName).join(", ")}, ${long(w.minutes)}, ${t("until {time}", { time: clock(w.end, now()) })}</span>${h(Button, { kind: "slim", do: () => void onPlace("wait.end", { wait: w.id }, () => t("It waits no more."), true), children: t("Wait no more") })}</li>`)}</ul></section>` : null}
    <section class="panel" aria-labelledby="b-places"><h2 id="b-places">${t("Analyzers")}</h2><ul class="rows b-places">${instruments.value.map((i) => h(PlaceRow, { key: i.id, i }))}</ul></section></div>`;
}

/** @param {{ b: Booked }} props */
function Row({ b }) {
  const [kind, shape, word] = kindOf(b);
  const at = Math.max(second.value, now());
  const own = mine(b);
  const label = (/** @type {string} */ w) => `${w}: ${said(b)}`;
  const open = () => (beside.value = { kind: "booking", id: b.id });
  const soon = ms(b.start) - 15 * minute <= at;
  /** @type {[string, () => void]} */
  const main = own && b.standing === "in-use" ? [t("Finish"), open] : own && b.standing === "held" ? [t("Take it"), () => void simply("book.take", b, {}, t("Taken. It is yours."))]
    : own && b.standing === "asked" ? [t("Read back"), open] : own && soon && ["booked", "at-risk"].includes(b.standing) ? [t("Check in"), () => void simply("book.check-in", b, {}, t("Checked in: {what}.", { what: places(b.items) }))] : own && isLive(b) ? [t("Change"), open] : [t("Open"), open];
  return html`<tr data-booking=${b.id}><td class="strong number">${clock(b.start, now())}–${clock(b.end, ms(b.start))}</td><th scope="row">${places(b.items)}</th><td>${titleOf(b)}</td><td>${whose(b)}</td>
    <td><span class=${`tag ${["stat", "asked"].includes(kind) ? "critical" : ["risk", "held"].includes(kind) ? "significant" : "plain"}`}><span>${shape ? icon(shape) : null}${word}</span></span></td>
    <td class="end"><span class="row">${h(Button, { kind: "slim", do: main[1], label: label(main[0]), children: main[0] })}${main[1] === open ? null : h(Button, { kind: "slim bare", do: open, label: label(t("More")), children: t("More") })}</span></td></tr>`;
}

/** @param {{ i: Instrument }} props */
function PlaceRow({ i }) {
  const [state, shape, words] = stateOf(i);
  const at = Math.max(second.value, now());
  const now_ = [...bookings.value.values()].filter((b) => isLive(b) && b.items.some((it) => it.instrument === i.id) && ms(b.end) > at).sort((a, b) => ms(a.start) - ms(b.start));
  const next = now_.find((b) => ms(b.start) > at);
  const due = i.gates.filter((g) => g.state !== "ok").map(gateSays).filter((w) => w !== words);
  return html`<li><span class=${state}>${icon(shape)}</span><span><b>${i.name}</b>, <span class=${state}>${words}</span>${i.left && !self(i.left.from.id) ? html` <span class="tag significant"><span>${icon("swap")}${t("Note from {who}", { who: named(i.left.from) })}</span></span>` : null}
      ${due.length ? html`<br /><span class="note soon">${due.join(", ")}</span>` : null}<br /><span class="note">${next ? t("Next: {who}, {time}", { who: whose(next), time: clock(next.start, now()) }) : t("Nothing more is booked.")}</span></span>
    ${h(Button, { kind: "slim", do: () => (beside.value = { kind: "place", id: i.id }), label: `${t("Open")}: ${i.name}`, children: t("Open") })}</li>`;
}
