// Times, names and the field's words, as people read them.

import { app } from "./state.js";

const formats = new Map();

function format(options) {
  const key = app.zone + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: app.zone, hourCycle: "h23", ...options }));
  return formats.get(key);
}

const ms = (t) => (typeof t === "number" ? t : Date.parse(t));

// day is "Thursday 19 November".
export const day = (t) => format({ weekday: "long", day: "numeric", month: "long" }).format(ms(t)).replace(",", "");

const sameDay = (a, b) => day(a) === day(b);

// clock is hh:mm in the laboratory's zone, with the date when that is not today's.
export function clock(t, now) {
  const text = format({ hour: "2-digit", minute: "2-digit" }).format(ms(t));
  return now !== undefined && !sameDay(t, now) ? `${format({ day: "numeric", month: "short" }).format(ms(t))}, ${text}` : text;
}

// exact is clock with seconds, where they are evidence.
export function exact(t, now) {
  const text = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(ms(t));
  return now !== undefined && !sameDay(t, now) ? `${format({ day: "numeric", month: "short" }).format(ms(t))}, ${text}` : text;
}

// sent is a time as a sender wrote it: an instant, a date, or whatever it is.
export function sent(text, now) {
  if (!text) return "";
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return clock(text, now);
  return /^\d{4}-\d\d-\d\d$/.test(text) ? born(text) : text;
}

// born is "12 Feb 1951", with the precision that was sent.
export function born(text) {
  const [y, m, d] = (text ?? "").split("-").map(Number);
  if (!y) return text ?? "";
  if (!m) return String(y);
  const at = new Date(Date.UTC(y, m - 1, d || 1));
  const options = d ? { day: "numeric", month: "short", year: "numeric" } : { month: "short", year: "numeric" };
  return new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options }).format(at);
}

// age in full years, if the date of birth is whole.
export function age(text, now) {
  if (!/^\d{4}-\d\d-\d\d$/.test(text ?? "")) return "";
  const at = new Date(now);
  const [y, m, d] = text.split("-").map(Number);
  const before = at.getUTCMonth() + 1 < m || (at.getUTCMonth() + 1 === m && at.getUTCDate() < d);
  return String(at.getUTCFullYear() - y - (before ? 1 : 0));
}

// span is m:ss below an hour, "1 h 12 min" above. days for what waits long.
export function span(milliseconds) {
  const s = Math.max(0, Math.floor(milliseconds / 1000));
  if (s < 3600) return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
  if (s < 48 * 3600) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} days`;
}

// took is "2 min 10 s", for what is over.
export function took(milliseconds) {
  const s = Math.max(0, Math.round(milliseconds / 1000));
  if (s < 60) return `${s} s`;
  return s < 3600 ? `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, "0")} s` : span(milliseconds);
}

export const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;
export const capital = (text) => (text ? text[0].toUpperCase() + text.slice(1) : "");

// because is why somebody was asked, without our ids.
export const because = (why) => capital(why.replace(/\bpost\/([\w-]+)/g, (_, post) => (post === "desk" ? "the desk" : post.toUpperCase())));

const asks = {
  unit: "Who covers the unit", attending: "Attending clinician", ordering: "Ordering clinician",
  first: "First call", second: "Second call", third: "Third call",
  desk: "Laboratory desk", supervisor: "Supervisor", director: "Laboratory director",
};

// asked is whom a step asks, in words, when no name is known.
export function asked(ask) {
  const [who, rank] = (ask ?? "").split("+");
  const base = asks[who] ?? who.replace(/^post\//, "");
  return rank ? `${base}, ${["", "second", "third"][Number(rank)] ?? `${Number(rank) + 1}th`} call` : base;
}

export const named = (who) => who?.name || who?.id?.replace(/^\w+\//, "") || "somebody";

// called is whom a rung, or the next step, asks: "You", "Dr Lena Brandt", "Laboratory desk".
export function called(rung) {
  if (rung.ask === "desk") return "Laboratory desk";
  const to = rung.to ?? [];
  const names = to.slice(0, 2).map((p) => (p.id === app.me?.id ? "You" : named(p)));
  if (to.length > 2) names.push(`${to.length - 2} more`);
  const who = names.length ? names.join(", ") : asked(rung.ask);
  return rung.desk ? `${who} and the desk` : who;
}

// mayNot is why this person cannot read a call back.
export const mayNot = {
  machine: "A machine cannot read back. A person must sign in.",
  "not-fresh": "You signed in more than 30 minutes ago. Sign in again, then read back.",
  badge: "Your badge is not valid now. Someone else must read back; tell the laboratory.",
  role: "Your role does not receive read-backs. A physician, nurse, midwife or pharmacist must read back.",
  reporter: "You reported this result, so someone else must read it back.",
  "not-yours": "You were not called, and are not on this call's unit or post now.",
  unidentified: "The patient is not identified, so typing cannot close this call. Telephone the laboratory and name the accession number.",
};

const reasons = {
  "unknown-test": "A code that nobody mapped", "unknown-unit": "A unit that cannot be compared with the limit",
  unreadable: "A value that is not one number", "no-limit": "A test without a limit in force",
  unidentified: "A critical result without an identified patient", corrected: "A correction of a result told earlier",
  "no-header": "A message without its header", "unknown-type": "A message of a type that is not understood",
  "no-patient": "A message that says not who the patient is", "no-results": "A result message without a result",
  "panel-withdrawn": "A panel taken back without its results", "contradictory-status": "A panel taken back and given at once",
  "merge-not-understood": "Two records became one in a way not understood", unframed: "Text outside of any message",
  "too-long": "A message that is too long", "too-many": "A message with more results than one message may hold", fault: "A message on which Readback failed",
};

// reason is why a work item waits.
export const reason = (code) => reasons[code] ?? capital(code.replaceAll("-", " "));
