// Times, names and the field's words, as people read them, in their language. English stands in the code; words/de.js
// has the German for each of its sentences.

import { signal } from "@preact/signals";

/** @type {Record<string, string>} */
let catalog = {};

export const languages = /** @type {Record<string, string>} */ ({ en: "English", de: "Deutsch" });

// lang is the language of this window, "en" or "de".
export const lang = signal("en");
// zone is the laboratory's time zone (IANA).
export const zone = signal("UTC");

// Chapters are the German of parts of the app that are loaded later; English stands in those parts themselves.
/** @type {Record<string, () => Promise<{ de: Record<string, string> }>>} */
const chapters = { board: () => import("./words/board.de.js"), lab: () => import("./words/lab.de.js") };
/** @type {Set<string>} */
const opened = new Set();

/** chapter brings the sentences of a part of the app. @param {string} name */
export async function chapter(name) {
  opened.add(name);
  if (lang.value === "de") Object.assign(catalog, (await chapters[name]()).de);
}

/** speak changes the language. @param {string} to */
export async function speak(to) {
  const next = to === "de" ? { ...(await import("./words/de.js")).de } : {};
  for (const name of to === "de" ? opened : []) Object.assign(next, (await chapters[name]()).de);
  catalog = next;
  document.documentElement.lang = to;
  lang.value = to;
}

// preferred is the first language of the browser's list that is spoken here.
export const preferred = () => navigator.languages.map((l) => l.slice(0, 2)).find((l) => languages[l]) ?? "en";

/** t is a sentence in this window's language, {name} in it replaced. @param {string} text @param {Record<string, any>} [facts] @returns {string} */
export function t(text, facts) {
  const found = lang.value === "en" ? text : (catalog[text] ?? text);
  return facts ? found.replace(/\{(\w+)\}/g, (all, name) => String(facts[name] ?? all)) : found;
}

/** count chooses between one and many. @param {number} n @param {string} one @param {string} many @param {Record<string, any>} [facts] */
export const count = (n, one, many, facts) => t(n === 1 ? one : many, { n, ...facts });

/** known tells whether a word of the server has a word here. @param {string} text */
export const known = (text) => (lang.value === "en" ? undefined : catalog[text]);

// locale is that of dates and of the decimal mark.
export const locale = () => (lang.value === "de" ? "de-DE" : navigator.language.startsWith("en") ? navigator.language : "en-GB");
const dates = () => (lang.value === "de" ? "de-DE" : "en-GB");

// decimal is the mark that people type here.
export const decimal = () => (1.5).toLocaleString(locale()).charAt(1);

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {Intl.DateTimeFormatOptions} options */
function format(options) {
  const key = zone.value + dates() + JSON.stringify(options);
  let f = formats.get(key);
  if (!f) formats.set(key, (f = new Intl.DateTimeFormat(dates(), { timeZone: zone.value, hourCycle: "h23", ...options })));
  return f;
}

/** @param {number | string} at */
const ms = (at) => (typeof at === "number" ? at : Date.parse(at));

/** day is "Thursday 19 November". @param {number | string} at */
export const day = (at) => format({ weekday: "long", day: "numeric", month: "long" }).format(ms(at)).replace(/^(\w+) /, "$1 ");

/** @param {number | string} a @param {number | string} b */
const sameDay = (a, b) => day(a) === day(b);

/** dated puts the date before a time that is not today's. @param {string} text @param {number | string} at @param {number} [now] */
function dated(text, at, now) {
  if (now === undefined || sameDay(at, now)) return text;
  return `${format({ day: "numeric", month: "short" }).format(ms(at))}, ${text}`;
}

/** clock is hh:mm in the laboratory's zone, with the date when that is not today's. @param {number | string} at @param {number} [now] */
export const clock = (at, now) => dated(format({ hour: "2-digit", minute: "2-digit" }).format(ms(at)), at, now);

/** exact is clock with seconds, where they are evidence. @param {number | string} at @param {number} [now] */
export const exact = (at, now) => dated(format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(ms(at)), at, now);

