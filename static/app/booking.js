// What people do on the board: each deed is a command, most can be undone for ten seconds by the opposite one.

import { signal } from "@preact/signals";
import { again, bookingOf, instrumentOf, meet, moving, ms } from "./analyzers.js";
import { fault, placeName, places, spanOf } from "./boardwords.js";
import { me, now, record, say } from "./state.js";
import { t } from "./words.js";

export const undoFor = 10_000;

/** how a command is sent: by who is signed in; a kiosk asks for a PIN first. @type {{ send: (what: string, body: object) => Promise<any> }} */
export const by = { send: (what, body) => record(what, body, crypto.randomUUID()) };

/** @typedef {{ say: string, run: () => Promise<void>, until: number }} Undo */
export const undo = signal(/** @type {Undo | null} */ (null));
/** the plan in hand: what would be booked, or where something would be moved. */
export const plan = signal(/** @type {Plan | null} */ (null));
export const tried = signal(/** @type {Tried | null} */ (null));
/** what stands beside the board. */
export const beside = signal(/** @type {{ kind: string, id?: string, problem?: Problem, wanted?: Plan, deed?: (more: object) => Promise<any> } | null} */ (null));
export const told = signal(""); // what the last deed came to
export const wrong = signal(""); // why the last deed came to nothing, where no rule of the analyzers was in the way
export const busy = signal(false);

/** settle says what was done, and how it can be undone. @param {string} words @param {() => Promise<void>} [run] */
function settle(words, run) {
  told.value = words;
  undo.value = run ? { say: words, run, until: performance.now() + undoFor } : null;
  say(run ? `${words} ${t("It can be undone for ten seconds.")}` : words);
  if (run) {
    const this_ = undo.value;
    setTimeout(() => undo.value === this_ && (undo.value = null), undoFor);
  }
}

/** cannot says that something is done for good. @param {string} why */
const cannot = (why) => settle(t("It cannot be undone: {why}", { why }));

/** undoNow gives the opposite command. */
export async function undoNow() {
  const u = undo.value;
  if (!u) return;
  undo.value = null;
  try {
    await u.run();
  } catch (p) {
    cannot(fault(/** @type {Problem} */ (p)));
  }
}

/** refused shows why, who is in the way and what can be had instead. @param {unknown} p @param {Plan} [wanted] @param {(more: object) => Promise<any>} [deed] */
async function refused(p, wanted, deed) {
  const of = /** @type {Problem} */ (p);
  if (!of.code) throw p;
  const facts = /** @type {Tried} */ (of.facts ?? { problems: [] });
  await meet((facts.problems ?? []).flatMap((o) => o.blocks ?? []));
  if (!facts.problems?.length && !wanted) {
    wrong.value = fault(of);
    return false;
  }
  if (of.code === "stale" && of.facts?.booking?.id) await again(of.facts.booking.id);
  beside.value = { kind: "refused", problem: of, wanted, deed };
  say(`${t("Refused.")} ${fault(of)}`, true);
  return false;
}

/** itemsOf are a plan's analyzers. @param {Plan} p */
const itemsOf = (p) => {
  const of = p.id ? bookingOf(p.id)?.items ?? [] : [];
  const first = { instrument: p.instrument, ...(instrumentOf(p.instrument)?.shared ? { demand: p.demand || of[0]?.demand || 1 } : {}) };
  return [first, ...of.slice(1)];
};
/** @param {number} at */
const iso = (at) => new Date(at).toISOString();
/** body is what a plan asks for. @param {Plan} p */
export const bodyOf = (p) => ({
  items: itemsOf(p), start: iso(p.start), end: iso(p.end), purpose: p.purpose, ...(p.assays.length ? { assays: p.assays } : {}), ...(p.owner && p.owner !== me.value?.id ? { owner: p.owner } : {}),
});

/** does runs a deed: one at a time, its refusal shown. @param {() => Promise<boolean | void>} deed @param {Plan} [wanted] @param {(more: object) => Promise<any>} [retry] @returns {Promise<boolean>} */
export async function does(deed, wanted, retry) {
  if (busy.value) return false;
  busy.value = true;
  wrong.value = "";
  try {
    return (await deed()) !== false;
  } catch (p) {
    await refused(p, wanted, retry);
    return false;
  } finally {
    busy.value = false;
  }
}

/** book books a plan. @param {Plan} p @param {object} [more] @returns {Promise<boolean>} */
export const book = (p, more) => does(async () => {
  const a = await by.send("book", { ...bodyOf(p), ...more });
  const b = /** @type {Booked} */ (a.booking);
  plan.value = null;
  beside.value = null;
  await again(b.id);
  settle(t("Booked: {what}.", { what: `${places(b.items)}, ${spanOf(b.start, b.end)}` }), () => takeBack(b.id, b.version));
}, p, (more) => book(p, more));

