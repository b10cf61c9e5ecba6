// Reading back: the value and the end of the record number are covered and typed; then = or ≠.

import { h, icon } from "./dom.js";
import { asked, draftOf, moved } from "./draft.js";
import { button, covered, due, facts, identifier, kindOf, value } from "./parts.js";
import { app, connected, find, now } from "./state.js";
import { byUrgency, urgency } from "./urgency.js";
import { born, exact, took } from "./words.js";

export function answer() {
  const known = app.drafts.get(app.screen.call) ?? (find(app.screen.call) && draftOf(find(app.screen.call)));
  if (!known) return [h("h1", { tabindex: "-1" }, "This call is not here any more"), button("home", {}, "My calls")];
  if (known.phase === "done") return done(known);
  if (known.phase === "sending" || known.phase === "unsure") return typing(known); // its own outcome may be what closed it
  if (known.phase === "closed") return gone(known);
  if (known.phase === "changed" || moved(known)) return find(known.call.id)?.standing === "open" ? changed(known) : gone(known);
  return known.phase === "differs" ? differs(known) : typing(known);
}

const current = (d) => find(d.call.id) ?? d.call;

function typing(d) {
  const c = current(d);
  const results = asked(c);
  const busy = d.phase === "sending";
  return [
    button("look", { class: "back" }, icon("back"), h("span", {}, "The call ", h("span", { class: "soft" }, "(clears what you typed)"))),
    h("h1", { class: "unseen", tabindex: "-1" }, "Read back"),
    h("section", { class: `countdown ${urgency(c, now()).kind}`, "aria-label": "What is read back" },
      h("p", { class: "kind" }, kindOf(c)), h("p", { class: "time" }, due(c)),
      h("p", { class: "then" }, h("b", {}, c.patient.name || "Name not sent"), c.patient.born ? `, born ${born(c.patient.born)}` : "", h("br"),
        "No. ", identifier(c.patient.identifiers?.[0], true), h("br"), results.map((r) => [h("b", {}, r.label || "Result"), " ", covered("Value"), " "]))),
    h("form", { class: "stack", "data-submit": "read-back", autocomplete: "off", novalidate: true, "data-key": `form ${c.id}` },
      h("p", { class: "note" }, "Type what is covered, from memory or from your note: the value, and the last four characters of the record number."),
      h("div", { class: results.length === 1 ? "pair" : "stack" },
        results.map((r) => entry(d, r.id, results.length === 1 ? "Value" : r.label, r.unit, /^[0-9.]+$/.test(r.value ?? "") ? "decimal" : "text")),
        entry(d, "tail", "End of the number", `${Math.min(4, [...d.tail.replace(/[^\p{L}\p{N}]/gu, "")].length)} of 4`, "text")),
      h("p", { class: "wrong", role: "alert", id: "wrong" }, d.say),
      connected() ? null : h("p", { class: "notice" }, "Not connected. What you typed is kept; it can be sent when the connection is back. If it is urgent, telephone the laboratory."),
      h("button", { class: "button primary tall", type: "submit", "aria-disabled": busy || !connected() ? "true" : null },
        icon("equal"), busy ? "Being recorded" : d.phase === "unsure" ? "Send it again" : "Read back"),
      d.phase === "unsure" ? h("p", { class: "note" }, "It is not known yet whether it counts. Sent again unchanged, it counts once.") : null,
      button("look", { class: "button bare" }, icon("eye"), "Look again")),
  ];
}

function entry(d, field, label, after, mode) {
  const id = field === "tail" ? "tail" : `value-${field}`;
  const text = field === "tail" ? d.tail : (d.values[field] ?? "");
  return h("div", { class: `entry${d.field === field ? " bad" : ""}`, "data-key": id },
    h("label", { for: id }, label),
    h("div", { class: "box" },
      h("input", {
        id, type: "text", inputmode: mode, value: text, "data-typed": field, "data-call": d.call.id, autocomplete: "off", autocorrect: "off",
        autocapitalize: field === "tail" ? "characters" : "none", spellcheck: "false", "data-1p-ignore": true, "data-lpignore": "true", "data-form-type": "other",
        readonly: d.phase === "sending", "aria-invalid": d.field === field ? "true" : null, "aria-describedby": `${id}-after wrong`, maxlength: "40",
      }),
      h("span", { class: "after", id: `${id}-after` }, after ?? "")));
}

