// The board of shared analyzers: a timeline and an equal list, what stands beside them, and ten seconds to undo.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { bookings, days, follow, from, hour, instruments, load, loaded, meet, midnight, minute, show, waiting } from "./analyzers.js";
import { Aside } from "./boardaside.js";
import { ListView } from "./boardlist.js";
import { begin, cursor, fresh, Timeline } from "./boardline.js";
import { beside, told, undo, undoFor, undoNow } from "./booking.js";
import { go, route } from "./route.js";
import { conn, connected, me, now, second } from "./state.js";
import { Button, h, Heading, html, icon } from "./ui.js";
import { clock, count, day, t } from "./words.js";

const view = signal(innerWidth < 760 ? "list" : "timeline");

/** Board is the page. */
export function Board() {
  const live = conn.value.state === "live";
  useEffect(follow, []);
  useEffect(() => {
    if (live) void load().catch(() => {}); // what came while this page was not connected
  }, [live]);
  const asked = route.value.id;
  useEffect(() => {
    if (asked && loaded.value) void meet([`booking/${asked}`]).then(() => {
      beside.value = { kind: "booking", id: `booking/${asked}` };
      go("board", { instead: true });
    });
  }, [asked, loaded.value]);
  const at = now();
  const today = from.value <= at && at < from.value + days.value * 24 * hour;
  if (!loaded.value) return html`<div class="page-head">${h(Heading, { children: t("Analyzers") })}</div><p class="note">${connected() ? t("One moment") : t("The board is shown when this screen is connected.")}</p>`;
  const book = () => {
    const start = Math.ceil(now() / (15 * minute)) * 15 * minute;
    const row = cursor.value?.row ?? instruments.value[0]?.id;
    if (row) begin(fresh(row, today ? start : from.value + 8 * hour, (today ? start : from.value + 8 * hour) + hour));
  };
  return html`<div class="page-head">${h(Head, {})}
      <div class="row b-tools"><span class="switch" role="group" aria-label=${t("View")}>${[["timeline", "lanes", t("Timeline")], ["list", "list", t("List")]].map(([id, shape, w]) => html`<button type="button" key=${id} aria-pressed=${view.value === id} onClick=${() => (view.value = id)}>${icon(shape)}<span>${w}</span></button>`)}</span>
        ${h(Button, { kind: "primary slim", do: book, children: html`${icon("plus")}<span>${t("Book")}</span>` })}${h(Button, { kind: "slim", do: () => (beside.value = { kind: "free" }), children: t("What is free?") })}${me.value?.bare ? null : h(Button, { kind: "slim", do: () => (beside.value = { kind: "feeds" }), children: t("Calendar") })}</div></div>
    <div class="row b-days"><span class="switch" role="group" aria-label=${t("Days")}>${[[1, t("Day")], [7, t("Week")]].map(([n, w]) => html`<button type="button" key=${n} aria-pressed=${days.value === n} onClick=${() => void show(Number(n) === 7 ? from.value : today ? now() : from.value, Number(n))}>${w}</button>`)}</span>
      ${h(Button, { kind: "slim", label: t("Earlier"), do: () => void show(from.value - days.value * 24 * hour + 6 * hour), children: icon("back") })}<b class="b-day">${days.value === 1 ? day(from.value) : t("{from} and six days more", { from: day(from.value) })}</b>${h(Button, { kind: "slim", label: t("Later"), do: () => void show(from.value + days.value * 24 * hour + 6 * hour), children: icon("next") })}
      ${today && from.value === midnight(now()) ? null : h(Button, { kind: "slim", do: () => void show(now()), children: t("Today") })}</div>
    <div class=${`b-main ${beside.value ? "with-aside" : ""}`}>${h(Aside, {})}
      ${view.value === "timeline" ? html`<section class="b-view stack" aria-label=${t("Timeline")}>${h(Timeline, {})}${h(Key, {})}</section>` : html`<section class="b-view" aria-label=${t("List")}>${h(ListView, {})}</section>`}</div>
    ${h(Undo, {})}`;
}

/** Head says what is true of all of it. */
function Head() {
  const at = Math.max(second.value, now());
  const down = instruments.value.filter((i) => i.status === "down").length;
  const risk = [...bookings.value.values()].filter((b) => b.standing === "at-risk").length;
  const words = [down && count(down, "One is down.", "{n} are down."), risk && count(risk, "One booking is at risk.", "{n} bookings are at risk."), waiting.value.length && count(waiting.value.length, "One person waits for a place.", "{n} people wait for a place.")].filter(Boolean).join(" ");
  return html`<div>${h(Heading, { children: connected() ? t("Analyzers") : t("Analyzers, as they were") })}<p>${connected() ? `${day(at)}, ${clock(at)}.` : t("As of {time}", { time: clock(conn.value.since) })} ${words}</p></div>`;
}

/** Key says what the bars mean, and what the keys do. */
function Key() {
  const bars = [["mine", "person", t("yours")], ["", "", t("booked")], ["running", "run", t("running")], ["batch", "lock", t("cannot be stopped")], ["qc", "flask", t("control")], ["care", "wrench", t("maintenance")], ["stat", "bolt", t("urgent")], ["asked", "bolt", t("asked for")], ["held", "clock", t("held")], ["risk", "risk", t("at risk")], ["broken", "stop", t("down")]];
  return html`<div class="stack"><ul class="b-key" aria-label=${t("What the bars mean")}>${bars.map(([kind, shape, w]) => html`<li key=${w}><span class=${`b-bar ${kind}`} aria-hidden="true">${shape ? icon(shape) : null}</span> ${w}</li>`)}</ul>
    <p class="note hide-phone" id="b-keys">${t("By keyboard: arrows go from place to place, with Control from booking to booking. Enter books a free place or opens a booking, m moves one, i opens the analyzer, Page Down shows the next day, Control and z undoes.")}</p></div>`;
}

/** Undo stands for ten seconds after a deed. */
export function Undo() {
  const u = undo.value;
  void second.value;
  const left = u ? Math.max(0, Math.ceil((u.until - performance.now()) / 1000)) : 0;
  if (!u) return told.value ? html`<p class="b-told note" role="status">${told.value}</p>` : null;
  return html`<div class="b-undo" role="group" aria-label=${t("What was done last")}><p>${u.say}</p>${h(Button, { kind: "slim", do: () => void undoNow(), children: html`${icon("back")}<span>${t("Undo")}</span><span class="note" aria-hidden="true">${left > undoFor / 1000 ? "" : `${left} s`}</span>` })}</div>`;
}

