// What is being read back, in this page's memory alone: what was typed survives a lost connection and a new sign-in.

import { play } from "./ring.js";
import { calls, drafts, find, lock, onCalls, record, refresh, seen } from "./state.js";
import { lang, locale, problem, t } from "./words.js";

/** @param {Draft} d */
function put(d) {
  drafts.value = new Map(drafts.value).set(d.call.id, d);
  return d;
}

/** @param {Draft} d @param {Partial<Draft>} news */
const change = (d, news) => put({ ...(drafts.value.get(d.call.id) ?? d), ...news });

/** @param {Call} c @returns {Draft} */
const blank = (c) => ({ call: c, values: {}, tail: "", entered: "", phase: "typing", key: "", field: "", say: "", facts: null, done: null });

/** draftOf returns the draft of a call, made at need. Its phase is "typing", "sending", "unsure" (no answer came), "differs", "done", "closed" or "changed". @param {Call} c */
export const draftOf = (c) => drafts.value.get(c.id) ?? put(blank(c));

/** clear forgets what was typed. @param {string} id */
export function clear(id) {
  if (!drafts.value.has(id)) return;
  const next = new Map(drafts.value);
  next.delete(id);
  drafts.value = next;
}

/** look shows a call again: what was typed before is forgotten, so that it is read and not copied. @param {Call} c */
export function look(c) {
  clear(c.id);
  seen(find(c.id) ?? c);
}

/** covers tells whether a call's value stays covered, since its read-back is under way. @param {Call} c */
export function covers(c) {
  const d = drafts.value.get(c.id);
  return !!d && ["typing", "sending", "unsure", "differs"].includes(d.phase) && (d.tail !== "" || Object.values(d.values).some(Boolean));
}

/** asked are the results that are read back: one that was withdrawn by its word. @param {Call} c */
export const asked = (c) => c.results.filter((r) => r.outcome !== "withdrawn" || r.words?.length);

/** moved tells whether the call says something else now than what is being read back. @param {Draft} d */
export function moved(d) {
  const c = find(d.call.id);
  return c?.standing !== "open" || c.version !== d.call.version;
}

/** type takes over what a field holds. Another text is another attempt, with a key of its own. @param {string} id @param {string} field @param {string} text @param {string} by */
export function type(id, field, text, by) {
  const d = drafts.value.get(id);
  if (!d || d.phase === "sending") return;
  const entered = d.entered && d.entered !== by ? "keyed" : by;
  change(d, { ...(field === "tail" ? { tail: text } : { values: { ...d.values, [field]: text } }), entered, key: "", phase: "typing", field: "", say: "" });
}

/** typed is what a field holds. @param {string} id @param {string} field */
export const typed = (id, field) => (field === "tail" ? drafts.value.get(id)?.tail : drafts.value.get(id)?.values[field]) ?? "";

/** @param {string} id @param {string} why */
export function refusedInput(id, why) {
  const d = drafts.value.get(id);
  if (d) change(d, { say: why });
}

/** @param {Draft} d */
export const retype = (d) => change(d, { phase: "typing", say: "", field: "" });

/** send reads back. One attempt has one key, whatever happens to its answer: pressed twice, it counts once. @param {string} id */
export async function send(id) {
  let d = drafts.value.get(id);
  if (!d || d.phase === "sending" || d.phase === "done") return;
  const values = d.values;
  const empty = asked(d.call).find((r) => !(values[r.id] ?? "").trim());
  if (empty || !d.tail.trim()) {
    change(d, { phase: "typing", field: empty ? empty.id : "tail", say: empty ? t("Type the value you read.") : t("Type the last four characters of the record number.") });
    return;
  }
  const letters = (/** @type {string | undefined} */ text) => [...(text ?? "").replace(/[^\p{L}\p{N}]/gu, "")].length;
  if (letters(d.tail) < Math.min(4, letters(d.call.patient.identifiers?.[0]))) {
    change(d, { phase: "typing", field: "tail", say: t("Type the last four characters of the record number.") });
    return;
  }
  d = change(d, { key: d.key || crypto.randomUUID(), phase: "sending", field: "", say: "" });
  /** @type {Record<string, any>} */
  const body = { call: d.call.id, version: d.call.version, values: d.values, tail: d.tail, entered: d.entered || "keyed", locale: locale() };
  try {
    change(d, { done: await record("read-back", body, d.key), phase: "done", key: "" });
    play("done");
  } catch (p) {
    refused(d, /** @type {Problem} */ (p));
  }
  refresh();
}

// A lost answer is asked for again with its first key when its call has changed: that can record nothing new, and tells
// whether this very read-back was what closed the call.
onCalls(() => {
  for (const d of drafts.value.values()) if (d.phase === "unsure" && d.key && moved(d)) void send(d.call.id);
});

/** unsettled are the answers after which it is not known whether the read-back counts. */
const unsettled = ["no-answer", "in-doubt", "stopping", "internal", "crowded", "moved-on"];
/** @type {Record<string, string>} */
const phases = { mismatch: "differs", closed: "closed", stale: "changed", "unknown-call": "closed" };

/** @param {Draft} d @param {Problem} p */
function refused(d, p) {
  const facts = p.facts ?? null;
  if (unsettled.includes(p.code)) {
    change(d, { phase: "unsure", say: problem(p), facts });
    return;
  }
  if (p.code === "signed-out" || p.code === "sign-in-first" || p.facts?.reason === "not-fresh") {
    change(d, { phase: "typing", facts, say: t("You are signed in again. Press Read back once more: what you typed is still here.") });
    lock("Sign in again to read back. What you typed is kept on this page.", p.code === "not-yours");
    return; // the key stays: it is still the same attempt
  }
  const field = p.field === "tail" ? "tail" : (p.field ?? "").replace(/^values\./, "");
  change(d, { phase: phases[p.code] ?? "typing", say: p.code === "closed" && lang.value === "en" ? p.say : problem(p), facts, key: "", field: p.code === "not-yours" ? "" : field });
}

/** open tells whether a call is still open. @param {string} id */
export const stillOpen = (id) => calls.value.some((c) => c.id === id);