function differs(d) {
  const c = current(d);
  const wrong = new Map((d.facts?.fields ?? []).map((f) => [f.field, f]));
  const results = asked(c);
  const what = [...wrong.values()].map((f) => (f.part === "identifier" ? "record number" : `${f.part}${results.length > 1 ? ` of ${f.label}` : ""}`));
  const row = (title, field, typed) => h("section", { class: `versus ${wrong.has(field) ? "differs" : "agrees"}`, "aria-label": `${title}: ${wrong.has(field) ? "does not match" : "matches"}` },
    h("h2", {}, title),
    h("div", { class: "side" }, h("span", { class: "label" }, "Reported"), covered(title)),
    h("span", { class: "sign" }, icon(wrong.has(field) ? "unequal" : "equal", "big")),
    h("div", { class: "side said" }, h("span", { class: "label" }, "You typed"), typed));
  return [
    h("section", { class: "verdict no", role: "alert", "data-key": "differs" }, icon("unequal"),
      h("h1", { tabindex: "-1" }, `The ${what.join(" and the ") || "read-back"} ${what.length > 1 ? "do" : "does"} not match`),
      h("p", {}, "The call is still open, ", h("b", {}, due(c)), ". ", d.facts?.desk ? "The laboratory telephones now." : "After one more mismatch the laboratory telephones.")),
    h("p", { class: "patient" }, h("b", { class: "name" }, c.patient.name || "Name not sent"), h("br"), c.patient.born ? `born ${born(c.patient.born)}` : ""),
    results.map((r) => row(results.length > 1 ? r.label : `Value, ${r.label}`, `values.${r.id}`, value(d.values[r.id], r.unit))),
    row("End of the record number", "tail", h("span", { class: "number big" }, d.tail)),
    button("look", { class: "button primary tall" }, "Look at the call again"),
    button("retype", { class: "button" }, "Type it again"),
    h("p", { class: "note" }, "The reported value stays covered here, so that the next try is read, not copied. Looking at the call again clears what you typed."),
  ];
}

function done(d) {
  const c = d.call;
  const at = Date.parse(d.done.at);
  const tries = (current(d).mismatches ?? 0) + 1;
  const others = byUrgency(app.calls.filter((o) => o.id !== c.id && o.may.readBack), now());
  const side = (label, what) => h("div", { class: "side" }, h("span", { class: "label" }, label), what);
  return [
    h("section", { class: "verdict yes", role: "status", "data-key": "done" }, icon("equal"),
      h("h1", { tabindex: "-1" }, "Read back. It is yours."),
      h("p", {}, `At ${exact(at)}, ${took(at - Date.parse(c.opened))} after the call was opened. Everybody else has been stood down.`)),
    h("section", { class: "panel stack receipt", "aria-label": "What was read back" },
      h("h2", {}, c.patient.name || "Name not sent"), facts(c),
      asked(c).map((r) => [h("h3", {}, r.label),
        h("div", { class: "versus agrees" }, side("Reported", value(r.value, r.unit)), h("span", { class: "sign" }, icon("equal", "big"), h("span", { class: "unseen" }, "equals")), side("Read back", value(d.values[r.id], r.unit)))]),
      h("dl", { class: "facts" }, h("div", {}, h("dt", {}, "By"), h("dd", {}, d.done.owner?.name ?? app.me?.name)), h("div", {}, h("dt", {}, "Call"), h("dd", {}, d.done.ref || c.ref)),
        tries > 1 ? h("div", {}, h("dt", {}, "Tries"), h("dd", {}, String(tries))) : null),
      h("h3", { class: "with-icon" }, icon("proof"), "In the ledger"),
      h("p", {}, "Entry ", h("b", { id: "entry" }, String(d.done.seq)), ` in the ledger of ${app.site}. The receipt proves it without a connection, and holds nothing about the patient.`),
      h("a", { class: "button", href: `/api/receipt/${d.done.seq}`, download: `readback-receipt-${d.done.seq}.json` }, icon("keep"), "Keep the receipt")),
    others.length ? button("open", { class: "button primary tall", "data-id": others[0].id }, `Next call (${others.length})`, icon("next")) : button("home", { class: "button primary tall" }, "My calls"),
  ];
}

const gone = (d) => {
  const c = find(d.call.id);
  return [
    h("section", { class: "verdict yes", role: "alert", "data-key": "gone" }, icon("done"), h("h1", { tabindex: "-1" }, "Nothing is left to do"),
      h("p", {}, c?.owner ? `${c.owner.id === app.me?.id ? "You" : c.owner.name} ${c.outcome === "read-back" ? "read this call back" : "ended this call"} at ${exact(c.finished, now())}.` : d.say || "This call is over."),
      d.tail ? h("p", {}, "What you typed here was not recorded as the read-back.") : null),
    button("home", { class: "button primary tall" }, "My calls"),
  ];
};

const changed = () => [
  h("section", { class: "verdict no", role: "alert", "data-key": "changed" }, icon("critical"), h("h1", { tabindex: "-1" }, "The result has changed"),
    h("p", {}, "The laboratory sent something else since you looked. What you typed belongs to what it said before.")),
  button("look", { class: "button primary tall" }, "Look at the call again"),
];
