// Whose place is asked for, or held, hears of it on every screen: it rings until it is opened. Who asked hears what became
// of it; a supervisor hears who was moved without an answer.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { play } from "./ring.js";
import { go } from "./route.js";
import { conn, is, me, now, ofLab, onEntry, record, say, second } from "./state.js";
import { Button, h, html, icon } from "./ui.js";
import { clock, named, span, t } from "./words.js";

const every = 20_000; // ms between two rings

const own = signal(/** @type {Booked[]} */ ([])); // this person's, of which an answer is due
const news = signal(/** @type {{ id: string, text: string }[]} */ ([]));
/** @type {Map<string, string>} */
const names = new Map();
const opened = new Set();
let rang = -Infinity;
let last = "";

/** @param {Item[]} items */
const places = (items) => items.map((i) => names.get(i.instrument) ?? i.instrument.replace(/^instrument\//, "")).join(", ");
/** @param {Booked} b */
const mark = (b) => `${b.id} ${b.version}`;

/** look asks what waits for this person's answer. @param {string[]} [more] bookings of which news came */
async function look(more = []) {
  if (!ofLab() || me.value?.bare) return [];
  /** @type {Board} */
  const b = await record("board.look", { mine: true, bookings: more });
  const unknown = [...new Set(b.bookings.flatMap((k) => k.items.map((i) => i.instrument)))].filter((i) => !names.has(i));
  if (unknown.length) for (const i of (await record("board.look", { instruments: unknown })).instruments) names.set(i.id, i.name);
  own.value = b.bookings.filter((k) => k.owner === me.value?.id && ["asked", "held"].includes(k.standing));
  tick();
  return b.bookings.filter((k) => more.includes(k.id));
}

/** tell keeps a piece of news until it is closed. @param {string} id @param {string} text */
function tell(id, text) {
  news.value = [...news.value.filter((n) => n.id !== id), { id, text }].slice(-3);
  say(text, true);
}

/** @param {any} f */
async function hear(f) {
  const kind = f.kind?.replace(/^equipment\./, "");
  if (!f.kind?.startsWith("equipment.") || !ofLab()) return;
  const id = (f.about ?? []).find((/** @type {string} */ a) => a.startsWith("booking/")) ?? "";
  if (kind === "booked" && f.body?.booking?.purpose === "stat" && f.body.booking.owner === me.value?.id && f.by !== me.value?.id) {
    const [b] = await look([id]);
    if (b) tell(id, t("You have the place that you asked for: {where}, {from} to {to}.", { where: places(b.items), from: clock(b.start, now()), to: clock(b.end, now()) }));
  } else if (kind === "displaced" && f.body?.heard === "escalated" && is("supervisor", "director")) {
    const [b] = await look([id]);
    if (b) tell(id, t("{who} did not answer in time and was moved for urgent work: {where}, {from} to {to}.", { who: named(b.who), where: places(b.items), from: clock(b.start, now()), to: clock(b.end, now()) }));
  } else if (["asked", "declined", "displaced", "moved", "offered", "taken", "lapsed", "cancelled", "transferred"].includes(kind)) await look();
}
onEntry((f) => void hear(f).catch(() => {}));

/** tick rings while somebody's answer is due and was not looked at. */
function tick() {
  const asked = own.value.filter((b) => b.standing === "asked" && !opened.has(mark(b)));
  const held = own.value.filter((b) => b.standing === "held" && !opened.has(mark(b)));
  const marks = [...asked, ...held].map(mark).join();
  const fresh = marks !== "" && !marks.split(",").every((m) => last.includes(m));
  last = marks;
  if (fresh) say(asked.length ? t("Urgent work needs your place.") : t("A place is held for you."), true);
  if (!fresh && (asked.length === 0 || performance.now() - rang < every)) return;
  rang = performance.now();
  play(asked.length ? "critical" : "significant");
}
setInterval(tick, 1_000);

/** Rung stands above every screen while an answer is due. */
export function Rung() {
  const live = conn.value.state === "live";
  useEffect(() => {
    if (live) void look().catch(() => {});
  }, [live, me.value?.id]);
  const at = Math.max(second.value, now());
  const answer = (/** @type {Booked} */ b) => {
    opened.add(mark(b));
    go(`board/${b.id.replace(/^booking\//, "")}`);
  };
  return html`<div class="rung" role="alert">${own.value.map((b) => html`<div class="line-bar" key=${b.id}><p>${icon(b.standing === "asked" ? "critical" : "past")}<span>${b.standing === "asked" ? t("Urgent work needs your place on {where}, {from} to {to}.", { where: places(b.items), from: clock(b.start, now()), to: clock(b.end, now()) }) : t("A place is held for you: {where}, {from} to {to}.", { where: places(b.items), from: clock(b.start, now()), to: clock(b.end, now()) })}
      <span aria-hidden="true"> ${t("{left} left to answer.", { left: span(Date.parse(b.until ?? "") - at) })}</span></span></p>${h(Button, { kind: "slim", do: () => answer(b), children: t("Answer") })}</div>`)}
    ${news.value.map((n) => html`<div class="line-bar mild" key=${n.id}><p>${n.text}</p>${h(Button, { kind: "slim", do: () => (news.value = news.value.filter((o) => o !== n)), children: t("Close") })}</div>`)}</div>`;
}
