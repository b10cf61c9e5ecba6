// What this page knows, in its memory alone: nothing is kept when it is closed.

import { batch, signal } from "@preact/signals";
import { Line } from "./line.js";
import { zone } from "./words.js";

export const me = signal(/** @type {Me | null} */ (null));
export const site = signal("");
export const begun = signal(false); // it is known whether anybody is signed in

/** why a sign-in is asked for: "", or a sentence; null: it is not. */
export const locked = signal(/** @type {string | null} */ (null));
/** the screen is covered because nobody touched it for a while; the line stays, and it still rings. */
export const covered = signal(false);

export const pin = signal(false); // this person has a PIN, which makes a sign-in fresh again

export const conn = signal({ state: "off", since: 0, why: "" });
export const stale = signal(false); // something happened, and what it changed is not here yet
export const calls = signal(/** @type {Call[]} */ ([])); // open
export const finished = signal(/** @type {Call[]} */ ([])); // of the last hours, the newest first
export const held = signal(/** @type {Held[]} */ ([])); // critical, and the bench looks first
export const work = signal(/** @type {Work[]} */ ([]));
export const bells = signal(/** @type {Bell[]} */ ([])); // of a device: what rings, without saying what
export const alone = signal(0);
export const duty = signal(/** @type {Roster | null} */ (null));
/** by call: what is being read back. */
export const drafts = signal(/** @type {Map<string, Draft>} */ (new Map()));
/** by call: what became of one that was looked at. */
export const over = signal(/** @type {Map<string, Call | null>} */ (new Map()));

// Ledger time: the server's, carried on by this machine. second ticks with it.
let base = Date.now() - performance.now();
export const now = () => base + performance.now();
/** @param {string} at */
const setClock = (at) => {
  base = Date.parse(at) - performance.now();
};
export const second = signal(now());
setInterval(() => {
  second.value = now();
}, 1000);

let heard = Date.now(); // when the last frame came, ledger time
const hours = 12;

/** @type {((f: Entry) => void)[]} */
const entries = [];
/** onEntry hears each entry, once this page has it. @param {(f: Entry) => void} f */
export const onEntry = (f) => entries.push(f);
const tells = new Set(["equipment.downed", "equipment.verifying", "equipment.returned"]); // results may be late for these

/** @type {(() => void)[]} */
const hears = [];
/** onCalls hears when the calls have changed. @param {() => void} f */
export const onCalls = (f) => hears.push(f);

// A finger on the screen: nothing moves under it. What came meanwhile is shown when it is let go.
let pressed = false;
/** @type {null | (() => void)} */
let waiting = null;
/** @param {boolean} is */
export function hold(is) {
  pressed = is;
  if (is || !waiting) return;
  const show = waiting;
  waiting = null;
  show();
}
/** @param {() => void} f */
const show = (f) => {
  if (!pressed) return f();
  const before = waiting;
  waiting = () => {
    before?.();
    f();
  };
};

/** @type {Map<string, string>} */
let texts = new Map();
/** same gives the object that is there already, if the server says nothing new of it. @template {{ id: string }} T @param {T[]} next @param {T[]} before @returns {T[]} */
function same(next, before) {
  const old = new Map(before.map((one) => [one.id, one]));
  return next.map((one) => {
    const text = JSON.stringify(one);
    const had = old.get(one.id);
    if (had && texts.get(one.id) === text) return had;
    texts.set(one.id, text);
    return one;
  });
}

export const line = new Line({
  start(s) {
    setClock(s.now);
    heard = now();
    if (me.value && me.value.id !== s.me.id) forget();
    batch(() => {
      // A locked screen's connection goes on as its device's: whose it is stays known, and what it showed stays in memory.
      me.value = s.me.bare && me.value ? { ...me.value, bare: true } : s.me;
      site.value = s.site;
      zone.value = s.zone;
      bells.value = s.bells ?? [];
      covered.value = !!s.me.bare && !s.me.machine && !shared();
      if (!s.me.bare) {
        calls.value = same(s.calls ?? [], calls.value);
        work.value = same(s.work ?? [], work.value);
        held.value = s.held ?? [];
        locked.value = null;
      }
      second.value = now();
    });
    for (const f of hears) f();
    setTimeout(dutyNow); // the line is live only after this
    refresh();
  },
  entry(f) {
    heard = now();
    if (!f.kind) return bell(f);
    if (f.kind === "ledger.erased") over.value = new Map();
    if (f.kind?.startsWith("session.")) return;
    for (const hear of entries) hear(f);
    if (f.kind?.startsWith("equipment.") && !tells.has(f.kind)) return; // it changes no call
    if (f.kind?.startsWith("roster.") || f.kind?.startsWith("person.")) dutyNow();
    if (f.kind === "critical.missed") got.clear(); // this screen is there, and says so again
    const of = f.kind?.startsWith("critical.") ? (f.about ?? []).filter((id) => id.startsWith("call/")) : [];
    if (of.length === 0) return refresh();
    for (const id of of) refresh(id);
    if (f.kind === "critical.opened" || f.kind === "critical.corrected") beside();
  },
  beat(b) {
    setClock(b.now);
    heard = now() - (b.age > 10_000 ? b.age : 0);
  },
  state(state, why) {
    conn.value = { state, since: heard, why };
  },
  signedOut() {
    if (!covered.value) lock("Your sign-in is over. What you typed is kept on this page.");
    else batch(() => {
      covered.value = false;
      lock("");
    });
  },
});

