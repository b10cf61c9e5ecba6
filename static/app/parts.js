// Pieces that several screens show.

import { h, icon } from "./dom.js";
import { app, connected, now } from "./state.js";
import { urgency } from "./urgency.js";
import { age, born, called, clock, span } from "./words.js";

// button is a control that does one thing; see the actions of main.js.
export const button = (what, props, ...kids) => h("button", { type: "button", class: "button", "data-do": what, ...props }, ...kids);

// value keeps a value and its unit together.
export const value = (text, unit, size = "") =>
  h("span", { class: `value ${size}` }, h("b", {}, text || "no value"), unit ? h("span", { class: "unit" }, ` ${unit}`) : null);

export const covered = (what) => h("span", { class: "covered" }, icon("hidden"), h("span", { class: "unseen" }, `${what}: `), h("span", {}, "covered"));

// sense says on which side of the limit a value lies, by the words of the limit itself.
export function sense(r) {
  const side = /^(may be )?(at or )?(above|below)/.exec(r.why ?? "")?.[3];
  if (r.outcome === "withdrawn") return h("span", { class: "sense" }, "Withdrawn");
  if (r.outcome === "normal") return h("span", { class: "sense calm" }, "No longer critical");
  if (!side) return null;
  return h("span", { class: "sense" }, icon(side === "above" ? "up" : "down"), side === "above" ? "High" : "Low");
}

// tailOf splits an identifier before its last four letters or digits, which are read back.
export function tailOf(identifier = "") {
  const all = [...identifier];
  let left = 4;
  let i = all.length;
  while (i > 0 && left > 0) if (/[\p{L}\p{N}]/u.test(all[--i])) left--;
  return [all.slice(0, i).join(""), all.slice(i).join("")];
}

export function identifier(text, hide) {
  const [head, tail] = tailOf(text);
  return h("span", { class: "number" }, head, hide ? covered("End of the record number") : h("span", { class: "tail" }, tail));
}

export const labels = (c) => c.results.map((r) => r.label || r.loinc || "Result").join(", ");

// who is the patient in three lines.
export function who(c, hide) {
  const p = c.patient;
  if (!p.identified) return h("p", { class: "patient" }, h("b", { class: "name" }, "Patient not identified"), h("br"), accession(c));
  return h("p", { class: "patient" }, h("b", { class: "name" }, p.name || "Name not sent"), h("br"),
    p.born ? [`born ${born(p.born)}`, p.sex ? `, ${p.sex}` : "", h("br")] : null,
    "No. ", identifier(p.identifiers?.[0], hide));
}

const accession = (c) => `Accession ${c.results.map((r) => r.accession).filter(Boolean)[0] ?? "not sent"}`;

// facts are the patient's identifiers and place, with their labels.
export function facts(c) {
  const p = c.patient;
  const row = (label, ...what) => h("div", {}, h("dt", {}, label), h("dd", {}, ...what));
  const years = age(p.born, now());
  return h("dl", { class: "facts" },
    p.born ? row("Born", born(p.born), years || p.sex ? h("span", { class: "soft" }, ` (${[years, p.sex].filter(Boolean).join(", ")})`) : null) : null,
    p.identifiers?.length ? row("Record number", identifier(p.identifiers[0])) : row("Accession", accession(c).slice(10)),
    ...(p.identifiers ?? []).slice(1).map((n) => row("Other number", h("span", { class: "number" }, n))),
    c.unit ? row("Where", c.unitNow ? `${c.unitNow}, was ${c.unit} when it was reported` : c.unit) : null);
}

// due is the time left or past, in figures and a word; as it was when not connected.
// brief leaves the word "late" out where it stands beside already.
export function due(c, brief) {
  if (!connected()) return h("span", { class: "left" }, h("small", {}, `opened ${clock(c.opened, now())}`));
  const { kind, at } = urgency(c, now());
  const late = kind === "late";
  return h("span", { class: "left" }, span(late ? now() - at : at - now()), late && brief ? null : h("small", {}, late ? " late" : " left"));
}

const kinds = { late: "Late", critical: "Critical", significant: "Significant" };

// kindOf is a call's kind with its shape.
export function kindOf(c) {
  const { kind } = urgency(c, now());
  return h("span", {}, icon(kind), connected() ? kinds[kind] : kind === "late" ? "Was late" : kinds[kind],
    c.corrects ? h("span", { class: "tag plain" }, "Correction") : null);
}

// ladder is who was asked, who is asked now, and who is next: the last three rungs and the next step.
export function ladder(c) {
  const past = c.rungs.slice(-3);
  const at = (t) => clock(t, now());
  const items = past.map((r, i) => {
    const current = i === past.length - 1 && c.standing === "open";
    const from = Date.parse(r.at);
    const to = c.next ? Date.parse(c.next.at) : from;
    const fill = Math.round(100 * Math.min(1, Math.max(0, (now() - from) / Math.max(1, to - from))));
    return h("li", { class: current ? "now" : "past", vars: { fill } }, called(r), h("br"), h("span", {}, at(r.at), current && connected() ? ", asked now" : ""));
  });
  if (c.next) items.push(h("li", {}, called(c.next), h("br"), h("span", {}, at(c.next.at), connected() ? "" : ", planned")));
  return h("ol", { class: "ladder", "aria-label": "Who is asked, step by step" }, items);
}

// then is the next step in a sentence.
export function then(c) {
  if (!c.next) return "The laboratory is asked again until somebody answers.";
  const whom = called(c.next);
  const again = c.rungs.some((r) => r.ask === "desk") ? " again" : "";
  const verb = c.next.ask === "desk" ? `is told${again} to telephone` : whom.startsWith("You") || whom.includes(",") ? "are called" : "is called";
  return `At ${clock(c.next.at, now())} ${whom === "You" ? "you" : whom === "Laboratory desk" ? "the laboratory desk" : whom} ${verb}${c.next.ask === "desk" ? "" : " too"}.`;
}

// outcome is how a call ended, in words.
export function outcome(c) {
  if (c.outcome === "read-back") return `Read back by ${c.owner?.id === app.me?.id ? "you" : (c.owner?.name ?? "somebody")}`;
  return `Ended by ${c.owner?.name ?? "a director"}: ${(c.outcome ?? "").replaceAll("-", " ")}`;
}

