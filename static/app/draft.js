// What is being read back, in this page's memory alone: what was typed survives a lost connection and a new sign-in.

import { app, find, lock, record, refresh } from "./state.js";
import { play } from "./ring.js";

// draftOf returns the draft of a call, made at need.
// phase: "typing", "sending", "unsure" (no answer came), "differs", "done", "closed", "changed".
export function draftOf(c) {
  let d = app.drafts.get(c.id);
  if (!d) app.drafts.set(c.id, (d = blank(c)));
  return d;
}

const blank = (c) => ({ call: c, values: {}, tail: "", phase: "typing", key: "", field: "", say: "", facts: null, done: null });

// clear forgets what was typed.
export const clear = (id) => app.drafts.delete(id);

// asked are the results whose value is read back.
export const asked = (c) => c.results.filter((r) => r.outcome !== "withdrawn");

// changed tells whether the call says something else now than what is being read back.
export function moved(d) {
  const c = find(d.call.id);
  return !c || c.standing !== "open" || c.version !== d.call.version;
}

// type takes over what a field holds. Another text is another attempt, with a key of its own.
export function type(d, field, text) {
  if (d.phase === "sending") return;
  if (field === "tail") d.tail = text;
  else d.values[field] = text;
  Object.assign(d, { key: "", phase: "typing", field: "", say: "" });
}

// send reads back. One attempt has one key, whatever happens to its answer: pressed twice, it counts once.
export async function send(d, draw) {
  if (d.phase === "sending" || d.phase === "done") return;
  const empty = asked(d.call).find((r) => !(d.values[r.id] ?? "").trim());
  if (empty || !d.tail.trim()) {
    Object.assign(d, { phase: "typing", field: empty ? empty.id : "tail", say: empty ? "Type the value you read." : "Type the last four characters of the record number." });
    draw();
    return;
  }
  d.key ||= crypto.randomUUID();
  Object.assign(d, { phase: "sending", field: "", say: "" });
  draw();
  const body = { call: d.call.id, version: d.call.version, values: d.values, tail: d.tail, entered: "keyed", locale: navigator.language };
  try {
    d.done = await record("read-back", body, d.key);
    Object.assign(d, { phase: "done", key: "" });
    play("done");
  } catch (p) {
    refused(d, p);
  }
  refresh();
  draw();
}

// settle asks again, with the key of the first time, about a read-back whose answer was lost while its call changed: it
// can record nothing new, and tells whether this very read-back was what closed the call.
export function settle(draw) {
  const d = app.drafts.get(app.screen.call);
  if (d?.phase === "unsure" && d.key && moved(d)) send(d, draw);
}

// unsettled are the answers after which it is not known whether the read-back counts.
const unsettled = ["no-answer", "in-doubt", "stopping", "internal", "crowded", "moved-on"];

function refused(d, p) {
  d.say = [p.say, p.do].filter(Boolean).join(" ");
  d.facts = p.facts ?? null;
  if (unsettled.includes(p.code)) {
    d.phase = "unsure";
    return;
  }
  d.phase = { mismatch: "differs", closed: "closed", stale: "changed", "unknown-call": "closed" }[p.code] ?? "typing";
  if (p.code === "signed-out" || p.code === "sign-in-first" || p.facts?.reason === "not-fresh") {
    d.say = "You are signed in again. Press Read back once more: what you typed is still here.";
    lock("Sign in again to read back. What you typed is kept on this page.");
    return; // the key stays: it is still the same attempt
  }
  d.key = "";
  d.field = p.field === "tail" ? "tail" : (p.field ?? "").replace(/^values\./, "");
}