/** bell takes over what a device may hear: that a call rings, or is over. @param {Entry} f */
function bell(f) {
  if (!f.call) return;
  const others = bells.value.filter((b) => b.call !== f.call);
  bells.value = f.due ? [...others, { call: f.call, due: f.due }] : others;
  for (const hear of hears) hear();
}

/** forget drops what belongs to the person before. */
export function forget() {
  texts = new Map();
  batch(() => {
    drafts.value = new Map();
    over.value = new Map();
    calls.value = [];
    finished.value = [];
    work.value = [];
    held.value = [];
    bells.value = [];
    duty.value = null;
    me.value = null;
    covered.value = false;
  });
}

/** shared is a screen for all, which stays when nobody is before it. */
const shared = () => location.hash.startsWith("#/kiosk");

export const renewable = signal(false); // the sign-in that is asked for is only to be made fresh

/** lock asks for a sign-in in place; everything stays in memory and nothing of it on the screen. @param {string} why @param {boolean} [stale] */
export function lock(why, stale = false) {
  line.close();
  renewable.value = stale;
  locked.value = why;
}

/** signIn takes what /api/sign-in, /api/setup or /api/me answered. @param {SignedIn} answer */
export function signIn(answer) {
  if (me.value && me.value.id !== answer.me.id) {
    forget();
    line.close(true);
  }
  batch(() => {
    me.value = answer.me;
    site.value = answer.site;
    zone.value = answer.zone;
    locked.value = null;
    covered.value = !!answer.me.bare && !answer.me.machine && !shared();
    pin.value = !!answer.pin;
    begun.value = true;
  });
  line.open();
}

/** @type {Set<string> | null} */
let dirty = new Set(); // null: everything
let timer = 0;
let asking = false;
const slow = 1_500; // ms after which an answer that is not here means that the screen may be old
const few = 6; // single calls asked for; with more everything is asked for at once

/** refresh asks anew for a call, or for everything: debounced, one question at a time. @param {string} [id] */
export function refresh(id) {
  if (!id) dirty = null;
  else dirty?.add(id);
  if (!timer && !asking) timer = setTimeout(ask, 40);
}

let later = 0;
/** beside asks for everything, in a while: a call that opened is here at once, what else it changed beside it is not urgent. */
function beside() {
  if (later) return;
  later = setTimeout(() => {
    later = 0;
    refresh();
  }, 3_000);
}

async function ask() {
  timer = 0;
  asking = true;
  const these = dirty;
  dirty = new Set();
  const late = setTimeout(() => (stale.value = true), slow);
  try {
    if (these && these.size <= few) await some([...these]);
    else await all();
    stale.value = false;
  } catch {
    // Without a line the next start replaces everything; what was refused is asked again.
    if (line.state === "live") setTimeout(refresh, slow);
  }
  clearTimeout(late);
  asking = false;
  if (dirty === null || dirty.size > 0) timer = setTimeout(ask, 40);
}

async function all() {
  /** @type {Calls} */
  const c = await line.ask("calls", { hours });
  show(() => {
    batch(() => {
      calls.value = same(c.calls ?? [], calls.value);
      finished.value = same(c.finished ?? [], finished.value);
      work.value = same(c.work ?? [], work.value);
      held.value = c.held ?? [];
      bells.value = c.bells ?? [];
      alone.value = c.alone ?? 0;
    });
    for (const f of hears) f();
  });
}

