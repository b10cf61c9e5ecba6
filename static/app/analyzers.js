// What this page knows of analyzers and their bookings: asked for once, then looked at again where an entry names them.

import { batch, computed, signal } from "@preact/signals";
import { connected, me, now, onEntry, record } from "./state.js";
import { zone } from "./words.js";

export const hour = 3_600_000;
export const minute = 60_000;

export const days = signal(1); // that are shown: 1 or 7
export const from = signal(0); // midnight of the first, ms
export const to = computed(() => midnight(from.value + days.value * 24 * hour + 6 * hour));
export const instruments = signal(/** @type {Instrument[]} */ ([]));
export const bookings = signal(/** @type {Map<string, Booked>} */ (new Map()));
export const waiting = signal(/** @type {Want[]} */ ([]));
export const loaded = signal(false);
/** places that were asked for and not answered yet, by booking. */
export const moving = signal(/** @type {Map<string, { instrument: string, start: number, end: number }>} */ (new Map()));

/** @type {Map<string, Booked>} every booking that was ever named here, to say who blocks */
const met = new Map();
let head = 0;

/** wall is the clock's reading at an instant as if it were UTC, ms. @param {number} at */
function wall(at) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en-GB", { timeZone: zone.value, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(at).map((p) => [p.type, Number(p.value)]));
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
}

/** instant is when the laboratory's clock shows a reading (as wall has it); after a leap, the moment of the leap. @param {number} reading */
export function instant(reading) {
  const guess = reading - (wall(reading) - reading);
  return reading - (wall(guess) - guess);
}

/** midnight begins the day of an instant. @param {number} at */
export const midnight = (at) => instant(Math.floor(wall(at) / (24 * hour)) * 24 * hour);

/** stamp is "2026-11-22T08:00" in the laboratory's zone, as date and time fields have it. @param {number} at */
export const stamp = (at) => new Date(wall(at)).toISOString().slice(0, 16);
/** unstamp reads what a date and a time field hold; NaN if they are not whole. @param {string} text */
export const unstamp = (text) => (/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) ? instant(Date.parse(`${text}Z`)) : Number.NaN);

/** @param {string | number} at */
export const ms = (at) => (typeof at === "number" ? at : Date.parse(at));
const live = new Set(["held", "booked", "in-use", "at-risk", "asked"]);
/** @param {Booked} b */
export const isLive = (b) => live.has(b.standing);
/** @param {string} id */
export const instrumentOf = (id) => instruments.value.find((i) => i.id === id);
/** @param {string} id @returns {Booked | undefined} */
export const bookingOf = (id) => bookings.value.get(id) ?? met.get(id);

const shown = (/** @type {Booked} */ b) => (isLive(b) || b.standing === "done") && ms(b.start) < to.value && ms(b.end) > from.value;
const byPlace = (/** @type {Instrument} */ a, /** @type {Instrument} */ b) => [a.section ?? "", a.group ?? "", a.name].join("\n").localeCompare([b.section ?? "", b.group ?? "", b.name].join("\n"), "en", { numeric: true });

/** load asks for the whole board of the days that are shown. */
export async function load() {
  if (!from.value) from.value = midnight(now());
  const of = from.value;
  /** @type {Board} */
  const b = await record("board", { from: new Date(of).toISOString(), to: new Date(to.value).toISOString() });
  if (of !== from.value) return; // another day was chosen meanwhile
  head = b.head;
  for (const k of b.bookings) met.set(k.id, k);
  batch(() => {
    instruments.value = b.instruments.sort(byPlace);
    bookings.value = new Map(b.bookings.filter(shown).map((k) => [k.id, k]));
    waiting.value = b.waiting ?? [];
    loaded.value = true;
  });
}

/** show chooses the days. @param {number} day @param {number} [n] */
export function show(day, n) {
  batch(() => {
    if (n) days.value = n;
    from.value = midnight(day);
  });
  return load().catch(() => {});
}

/** @type {{ bookings: Set<string>, instruments: Set<string>, whole: boolean, uses: boolean }} */
let news = { bookings: new Set(), instruments: new Set(), whole: false, uses: false };
let timer = 0;
let asking = false;
let wanted = 0; // pages that show the board