/** takeBack cancels what was just booked. @param {string} id @param {number} version */
async function takeBack(id, version) {
  await by.send("book.cancel", { booking: id, version, reason: "undone" });
  await again(id);
  settle(t("Undone. The place is free again."));
}

/** move gives a booking another place or time. @param {Plan} p @param {object} [more] @returns {Promise<boolean>} */
export const move = (p, more) => {
  const was = bookingOf(p.id ?? "");
  if (!was) return Promise.resolve(false);
  moving.value = new Map(moving.value).set(was.id, p);
  return does(async () => {
    await by.send("book.move", { booking: was.id, version: p.version ?? was.version, items: itemsOf(p), start: iso(p.start), end: iso(p.end), ...more });
    plan.value = null;
    if (beside.value?.kind === "plan" || beside.value?.kind === "refused") beside.value = null;
    await again(was.id);
    const now = bookingOf(was.id);
    settle(t("Moved: {what}.", { what: `${placeName(p.instrument)}, ${spanOf(p.start, p.end)}` }), () => back(was, now?.version ?? was.version + 1));
  }, p, (more) => move(p, more)).finally(() => {
    const next = new Map(moving.value);
    next.delete(was.id);
    moving.value = next;
  });
};

/** back moves a booking to where it was. @param {Booked} was @param {number} version */
async function back(was, version) {
  await by.send("book.move", { booking: was.id, version, items: was.items, start: was.start, end: was.end });
  await again(was.id);
  settle(t("Undone. It is where it was."));
}

/** cancel gives a booking up. To undo that is to book its place again, if nobody has it by then. @param {Booked} b */
export const cancel = (b) => does(async () => {
  await by.send("book.cancel", { booking: b.id, version: b.version, reason: "not-needed" });
  beside.value = null;
  await again(b.id);
  const begun = ms(b.start) < now();
  if (begun || b.standing !== "booked" || b.series) {
    settle(`${t("Given up: {what}.", { what: `${places(b.items)}, ${spanOf(b.start, b.end)}` })} ${t("This cannot be undone: book it anew.")}`);
    return;
  }
  settle(t("Given up: {what}.", { what: `${places(b.items)}, ${spanOf(b.start, b.end)}` }), async () => {
    const body = { items: b.items, start: b.start, end: b.end, purpose: b.purpose, ...(b.assays?.length ? { assays: b.assays } : {}), owner: b.owner };
    const a = await by.send("book", body);
    await again(a.booking.id);
    settle(t("Undone. It is booked again, as a new booking."));
  });
});

/** simply gives a command about one booking and says what it came to. @param {string} what @param {Booked} b @param {object} more @param {string} words @returns {Promise<boolean>} */
export const simply = (what, b, more, words) => does(async () => {
  await by.send(what, { booking: b.id, version: b.version, ...more });
  beside.value = null;
  await again(b.id);
  settle(words);
}, undefined, (extra) => simply(what, b, { ...more, ...extra }, words));

/** onPlace gives a command about an analyzer or an incident. @param {string} what @param {object} body @param {(answer: any) => string} words @param {boolean} [stay] @returns {Promise<boolean>} */
export const onPlace = (what, body, words, stay) => does(async () => {
  const a = await by.send(what, body);
  if (!stay) beside.value = null;
  settle(words(a));
}, undefined, (extra) => onPlace(what, { ...body, ...extra }, words, stay));

/** urgent asks for a booking's place. @param {Booked} b @param {Plan} p */
export const urgent = (b, p) => does(async () => {
  await by.send("preempt", { booking: b.id, version: b.version, for: { ...bodyOf(p), purpose: "stat" } });
  plan.value = null;
  beside.value = { kind: "booking", id: b.id };
  await again(b.id);
  settle(t("{who} is asked for the place and must read back.", { who: b.who.name ?? "" }));
}, p);

let tries = 0;
let waits = 0;

/** tryOut asks what a plan would meet, a moment after it was last changed. */
export function tryOut() {
  clearTimeout(waits);
  tried.value = null;
  const turn = ++tries;
  waits = setTimeout(async () => {
    const p = plan.value;
    if (!p) return;
    try {
      /** @type {Tried} */
      const a = await record("book.try", bodyOf(p));
      const others = a.problems.filter((o) => !(p.id && o.blocks?.every((id) => id === p.id)) && !(p.id && ["per-day", "per-week", "gap", "notice", "past"].includes(o.rule)));
      await meet(others.flatMap((o) => o.blocks ?? []));
      if (turn === tries) tried.value = { ...a, problems: others };
    } catch {
      // it is refused, or not, when it is asked for
    }
  }, 250);
}

/** bookingFor is the plan that a booking is now. @param {Booked} b @returns {Plan} */
export const bookingFor = (b) => ({ id: b.id, version: b.version, instrument: b.items[0].instrument, start: ms(b.start), end: ms(b.end), purpose: b.purpose, assays: b.assays ?? [], ...(b.items[0].demand ? { demand: b.items[0].demand } : {}) });