/** @param {string[]} ids */
async function some(ids) {
  /** @type {Map<string, Call | null>} */
  const got = new Map();
  for (const id of ids) {
    got.set(id, await line.ask("call", { call: id }).catch((/** @type {Problem} */ p) => {
      if (!p.code) throw p;
      return null;
    }));
  }
  show(() => {
    const open = calls.value.filter((c) => !got.has(c.id));
    const done = finished.value.filter((c) => !got.has(c.id));
    for (const c of got.values()) {
      if (c?.standing === "open") open.push(c);
      else if (c) done.unshift(c);
    }
    batch(() => {
      calls.value = same(open, calls.value);
      finished.value = same(done, finished.value);
      if (held.value.some((w) => got.get(w.call))) held.value = held.value.filter((w) => !got.get(w.call)); // it is a call now
    });
    for (const f of hears) f();
  });
}

setInterval(() => conn.value.state === "live" && refresh(), 60_000); // who would be called next changes with the clock

async function dutyNow() {
  duty.value = await line.ask("roster", {}).catch(() => duty.value);
}

/** fate asks what became of a call that is not in the lists. @param {string} id */
export async function fate(id) {
  const is = await line.ask("call", { call: id }).catch(() => null);
  over.value = new Map(over.value).set(id, is);
}

/** find is a call by id, open or over. @param {string} id @returns {Call | null | undefined} */
export const find = (id) => calls.value.find((c) => c.id === id) ?? finished.value.find((c) => c.id === id) ?? over.value.get(id);

/** noAnswer is the problem of a request that nobody answered: it may have happened. @type {Problem} */
const noAnswer = { code: "no-answer", say: "No answer came.", do: "" };
const patience = 8_000; // ms for an answer

/**
 * record runs a command over the line: it is this screen's person who acts, whoever signs in beside it in the same
 * browser. It throws the server's problem, or noAnswer.
 * @param {string} what @param {object} body @param {string} [key] @param {number} [wait] ms for an answer
 * @returns {Promise<any>}
 */
export async function record(what, body, key, wait = patience) {
  let late = 0;
  const unheard = new Promise((_, reject) => (late = setTimeout(reject, wait, noAnswer)));
  try {
    return await Promise.race([line.ask(what, body, key), unheard]);
  } catch (p) {
    throw /** @type {Problem} */ (p).code ? p : noAnswer;
  } finally {
    clearTimeout(late);
  }
}

/** post is a request to sign in or out. It throws the server's problem, or noAnswer. @param {string} path @param {object} body @returns {Promise<any>} */
export async function post(path, body) {
  let response, out;
  try {
    response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(patience) });
    out = await response.json();
  } catch {
    throw noAnswer;
  }
  if (!response.ok) throw out;
  return out;
}

const got = new Set();

// A screen that has a call of its person says so at once: what nobody confirms counts as not reached. It says nothing of
// anybody having looked.
onCalls(() => {
  const mine = me.value;
  if (!mine || mine.machine) return;
  const marks = mine.bare ? bells.value.map((b) => [String(b.call), 0]) : calls.value.flatMap((c) => {
    const rung = c.rungs.filter((r) => (r.to ?? []).some((p) => p.id === mine.id)).at(-1);
    const reach = rung?.reach?.find((r) => r.id === mine.id);
    return rung && !reach?.delivered ? [[c.id, rung.attempt]] : [];
  });
  for (const [call, attempt] of marks) {
    const mark = `${mine.id} ${call} ${attempt} ${mine.bare ?? ""}`;
    if (got.has(mark)) continue;
    got.add(mark);
    record("delivered", { call, ...(attempt ? { attempt } : {}) }, crypto.randomUUID()).catch(() => got.delete(mark));
  }
});

const told = new Set();

/** seen tells the laboratory, once a version, that this person has opened a call. @param {Call} call */
export function seen(call) {
  const mark = `${me.value?.id} ${call.id} ${call.version}`;
  if (!me.value?.receives || call.standing !== "open" || told.has(mark)) return;
  told.add(mark);
  record("seen", { call: call.id, version: call.version }, crypto.randomUUID()).catch(() => told.delete(mark));
}

export const ofLab = () => ["technician", "supervisor", "director"].includes(me.value?.role ?? "");
/** @param {...string} roles */
export const is = (...roles) => roles.includes(me.value?.role ?? "");
export const connected = () => conn.value.state === "live" || conn.value.state === "catching";

// What is to be said aloud by a screen reader.
export const polite = signal("");
export const assertive = signal("");
/** @param {string} text @param {boolean} [loud] */
export function say(text, loud) {
  const region = loud ? assertive : polite;
  region.value = region.value === text ? `${text} ` : text;
}