/** sent is a time as a sender wrote it: an instant, a date, or whatever it is. @param {string | undefined} text @param {number} now */
export function sent(text, now) {
  if (!text) return "";
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return clock(text, now);
  return /^\d{4}-\d\d-\d\d$/.test(text) ? born(text) : text;
}

/** born is "12 Feb 1951", with the precision that was sent. @param {string | undefined} text */
export function born(text) {
  const [y, m, d] = (text ?? "").split("-").map(Number);
  if (!y) return text ?? "";
  if (!m) return String(y);
  const at = new Date(Date.UTC(y, m - 1, d || 1));
  /** @type {Intl.DateTimeFormatOptions} */
  const options = d ? { day: "numeric", month: "short", year: "numeric" } : { month: "short", year: "numeric" };
  return new Intl.DateTimeFormat(dates(), { timeZone: "UTC", ...options }).format(at);
}

/** age in full years, if the date of birth is whole. @param {string | undefined} text @param {number} now */
export function age(text, now) {
  if (!/^\d{4}-\d\d-\d\d$/.test(text ?? "")) return "";
  const at = new Date(now);
  const [y, m, d] = (text ?? "").split("-").map(Number);
  const before = at.getUTCMonth() + 1 < m || (at.getUTCMonth() + 1 === m && at.getUTCDate() < d);
  return String(at.getUTCFullYear() - y - (before ? 1 : 0));
}

/** span is m:ss below an hour, "1 h 12 min" above, days for what waits long. @param {number} milliseconds */
export function span(milliseconds) {
  const s = Math.max(0, Math.floor(milliseconds / 1000));
  if (s < 3600) return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
  if (s < 48 * 3600) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return t("{n} days", { n: Math.floor(s / 86400) });
}

/** took is "2 min 10 s", for what is over. @param {number} milliseconds */
export function took(milliseconds) {
  const s = Math.max(0, Math.round(milliseconds / 1000));
  if (s < 60) return `${s} s`;
  return s < 3600 ? `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, "0")} s` : span(milliseconds);
}

/** @param {string | undefined} text */
export const capital = (text) => (text ? text[0].toUpperCase() + text.slice(1) : "");

/** reworded is a reason in this language: known as a whole, or by what stands before its colon and whose post it names. @param {string} why */
function reworded(why) {
  const [rule, post] = why.split(/: (.*)/s);
  const whose = /^(first|second|third) call of (.+)$/.exec(post ?? "");
  return known(why) ?? (known(rule) && whose ? `${known(rule)}: ${whose[2]}, ${t(`${capital(whose[1])} call`)}` : why);
}

/** because is why somebody was asked, without our ids. @param {string} why */
export const because = (why) => capital(reworded(why).replace(/\bpost\/([\w-]+)/g, (_, post) => (post === "desk" ? t("the desk") : post.toUpperCase())));

/** limit is why a result is critical: the judge's sentence, its comparisons in this language. @param {string | undefined} why */
export function limit(why) {
  if (!why || lang.value === "en") return capital(why);
  const words = ["may be", "at or above", "at or below", "above", "below", "the limit", "for", "of"];
  return capital(words.reduce((text, w) => text.replace(new RegExp(`\\b${w}\\b`, "g"), t(w)), why));
}

/** @type {Record<string, string>} */
const asks = {
  unit: "Who covers the unit", attending: "Attending clinician", ordering: "Ordering clinician",
  first: "First call", second: "Second call", third: "Third call",
  clinician: "Ordering or attending clinician", service: "Who covers the service", chief: "The chief", house: "House physician",
  desk: "Laboratory desk", supervisor: "Supervisor", director: "Laboratory director",
};