/** @param {Entry} f */
function hear(f) {
  if (!wanted || !f.kind?.startsWith("equipment.") || f.seq <= head) return;
  const what = f.kind.slice("equipment.".length);
  if (["listed", "retired", "ruled", "returned"].includes(what)) news.whole ||= what !== "ruled";
  for (const id of f.about ?? []) {
    if (id.startsWith("instrument/")) news.instruments.add(id);
    if (id.startsWith("booking/")) name(id);
    if (id.startsWith("incident/")) for (const i of instruments.value) if (i.incidents?.some((n) => n.id === id)) news.instruments.add(i.id);
  }
  news.uses ||= what === "checked-in" || what === "finished";
  later();
}
onEntry(hear);

/** name marks a booking, and what it stands on, as changed. @param {string} id */
function name(id) {
  news.bookings.add(id);
  for (const it of bookings.value.get(id)?.items ?? []) news.instruments.add(it.instrument);
}

const later = () => {
  if (!timer && !asking) timer = setTimeout(look, 30);
};

async function look() {
  timer = 0;
  asking = true;
  const these = news;
  news = { bookings: new Set(), instruments: new Set(), whole: false, uses: false };
  try {
    if (these.whole || these.bookings.size > 400) await load();
    else await some([...these.bookings], [...these.instruments], these.uses);
  } catch {
    news.whole = true; // with the next start, or in a while
    setTimeout(later, 1_500);
  }
  asking = false;
  if (news.whole ? connected() : news.bookings.size + news.instruments.size > 0) later();
}

/** some looks at bookings and instruments again. @param {string[]} ids @param {string[]} places @param {boolean} [uses] */
async function some(ids, places, uses) {
  /** @type {Board} */
  const b = await record("board.look", { bookings: ids, instruments: places });
  take(b, ids);
  const others = uses ? [...new Set(b.bookings.flatMap((k) => k.items.map((i) => i.instrument)))].filter((i) => !places.includes(i)) : [];
  if (others.length) take(await record("board.look", { instruments: others }), []);
}

/** take puts in what was looked at. @param {Board} b @param {string[]} ids */
function take(b, ids) {
  const next = new Map(bookings.value);
  for (const id of ids) next.delete(id);
  for (const k of b.bookings) {
    met.set(k.id, k);
    if (shown(k)) next.set(k.id, k);
  }
  batch(() => {
    bookings.value = next;
    waiting.value = b.waiting ?? [];
    if (b.instruments.length) instruments.value = instruments.value.map((i) => b.instruments.find((n) => n.id === i.id) ?? i);
  });
}

/** meet brings bookings that a refusal names and this page has not seen. @param {string[]} ids */
export async function meet(ids) {
  const unknown = ids.filter((id) => id.startsWith("booking/") && !met.has(id));
  if (unknown.length) await some(unknown, []).catch(() => {});
}

/** again looks at one booking at once: what this page itself has just changed. @param {string} id */
export const again = (id) => some([id], bookingOf(id)?.items.map((i) => i.instrument) ?? [], true).catch(() => {});

/** follow keeps the board true as long as a page shows it; what it returns ends that. */
export function follow() {
  wanted++;
  void load().catch(() => {});
  return () => {
    wanted--;
  };
}

/** around is for how long a booking keeps its analyzer: with warm-up and clean-up. @param {{ purpose: string, start: number, end: number }} b @param {Instrument | undefined} i */
export function around(b, i) {
  const alone = ["control", "calibration", "maintenance"].includes(b.purpose);
  return { start: b.start - (alone ? 0 : (i?.warmup ?? 0) * minute), end: b.end + (alone ? 0 : (i?.cleanup ?? 0) * minute) };
}

/** inTheWay is the first booking that a plan would meet on an analyzer of one at a time. @param {Plan} p */
export function inTheWay(p) {
  const i = instrumentOf(p.instrument);
  if (!i || i.shared) return undefined;
  const own = around(p, i);
  return [...bookings.value.values()].find((b) => {
    if (b.id === p.id || !isLive(b) || !b.items.some((it) => it.instrument === i.id)) return false;
    const its = around({ purpose: b.purpose, start: ms(b.start), end: ms(b.end) }, i);
    return its.start < own.end && own.start < its.end;
  });
}

/** mine tells whether who is before this screen decides over a booking; at a kiosk that is known only with the PIN. @param {Booked} b */
export const mine = (b) => !!me.value?.bare || [b.owner, b.by].includes(me.value?.id ?? "") || leads();
export const leads = () => !!me.value?.bare || ["supervisor", "director"].includes(me.value?.role ?? "");
/** self tells whether a person is who is signed in here. @param {string | undefined} id */
export const self = (id) => !me.value?.bare && id === me.value?.id;