/** asked is whom a step asks, in words, when no name is known. @param {string | undefined} ask */
export function asked(ask) {
  const [who, rank] = (ask ?? "").split("+");
  const base = asks[who] ? t(asks[who]) : who.replace(/^post\//, "");
  return rank ? t("{who}, {rank}. call", { who: base, rank: Number(rank) + 1 }) : base;
}

/** @param {Name | undefined} who */
export const named = (who) => who?.name || who?.id?.replace(/^\w+\//, "") || t("somebody");

/** mayNot is why this person cannot read a call back. @type {Record<string, string>} */
export const mayNot = {
  machine: "A machine cannot read back. A person must sign in.",
  "not-fresh": "You signed in more than 30 minutes ago. Sign in again, then read back.",
  badge: "Your badge is not valid now. Someone else must read back; tell the laboratory.",
  role: "Your role does not receive read-backs. A physician, nurse, midwife or pharmacist must read back.",
  telephones: "You telephone this call, so someone else must read it back.",
  reporter: "You reported this result, so someone else must read it back.",
  "not-yours": "You were not called, and are not on this call's unit or post now.",
  unidentified: "The patient is not identified, so typing cannot close this call. Telephone the laboratory and name the accession number.",
  "not-called": "This call does not call you. Only a screen of somebody who was called confirms it.",
  renewed: "You have taken this call twice already. Read it back, or pass it on.",
  passed: "Whoever passed a call on is not asked again. Name somebody else, or nobody: then the ladder asks the next one.",
  desk: "The laboratory's desk cannot pass a call on. Telephone.",
  receiver: "Whoever telephones cannot be the one who is told. Name who repeated the values.",
  "receiver-role": "This role cannot be told a critical result. Ask for a physician, nurse, midwife or pharmacist.",
};

/** @type {Record<string, string>} */
const reasons = {
  "unknown-test": "A code that nobody mapped", "unknown-unit": "A unit that cannot be compared with the limit",
  unreadable: "A value that is not one number", "no-limit": "A test without a limit in force",
  unidentified: "A critical result without an identified patient", corrected: "A correction of a result told earlier",
  "out-of-order": "A message came late: what was told since stands", "wrong-patient": "Told of one patient, and another one's: whose is it?",
  "no-header": "A message without its header", "unknown-type": "A message of a type that is not understood",
  "no-patient": "A message that says not who the patient is", "no-results": "A result message without a result",
  "panel-withdrawn": "A panel taken back without its results", "control-specimen": "A control's result: enter it at its analyzer", "contradictory-status": "A panel taken back and given at once",
  "merge-not-understood": "Two records became one in a way not understood", unframed: "Text outside of any message",
  "too-long": "A message that is too long", "too-many": "A message with more results than one message may hold", fault: "A message on which Readback failed",
  held: "Confirm or rerun", confirm: "Confirm or rerun", "said-told": "The sender says that somebody was told: by whom, to whom, when?", "called-to": "The sender says that somebody was told: by whom, to whom, when?",
  mismatch: "Two read-backs did not match", routing: "Nobody takes this call: the routing may be wrong there", "left": "The patient has left: tell who follows up",
};

/** reason is why a work item waits. @param {string} code */
export const reason = (code) => (reasons[code] ? t(reasons[code]) : capital(code.replaceAll("-", " ")));

/** twoWays is why a number with the other decimal mark is refused here. */
export const twoWays = () => t(decimal() === "," ? "Here a comma is the decimal mark, so a number with a point could be read in two ways. Type it with a comma, such as 6,9, and without a thousands separator." : "Here a point is the decimal mark, so a number with a comma could be read in two ways. Type it with a point, such as 6.9, and without a thousands separator.");

/**
 * problem is what a refusal says, in this language: the very sentence, if it is known here, or that of its reason or its
 * code. The server's English comes last.
 * @param {Problem} p
 */
export function problem(p) {
  if (p.code === "separator") return twoWays();
  const why = mayNot[p.facts?.reason];
  if (why && p.code === "not-yours") return t(why);
  const own = known(p.say) ? [p.say, p.do].map((text) => known(text ?? "")).filter(Boolean).join(" ") : known(`problem ${p.code}`);
  return own ?? [capital(p.say), p.do].filter(Boolean).join(" ");
}

/** outcomes of calls that nobody read back. @param {string | undefined} code */
export const outcomeWord = (code) => { const text = (code ?? "").replaceAll("-", " "); return known(text) ?? text; };
